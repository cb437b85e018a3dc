internal import RealModule

/// A closed interval that covers a quantity with a stated confidence.
public struct ConfidenceInterval: Sendable, Hashable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double
  /// The confidence level, between 0 and 1.
  public var level: Double

  /// Creates an interval.
  public init(low: Double, high: Double, level: Double) {
    self.low = low
    self.high = high
    self.level = level
  }

  /// Whether the interval holds the value.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

/// Intervals for a success probability from counts.
public enum BinomialInterval {
  /// Wilson's score interval (1927): close to its level on average, short, never degenerate.
  public static func wilson(
    successes: Int, trials: Int, level: Double = 0.95
  ) -> ConfidenceInterval {
    check(successes, trials, level)
    let n = Double(trials)
    let k = Double(successes)
    let z = Normal.standard.inverseSurvival((1 - level) / 2)
    let square = z * z
    let centre = (k + square / 2) / (n + square)
    let half = z / (n + square) * (k * (n - k) / n + square / 4).squareRoot()
    return ConfidenceInterval(
      low: successes == 0 ? 0 : centre - half, high: successes == trials ? 1 : centre + half,
      level: level)
  }

  /// The Clopper–Pearson interval (1934): inverts the exact test, so it covers at least `level`.
  public static func clopperPearson(
    successes: Int, trials: Int, level: Double = 0.95
  ) -> ConfidenceInterval {
    check(successes, trials, level)
    let k = Double(successes)
    let n = Double(trials)
    let tail = (1 - level) / 2
    return ConfidenceInterval(
      low: successes == 0 ? 0 : Beta(k, n - k + 1).quantile(tail),
      high: successes == trials ? 1 : Beta(k + 1, n - k).inverseSurvival(tail),
      level: level)
  }

  /// The exact one-sided upper bound for the probability after no success: `1 − (1−level)^(1/n)`.
  ///
  /// At 95 % it is the rule of three, 3/n, to 2 % above 75 trials [190].
  public static func upperBoundWithoutSuccess(trials: Int, level: Double = 0.95) -> Double {
    check(0, trials, level)
    return -Double.expMinusOne(Double.log(onePlus: -level) / Double(trials))
  }

  private static func check(_ successes: Int, _ trials: Int, _ level: Double) {
    precondition(trials > 0, "an interval needs at least one trial")
    precondition(successes >= 0 && successes <= trials, "successes lie between 0 and trials")
    precondition(level > 0 && level < 1, "a confidence level lies between 0 and 1")
  }
}
