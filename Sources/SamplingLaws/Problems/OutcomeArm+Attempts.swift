public import RunTables

extension OutcomeArm {
  /// The arm with one row an attempt, which is right if all its steps are, and whose tokens are
  /// their sum. An arm that has one row an attempt is returned as it is.
  public var byAttempt: OutcomeArm {
    guard steps != nil, let attemptNumbers else { return self }
    var starts = [0]
    var correct: [UInt8] = []
    var tokens: [Float] = []
    var ends = [0]
    for problem in 0..<problemCount {
      var previous: Int32?
      for row in rows(ofProblem: problem) {
        if attemptNumbers[row] != previous {
          correct.append(1)
          tokens.append(0)
          ends.append(ends[ends.count - 1])
        }
        previous = attemptNumbers[row]
        let last = correct.count - 1
        correct[last] &= self.correct[row]
        tokens[last] += self.tokens?[row] ?? 0
        ends[ends.count - 1] += 1
      }
      starts.append(correct.count)
    }
    var arm = OutcomeArm(key: key, problems: problems, starts: starts, correct: correct)
    if self.tokens != nil { arm.tokens = tokens }
    if let scores { arm.stepScores = StepScores(starts: ends, values: scores.map { Float($0) }) }
    arm.strata = strata
    arm.kind = kind
    arm.constants = constants
    return arm
  }
}
