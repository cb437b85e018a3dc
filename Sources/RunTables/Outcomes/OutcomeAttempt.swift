/// One attempt at one problem, as a strategy records it; what is nil is not recorded.
public struct OutcomeAttempt: Sendable, Hashable {
  /// Whether the answer is right.
  public var correct: Bool
  /// Tokens generated.
  public var tokens: Double?
  /// Tokens of the prompt.
  public var promptTokens: Double?
  /// The verifier's score.
  public var score: Double?
  /// The answer in its canonical spelling; nil where none could be read.
  public var answer: String?
  /// Whether a pass-or-fail verifier let it pass.
  public var passes: Bool?
  /// The step scores of a process verifier.
  public var stepScores: [Double]?
  /// The round of a sequential strategy, from 0.
  public var round: Int?
  /// The step that the row stands for, from 0, in a table with one row a step.
  public var step: Int?
  /// The number of the attempt that a step belongs to; its place among the attempts by default.
  public var attempt: Int?

  /// Records an attempt.
  public init(
    correct: Bool, tokens: Double? = nil, promptTokens: Double? = nil, score: Double? = nil,
    answer: String? = nil, passes: Bool? = nil, stepScores: [Double]? = nil, round: Int? = nil,
    step: Int? = nil, attempt: Int? = nil
  ) {
    self.correct = correct
    self.tokens = tokens
    self.promptTokens = promptTokens
    self.score = score
    self.answer = answer
    self.passes = passes
    self.stepScores = stepScores
    self.round = round
    self.step = step
    self.attempt = attempt
  }
}

extension OutcomeArm {
  /// An arm of the attempts at each problem, in order; a column exists if any attempt records it.
  public init(key: [String] = [], problems: [String]? = nil, attempts: [[OutcomeAttempt]]) {
    let labels = problems ?? attempts.indices.map { String($0) }
    precondition(labels.count == attempts.count, "\(labels.count) labels of \(attempts.count)")
    let all = attempts.flatMap { $0 }
    var starts = [0]
    for one in attempts { starts.append(starts[starts.count - 1] + one.count) }
    self.init(
      key: key, problems: labels, starts: starts, correct: all.map { $0.correct ? 1 : 0 })
    func column<Value>(_ value: (OutcomeAttempt) -> Double?, _ make: (Double) -> Value) -> [Value]?
    {
      all.contains { value($0) != nil } ? all.map { make(value($0) ?? .nan) } : nil
    }
    tokens = column(\.tokens) { Float($0) }
    promptTokens = column(\.promptTokens) { Float($0) }
    scores = column(\.score) { $0 }
    passes = all.contains { $0.passes != nil } ? all.map { $0.passes == true ? 1 : 0 } : nil
    rounds = all.contains { $0.round != nil } ? all.map { Int32($0.round ?? 0) } : nil
    if all.contains(where: { $0.step != nil }) {
      steps = all.map { Int32($0.step ?? 0) }
      attemptNumbers = attempts.flatMap { rows in
        rows.enumerated().map { Int32($1.attempt ?? $0) }
      }
    }
    if all.contains(where: { $0.answer != nil }) {
      answers = attempts.flatMap { rows -> [Int32] in
        var classes: [String: Int32] = [:]
        return rows.map { row in
          guard let answer = row.answer else { return -1 }
          if let known = classes[answer] { return known }
          let next = Int32(classes.count)
          classes[answer] = next
          return next
        }
      }
    }
    if all.contains(where: { $0.stepScores != nil }) {
      var ends = [0]
      for row in all { ends.append(ends[ends.count - 1] + (row.stepScores?.count ?? 0)) }
      stepScores = StepScores(
        starts: ends, values: all.flatMap { ($0.stepScores ?? []).map { Float($0) } })
    }
  }
}
