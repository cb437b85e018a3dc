public import Quantities
internal import RealModule
public import RunTables
internal import Statistics

/// What sequential rounds do to wrong and to right answers [60].
///
/// Rounds are taken as a chain of two states. If right answers stay right, accuracy follows the
/// saturating curve of the hazard; otherwise it approaches gain/(gain + loss).
public struct SequentialRounds: Sendable, Codable {
  /// The moves into one round.
  public struct Round: Sendable, Codable, Hashable {
    /// The number of the round.
    public var round: Int
    /// How many answers stand at it.
    public var attempts: Int
    /// The share that is right.
    public var accuracy: Double
    /// The share that the chain predicts from the first round.
    public var predicted: Double
    /// Answers that were wrong one round before.
    public var wrongBefore: Int
    /// The share of them that turned right, the hazard, with Wilson's interval; nil without any.
    public var hazard: Estimated?
    /// Answers that were right one round before.
    public var rightBefore: Int
    /// The share of them that turned wrong, with Wilson's interval; nil without any.
    public var loss: Estimated?
  }

  /// What the arm is called.
  public var name: String
  /// P, the number of problems.
  public var problems: Int
  /// The number of chains of rounds.
  public var chains: Int
  /// Round by round.
  public var rounds: [Round]
  /// P(right | wrong one round before), over all rounds; nil where nothing was ever wrong.
  public var gain: Estimated?
  /// P(wrong | right one round before), over all rounds; nil where nothing was ever right.
  public var loss: Estimated?
  /// Moves from right to wrong.
  public var flips: Int
  /// gain/(gain + loss), what ever more rounds approach; nil where nothing ever moves.
  public var stationary: Estimated?
  /// The p-value of the hypothesis that the hazard is the same in all rounds (χ² over rounds with
  /// at least five moves and five stays expected); nil where there are fewer than two such.
  public var constancy: Double?
  /// The level of the intervals; those over all rounds are by the bootstrap over problems.
  public var level: Double
  /// Where the chain is wrong, a sentence each.
  public var warnings: [String]

  /// The curve of rounds whose right answers stay right, F(n) = 1 − (1 − gain)^n.
  public var absorbing: SaturationCurve? { gain.map { SaturationCurve(chance: $0.value) } }

  /// The analysis of an arm with rounds; nil without two rounds of one attempt. A round that is not
  /// later than the one before begins another chain.
  public init?(_ arm: OutcomeArm, bootstrap: ProblemBootstrap = ProblemBootstrap()) {
    guard let numbers = arm.rounds else { return nil }
    let tally = RoundTally(arm, numbers)
    guard tally.moves > 0 else { return nil }
    name = arm.name
    problems = arm.problemCount
    chains = tally.chains
    level = bootstrap.level
    let gainValue = tally.gained / tally.wrong
    let lossValue = tally.lost / tally.right
    let draws = bootstrap.resampledMeans(of: tally.matrix)
    func estimate(_ value: Double, _ of: ([Double]) -> Double) -> Estimated? {
      if value.isNaN { return nil }
      return bootstrap.interval(
        around: value, draws: draws.map(of), problems: arm.problemCount)
    }
    func rest(_ gain: Double, _ loss: Double) -> Double {
      // Where one state was never seen nothing is known of leaving it.
      let (gain, loss) = (gain.isNaN ? 0 : gain, loss.isNaN ? 0 : loss)
      return gain + loss > 0 ? gain / (gain + loss) : .nan
    }
    gain = estimate(gainValue) { $0[1] / $0[0] }
    loss = estimate(lossValue) { $0[3] / $0[2] }
    stationary = estimate(rest(gainValue, lossValue)) { rest($0[1] / $0[0], $0[3] / $0[2]) }
    flips = Int(tally.lost)
    rounds = tally.rounds(gain: gainValue, loss: lossValue, level: bootstrap.level)
    constancy = Self.constancy(rounds)
    warnings = []
    if let constancy, constancy < 0.05 {
      warnings.append(
        "The hazard is not the same in all rounds (p = \(NumberFormat.rounded(constancy, decimals: 3))); what is still wrong "
          + "late is harder, or the rounds differ, and n* from one hazard is too optimistic.")
    }
    if flips > 0, let stationary {
      warnings.append(
        "\(flips) right answers turned wrong: right is not absorbing, and accuracy approaches "
          + "\(NumberFormat.rounded(stationary.value, decimals: 3)), not 1.")
    }
  }

