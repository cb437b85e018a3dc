import LanguageModels
import Statistics
import Tensors

/// Greedy generation with a cache, in turns.
struct DecodingWork {
  var size: DecoderSize
  var threads: Int
  var batch: Int

  /// Tokens of each prompt.
  static let prompt = 16
  /// Tokens that are generated after each prompt.
  static let added = 240

  /// A cache that changed what is generated.
  struct Disagreement: Error, CustomStringConvertible {
    var share: Double
    var description: String {
      "only \(share) of the tokens generated with a cache are those of a pass without one"
    }
  }

  func serve() throws {
    let length = Self.prompt + Self.added
    let model = try LanguageModel<Float>(size.configuration(context: length), seed: 1)
    let pool = ThreadPool(threads: threads)
    let session = try DecodingSession(model, batch: batch, pool: pool)
    var random = SplittableRandom(seed: 3)
    let prompts = (0..<batch).map { _ in
      (0..<Self.prompt).map { _ in Int32(random.nextIndex(below: DecoderSize.vocabulary)) }
    }
    let generated = generate(prompts, in: session)
    try check(prompts, generated, of: model, pool)
    var lane = Lane(Turns())
    guard lane.begin() else { return }
    repeat { _ = generate(prompts, in: session) } while lane.did(Double(batch * Self.added))
    reportEnd([
      "parameters": Double(model.parameters.count),
      "cacheMegabytes": Double(session.cache.byteCount) / 1_048_576,
    ])
  }

  /// The tokens that follow each prompt, each the most probable one.
  private func generate(
    _ prompts: [[Int32]], in session: DecodingSession<Float>
  ) -> [[Int32]] {
    session.clear()
    var logits = session.append(prompts)
    var tokens = [Int32](repeating: 0, count: batch)
    var generated = [[Int32]](repeating: [], count: batch)
    for sequence in 0..<batch { generated[sequence].reserveCapacity(Self.added) }
    for place in 0..<Self.added {
      for sequence in 0..<batch {
        tokens[sequence] = Self.highest(logits, row: sequence)
        generated[sequence].append(tokens[sequence])
      }
      // The last token's successor is not asked for.
      if place + 1 < Self.added { logits = session.step(tokens) }
    }
    return generated
  }

  private static func highest(_ logits: UnsafeBufferPointer<Float>, row: Int) -> Int32 {
    let start = row * DecoderSize.vocabulary
    var best = start
    for index in start..<start + DecoderSize.vocabulary where logits[index] > logits[best] {
      best = index
    }
    return Int32(best - start)
  }

  /// Compares with one pass over all tokens.
  private func check(
    _ prompts: [[Int32]], _ generated: [[Int32]], of model: LanguageModel<Float>,
    _ pool: ThreadPool
  ) throws {
    let length = Self.prompt + Self.added
    var same = 0
    for (prompt, continuation) in zip(prompts, generated).prefix(2) {
      let pass = ForwardPass(
        tape: Tape<Float>(pool: pool, isDifferentiable: false), batch: 1, length: length)
      pass.tokens.assign(prompt + continuation)
      let logits = UnsafeBufferPointer(model.logits(pass).buffer)
      for place in 0..<Self.added
      where Self.highest(logits, row: Self.prompt + place - 1) == continuation[place] {
        same += 1
      }
    }
    let share = Double(same) / Double(min(batch, 2) * Self.added)
    guard share > 0.99 else { throw Disagreement(share: share) }
  }
}
