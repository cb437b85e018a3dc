internal import Corpora
internal import LanguageModels
internal import Statistics
internal import Tensors

/// How often a model answers a synthetic task, by the task's exact verifier.
struct TaskAccuracy: Codable {
  var examples: Int
  /// The share of examples with every answer token right.
  var accuracy: Double
  /// The ends of the 95 % interval of the share (Wilson).
  var low: Double
  var high: Double
  /// The share of answer tokens that are the example's own.
  var tokenAccuracy: Double
  /// The share that a guesser who has read the rules gets.
  var chance: Double

  /// Lets a model write the answers, each from its own earlier ones, and verifies them.
  init(
    _ task: any SyntheticTask, model: LanguageModel<Float>, examples: Int, seed: UInt64,
    pool: ThreadPool
  ) throws {
    let context = model.configuration.contextLength
    guard model.configuration.vocabularyCount >= task.vocabularyCount else {
      throw CommandFailure(
        .badData,
        "the model has \(model.configuration.vocabularyCount) tokens, but the task needs "
          + "\(task.vocabularyCount)")
    }
    guard context >= task.longestExample - 1 else {
      throw CommandFailure(
        .badData,
        "the model's context has \(context) tokens, but examples have up to \(task.longestExample)"
      )
    }
    let batch = min(examples, 64)
    let session = try DecodingSession(
      model, batch: batch, maximumLength: min(context, task.longestExample), pool: pool)
    var right = 0
    var rightTokens = 0
    var tokens = 0
    for start in stride(from: 0, to: examples, by: batch) {
      // The last batch is filled up with examples that are not counted.
      let all = (start..<start + batch).map { task.example($0, of: seed) }
      let answers = Self.answers(to: all, in: session)
      for (example, answer) in zip(all, answers).prefix(examples - start) {
        if task.verify(prompt: example.prompt, answer: answer) { right += 1 }
        rightTokens += zip(answer, example.answer).count { $0 == $1 }
        tokens += answer.count
      }
    }
    let interval = BinomialInterval.wilson(successes: right, trials: examples)
    self.examples = examples
    accuracy = Double(right) / Double(examples)
    low = interval.low
    high = interval.high
    tokenAccuracy = Double(rightTokens) / Double(max(tokens, 1))
    chance = task.chanceLevel
  }

  /// The most probable token at each place of an answer, given the prompt and earlier answers.
  private static func answers(
    to examples: [TaskExample], in session: DecodingSession<Float>
  ) -> [[Int32]] {
    session.clear()
    let length = examples.map(\.tokens.count).max() ?? 0
    var answers = examples.map { _ in [Int32]() }
    var logits = UnsafeBufferPointer<Float>(start: nil, count: 0)
    let places = examples.map { Set($0.answerPositions) }
    for place in 0..<length {
      var next = [Int32](repeating: 0, count: examples.count)
      for (sequence, example) in examples.enumerated() where place < example.tokens.count {
        guard places[sequence].contains(place) else {
          next[sequence] = example.tokens[place]
          continue
        }
        let vocabulary = logits.count / examples.count
        let row = logits[sequence * vocabulary..<(sequence + 1) * vocabulary]
        let best = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
        next[sequence] = Int32(best - row.startIndex)
        answers[sequence].append(next[sequence])
      }
      // Nothing is asked after the last token.
      if place + 1 < length { logits = session.step(next) }
    }
    return answers
  }
}
