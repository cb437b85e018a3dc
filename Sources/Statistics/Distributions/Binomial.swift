/// The binomial distribution of successes in independent trials; tails are within 2·10⁻¹³ of
/// themselves up to 10⁵ trials.
public struct Binomial: Sendable, Hashable {
  /// The number of trials.
  public let trials: Int
  /// The probability of success in one trial.
  public let probability: Double

  /// Creates the distribution of successes in `trials` ≥ 0 trials with success probability 0...1.
  public init(trials: Int, probability: Double) {
    precondition(trials >= 0, "the number of trials must not be negative")
    precondition(probability >= 0 && probability <= 1, "a probability lies between 0 and 1")
    self.trials = trials
    self.probability = probability
  }

  private func both(_ successes: Int) -> (lower: Double, upper: Double) {
    if successes < 0 { return (0, 1) }
    if successes >= trials { return (1, 0) }
    return incompleteBeta(
      Double(trials - successes), Double(successes) + 1, x: 1 - probability, y: probability)
  }

  /// `P(X ≤ successes)`.
  public func cdf(_ successes: Int) -> Double { both(successes).lower }

  /// `P(X > successes)`, accurate relative to itself.
  public func survival(_ successes: Int) -> Double { both(successes).upper }

  /// The smallest count whose cumulative probability reaches `probability`; nil outside 0...1.
  public func quantile(_ probability: Double) -> Int? {
    guard probability >= 0, probability <= 1 else { return nil }
    var low = 0
    var high = trials
    while low < high {
      let middle = low + (high - low) / 2
      if cdf(middle) >= probability { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The logarithm of `P(X = successes)`.
  public func logProbability(_ successes: Int) -> Double {
    guard successes >= 0, successes <= trials else { return -.infinity }
    if probability == 0 { return successes == 0 ? 0 : -.infinity }
    if probability == 1 { return successes == trials ? 0 : -.infinity }
    if trials == 0 { return 0 }
    return logBinomialDensity(
      Double(successes), Double(trials - successes), probability, 1 - probability)
  }
}