  private static func constancy(_ rounds: [Round]) -> Double? {
    let wrong = rounds.reduce(0.0) { $0 + Double($1.wrongBefore) }
    func gained(_ round: Round) -> Double {
      (round.hazard?.value ?? 0) * Double(round.wrongBefore)
    }
    guard wrong > 0 else { return nil }
    let rate = rounds.reduce(0) { $0 + gained($1) } / wrong
    // Thin late rounds are taken together.
    var groups: [(wrong: Double, gained: Double)] = []
    var group = (wrong: 0.0, gained: 0.0)
    func isThick(_ group: (wrong: Double, gained: Double)) -> Bool {
      group.wrong * min(rate, 1 - rate) >= 5
    }
    for round in rounds where round.wrongBefore > 0 {
      group.wrong += Double(round.wrongBefore)
      group.gained += gained(round)
      if isThick(group) {
        groups.append(group)
        group = (0, 0)
      }
    }
    if group.wrong > 0, !groups.isEmpty {
      groups[groups.count - 1].wrong += group.wrong
      groups[groups.count - 1].gained += group.gained
    }
    guard groups.count > 1 else { return nil }
    let total = groups.reduce(0.0) { $0 + $1.gained } / groups.reduce(0.0) { $0 + $1.wrong }
    let statistic = groups.reduce(0.0) { sum, group in
      let excess = group.gained - total * group.wrong
      return sum + excess * excess / (group.wrong * total * (1 - total))
    }
    return ChiSquared(degreesOfFreedom: Double(groups.count - 1)).survival(statistic)
  }
}

private struct RoundTally {
  struct Row {
    var attempts = 0
    var right = 0
    var wrongBefore = 0
    var gained = 0
    var rightBefore = 0
    var lost = 0
  }

  var rows: [Int: Row] = [:]
  /// Wrong before, gained, right before and lost of each problem.
  var matrix: ProblemMatrix
  var chains = 0

  init(_ arm: OutcomeArm, _ numbers: [Int32]) {
    matrix = ProblemMatrix(columnCount: 4, problems: arm.problemCount)
    for problem in 0..<arm.problemCount {
      var sums = [0.0, 0, 0, 0]
      var before: (round: Int32, isRight: Bool)?
      for index in arm.rows(ofProblem: problem) {
        let isRight = arm.correct[index] == 1
        let number = numbers[index]
        var row = rows[Int(number)] ?? Row()
        row.attempts += 1
        row.right += isRight ? 1 : 0
        if let before, number > before.round {
          if before.isRight {
            row.rightBefore += 1
            row.lost += isRight ? 0 : 1
            sums[2] += 1
            sums[3] += isRight ? 0 : 1
          } else {
            row.wrongBefore += 1
            row.gained += isRight ? 1 : 0
            sums[0] += 1
            sums[1] += isRight ? 1 : 0
          }
        } else {
          chains += 1
        }
        rows[Int(number)] = row
        before = (number, isRight)
      }
      matrix.append(sums)
    }
  }

  private func sum(_ count: (Row) -> Int) -> Double {
    Double(rows.values.reduce(0) { $0 + count($1) })
  }

  var wrong: Double { sum(\.wrongBefore) }
  var gained: Double { sum(\.gained) }
  var right: Double { sum(\.rightBefore) }
  var lost: Double { sum(\.lost) }
  var moves: Double { wrong + right }

  func rounds(gain: Double, loss: Double, level: Double) -> [SequentialRounds.Round] {
    let (gain, loss) = (gain.isNaN ? 0 : gain, loss.isNaN ? 0 : loss)
    func rate(_ count: Int, of trials: Int) -> Estimated? {
      guard trials > 0 else { return nil }
      let interval = BinomialInterval.wilson(successes: count, trials: trials, level: level)
      return Estimated(
        value: Double(count) / Double(trials), low: interval.low, high: interval.high)
    }
    var predicted: Double?
    return rows.keys.sorted().compactMap { number in
      guard let row = rows[number] else { return nil }
      let accuracy = Double(row.right) / Double(row.attempts)
      let next = predicted.map { $0 * (1 - loss) + (1 - $0) * gain } ?? accuracy
      predicted = next
      return SequentialRounds.Round(
        round: number, attempts: row.attempts, accuracy: accuracy, predicted: next,
        wrongBefore: row.wrongBefore, hazard: rate(row.gained, of: row.wrongBefore),
        rightBefore: row.rightBefore, loss: rate(row.lost, of: row.rightBefore))
    }
  }
}
