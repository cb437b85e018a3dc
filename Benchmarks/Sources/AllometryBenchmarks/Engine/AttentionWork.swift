import Statistics
import Tensors

/// Causal attention over one long sequence: its time, that of the matrix products in it, and the
/// memory it takes.
struct AttentionWork {
  var length: Int
  var threads: Int

  static let heads = 4
  static let width = 64

  /// Runs forwards, backwards and the products alone by turns, and keeps the lowest times.
  func serve() throws {
    let pool = ThreadPool(threads: threads)
    let before = Stopwatch.peakMegabytes
    let tape = Tape<Float>(pool: pool)
    let input = tape.input([length, 3 * Self.heads * Self.width], requiresGradient: true)
    var random = SplittableRandom(seed: 4)
    for index in 0..<input.count { input.values[index] = Float(random.nextNormal()) }
    let attention = tape.attention(
      input, AttentionSettings(batch: 1, headCount: Self.heads, headWidth: Self.width))
    let forwardPeak = Stopwatch.peakMegabytes
    // A loss whose gradient differs from element to element.
    let loss = tape.squareSum(attention.output)
    tape.backward(from: loss)
    let peak = Stopwatch.peakMegabytes

    let products = AttentionProducts(pool: pool, width: Self.width)
    let pairs = Double(length) * Double(length + 1) / 2 * Double(Self.heads)
    var (forward, backward) = (Stopwatch(), Stopwatch())
    var kinds = (scores: Stopwatch(), outputs: Stopwatch(), transposed: Stopwatch())
    for _ in 0..<3 {
      _ = try forward.fastest(of: 2, floor: 0) { tape.replay() }
      input.clearGradient()
      _ = try backward.fastest(of: 1, floor: 0) { tape.backward(from: loss) }
      _ = try kinds.scores.fastest(of: 1, floor: 0) { products.scores(pairs) }
      _ = try kinds.outputs.fastest(of: 1, floor: 0) { products.outputs(pairs) }
      _ = try kinds.transposed.fastest(of: 1, floor: 0) { products.transposed(pairs) }
    }
    let (s, o, t) = (kinds.scores.wall, kinds.outputs.wall, kinds.transposed.wall)
    reportEnd([
      "forward": forward.wall, "forwardCPU": forward.cpu,
      "both": forward.wall + backward.wall, "bothCPU": forward.cpu + backward.cpu,
      // Forwards scores and outputs; backwards the scores again, the weights' gradients, and those
      // of queries, keys and values.
      "forwardProducts": s + o, "bothProducts": s + o + 2 * s + o + 2 * t,
      "forwardProductsCPU": kinds.scores.cpu + kinds.outputs.cpu,
      "bothProductsCPU": 3 * kinds.scores.cpu + 2 * kinds.outputs.cpu + 2 * kinds.transposed.cpu,
      "operations": 4 * Double(Self.width) * pairs,
      "inputMegabytes": Double(input.count) * 4 / 1_048_576,
      "forwardMegabytes": forwardPeak - before, "bothMegabytes": peak - before,
    ])
  }
}

/// The products of attention on blocks that stay in the second cache, two at a time.
///
/// Larger ones would wait for memory and take longer.
struct AttentionProducts {
  private static let block = 256
  private static let count = 2

  private let scoresTape: Tape<Float>
  private let outputsTape: Tape<Float>
  private let transposedTape: Tape<Float>

  init(pool: ThreadPool, width: Int) {
    func tape(_ left: [Int], _ right: [Int], _ transposed: (Bool, Bool)) -> Tape<Float> {
      let tape = Tape<Float>(pool: pool, isDifferentiable: false)
      let operands = [left, right].map { tape.input([Self.count] + $0) }
      for operand in operands {
        for index in 0..<operand.count { operand.values[index] = Float(index % 7) / 8 }
      }
      _ = tape.matmul(
        operands[0], operands[1], leftIsTransposed: transposed.0, rightIsTransposed: transposed.1)
      return tape
    }
    scoresTape = tape([Self.block, width], [Self.block, width], (false, true))
    outputsTape = tape([Self.block, Self.block], [Self.block, width], (false, false))
    transposedTape = tape([Self.block, Self.block], [Self.block, width], (true, false))
  }

  /// Q Kᵀ for so many pairs of a query and a key; also dO Vᵀ.
  func scores(_ pairs: Double) { replay(scoresTape, pairs) }

  /// P V for so many pairs; also dS K.
  func outputs(_ pairs: Double) { replay(outputsTape, pairs) }

  /// Pᵀ dO for so many pairs; also dSᵀ Q.
  func transposed(_ pairs: Double) { replay(transposedTape, pairs) }

  private func replay(_ tape: Tape<Float>, _ pairs: Double) {
    let times = (pairs / Double(Self.count * Self.block * Self.block)).rounded(.up)
    for _ in 0..<Int(times) { tape.replay() }
  }
}
