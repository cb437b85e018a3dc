internal import Quantities
internal import RunTables
internal import Statistics

struct StepVotes: Sendable {
  /// Steps with a usable attempt.
  var steps = 0.0
  var rows = 0.0
  var attempts = 0.0
  var right = 0.0
  /// Attempts that give the most common wrong answer of their step.
  var rivals = 0.0
  var pairs = 0.0
  var wrongPairs = 0.0
  var collisions = 0.0
  var evenCollisions = 0.0
  var wrongModes = 0.0
  var tied = 0.0
  var surelyWrong = 0.0

  static let columnCount = 8

  /// Numerators and denominators: right, both wrong, collisions, wrong modes.
  var columns: [Double] {
    [right, attempts, wrongPairs, pairs, collisions, wrongPairs, wrongModes, steps]
  }

  mutating func add(_ other: StepVotes) {
    steps += other.steps
    rows += other.rows
    attempts += other.attempts
    right += other.right
    rivals += other.rivals
    pairs += other.pairs
    wrongPairs += other.wrongPairs
    collisions += other.collisions
    evenCollisions += other.evenCollisions
    wrongModes += other.wrongModes
    tied += other.tied
    surelyWrong += other.surelyWrong
  }

  func kind(_ name: String, level: Double) -> AheadDiagnosis.Kind {
    let interval = BinomialInterval.wilson(
      successes: Int(right), trials: Int(attempts), level: level)
    return AheadDiagnosis.Kind(
      name: name, steps: Int(steps), attempts: Int(attempts),
      accuracy: Estimated(value: right / attempts, low: interval.low, high: interval.high),
      voteAccuracy: right + rivals > 0 ? right / (right + rivals) : .nan)
  }

  /// The counts of one problem, which is one step or has one row a step.
  static func tally(
    _ arm: OutcomeArm, _ answers: [Int32], problem: Int, lengthLimit: Double?
  ) -> StepVotes {
    let rows = arm.rows(ofProblem: problem)
    var votes = StepVotes()
    votes.rows = Double(rows.count)
    var counts = AnswerCounts()
    func isUsable(_ row: Int) -> Bool {
      guard answers[row] >= 0 else { return false }
      guard let lengthLimit, let tokens = arm.tokens else { return true }
      // A length that is not recorded does not disqualify.
      return !(Double(tokens[row]) > lengthLimit)
    }
    guard let steps = arm.steps else {
      for row in rows where isUsable(row) {
        counts.add(Int(answers[row]), right: arm.correct[row] == 1)
      }
      votes.addStep(&counts)
      return votes
    }
    // Rows in the order of their steps, by counting.
    let last = rows.reduce(0) { max($0, Int(steps[$1])) }
    var starts = [Int](repeating: 0, count: last + 2)
    for row in rows { starts[Int(steps[row]) + 1] += 1 }
    for step in 1..<starts.count { starts[step] += starts[step - 1] }
    var places = starts
    var order = [Int32](repeating: 0, count: rows.count)
    for row in rows {
      let step = Int(steps[row])
      order[places[step]] = Int32(row - rows.lowerBound)
      places[step] += 1
    }
    for step in 0...last {
      for index in starts[step]..<starts[step + 1] {
        let row = rows.lowerBound + Int(order[index])
        if isUsable(row) { counts.add(Int(answers[row]), right: arm.correct[row] == 1) }
      }
      votes.addStep(&counts)
    }
    return votes
  }

  private mutating func addStep(_ counts: inout AnswerCounts) {
    defer { counts.clear() }
    let usable = counts.right + counts.wrong
    guard usable > 0 else { return }
    let most = counts.mostCommonWrong
    let (right, wrong, rival) = (Double(counts.right), Double(counts.wrong), Double(most))
    steps += 1
    attempts += Double(usable)
    self.right += right
    rivals += rival
    pairs += Double(usable) * Double(usable - 1) / 2
    let wrongHere = wrong * (wrong - 1) / 2
    wrongPairs += wrongHere
    collisions += counts.wrongCollisions
    if counts.distinctWrong > 0 { evenCollisions += wrongHere / Double(counts.distinctWrong) }
    if most > counts.right {
      wrongModes += 1
      // The chance of so many votes for the rival if both answers were equally likely.
      let chance = Binomial(trials: most + counts.right, probability: 0.5).survival(most - 1)
      if chance < 0.05 { surelyWrong += 1 }
    } else if most == counts.right, most > 0 {
      tied += 1
    }
  }
}

private struct AnswerCounts {
  private(set) var right = 0
  private(set) var wrong = 0
  private var counts: [Int32] = []
  private var seen: [Int] = []

  mutating func add(_ answer: Int, right isRight: Bool) {
    if isRight {
      right += 1
      return
    }
    wrong += 1
    if answer >= counts.count {
      counts += [Int32](repeating: 0, count: answer + 1 - counts.count)
    }
    if counts[answer] == 0 { seen.append(answer) }
    counts[answer] += 1
  }

  var distinctWrong: Int { seen.count }
  var mostCommonWrong: Int { seen.reduce(0) { max($0, Int(counts[$1])) } }

  var wrongCollisions: Double {
    seen.reduce(0) { $0 + Double(counts[$1]) * Double(counts[$1] - 1) / 2 }
  }

  mutating func clear() {
    for answer in seen { counts[answer] = 0 }
    seen.removeAll(keepingCapacity: true)
    right = 0
    wrong = 0
  }
}
