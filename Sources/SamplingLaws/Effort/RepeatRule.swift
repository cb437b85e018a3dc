internal import Optimization
internal import RunTables

/// How many repeats a cell of problem and level needs: more while its outcomes scatter [103].
public struct RepeatRule: Sendable, Hashable, Codable {
  /// How the scatter of a cell's accuracy is measured.
  public enum Scatter: String, Sendable, Hashable, Codable {
    /// Large for cells that are rarely right, which always take the most repeats; 0 for never
    /// right.
    case coefficientOfVariation
    /// Of the accuracy's posterior under Beta(½, ½): falls with every repeat, treats right and
    /// wrong alike.
    case jeffreys
  }

  /// Repeats that every cell has.
  public var minimum: Int
  /// Repeats that no cell exceeds.
  public var maximum: Int
  /// The sum of the scatters of accuracy and of tokens above which another repeat follows.
  public var threshold: Double
  /// How the scatter of accuracy is measured.
  public var scatter: Scatter

  /// A rule; the numbers of the reference implementation by default.
  public init(
    minimum: Int = 3, maximum: Int = 10, threshold: Double = 0.5,
    scatter: Scatter = .coefficientOfVariation
  ) {
    self.minimum = minimum
    self.maximum = maximum
    self.threshold = threshold
    self.scatter = scatter
  }

  /// Of a cell's accuracy and of its tokens, of which NaN are passed over.
  public func scatter(correct: some Collection<UInt8>, tokens: some Collection<Float>) -> Double {
    let right = Double(correct.reduce(0) { $0 + Int($1) })
    let count = Double(correct.count)
    let known = tokens.lazy.filter { !$0.isNaN }.map { Double($0) }
    let total = known.reduce(0, +)
    let mean = total / Double(known.count)
    let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let spread =
      mean.isNaN ? 0 : (squares / Double(known.count)).squareRoot() / (mean + Self.smallest)
    guard count > 0 else { return spread }
    switch scatter {
    case .coefficientOfVariation:
      let share = right / count
      return spread + (share * (1 - share)).squareRoot() / (share + Self.smallest)
    case .jeffreys:
      let (a, b) = (right + 0.5, count - right + 0.5)
      return spread + (a * b / ((count + 1) * (count + 1) * (count + 2))).squareRoot()
    }
  }

  /// The constant of the reference implementation that keeps a mean of 0 from dividing.
  private static let smallest = 1e-8

  /// Whether a cell needs another repeat.
  public func needsMore(correct: some Collection<UInt8>, tokens: some Collection<Float>) -> Bool {
    if correct.count < minimum { return true }
    return correct.count < maximum && scatter(correct: correct, tokens: tokens) > threshold
  }
}

/// What a rule of repeats would have spent on recorded attempts.
public struct RepeatReplay: Codable, Sendable, Hashable {
  /// What one level comes to.
  public struct Level: Codable, Sendable, Hashable {
    /// What it is called.
    public var label: String
    /// Repeats that a problem takes on average.
    public var meanRepeats: Double
    /// The share of problems that take the most repeats.
    public var atMaximum: Double
    /// The share of problems with fewer recorded attempts than the rule asks for.
    public var short: Double
  }

  /// The rule.
  public var rule: RepeatRule
  /// The levels, ascending.
  public var levels: [Level]
  /// What to beware of.
  public var warnings: [String]

  /// Replays a rule on the attempts of each problem, in their order.
  public init(_ rule: RepeatRule, on ladder: EffortLadder, threads: Int = 2) throws(PlanningError) {
    try PlanningError.require(
      rule.minimum >= 1 && rule.maximum >= rule.minimum,
      "Repeats from \(rule.minimum) to \(rule.maximum) are no range.")
    self.rule = rule
    levels = zip(ladder.labels, ladder.arms).map { label, arm in
      let repeats = parallelMap(count: arm.problemCount, threads: threads) { problem -> Int in
        let rows = arm.rows(ofProblem: problem)
        var count = rule.minimum
        while count <= rows.count {
          let taken = rows.lowerBound..<rows.lowerBound + count
          if !rule.needsMore(correct: arm.correct[taken], tokens: arm.tokens?[taken] ?? []) {
            return count
          }
          count += 1
        }
        // The rule asks for more than was recorded.
        return -rows.count
      }
      let count = Double(max(repeats.count, 1))
      return Level(
        label: label, meanRepeats: Double(repeats.reduce(0) { $0 + abs($1) }) / count,
        atMaximum: Double(repeats.count { $0 == rule.maximum }) / count,
        short: Double(repeats.count { $0 < 0 }) / count)
    }
    warnings = []
    if levels.contains(where: { $0.short > 0 }) {
      warnings.append("Some problems have fewer attempts than the rule asks for.")
    }
  }
}
