public import Quantities
internal import RealModule

/// Up to how much inference a small model sampled often is cheaper than an equally accurate large
/// one [20].
public struct ExchangeBreakEven: Codable, Sendable, Hashable {
  /// How the two compare.
  public enum Verdict: String, Codable, Sendable, Hashable {
    /// However much is inferred: its samples cost no more than one of the large model.
    case smallAlways
    case smallBelowRatio
    /// No recorded number of samples reaches the large model.
    case notReached
  }

  /// M, the large model's parameters over the small one's.
  public var parameterRatio: Double
  /// The accuracy of one sample of the large model.
  public var largeAccuracy: Estimated
  /// The samples of the small model that reach it, log-interpolated; infinite where none do.
  public var samples: Estimated
  /// R below which the small model is cheaper; infinite where it always is, 0 where it never is.
  public var tokenRatio: Estimated
  /// How the two compare.
  public var verdict: Verdict
  /// The share of resamples in which the small model reaches the large one; 1 or 0 without any.
  public var reached: Double
  /// What to beware of.
  public var warnings: [String]

  /// Compares a curve over ascending, positive numbers of samples of the small model with the
  /// accuracy of one sample of the large one, M ≥ 1 times as large. The curve is of a selector that
  /// can be had: coverage needs a perfect one.
  public init(
    samples: [Double], accuracies: [Double], largeAccuracy: Double, parameterRatio: Double
  ) throws(PlanningError) {
    try Self.check(samples, parameterRatio)
    precondition(samples.count == accuracies.count, "one accuracy a number of samples")
    let needed = Self.needed(samples, accuracies, largeAccuracy)
    let ratio = Self.ratio(needed, parameterRatio)
    self.init(
      parameterRatio: parameterRatio, largeAccuracy: Estimated(value: largeAccuracy),
      samples: Estimated(value: needed), tokenRatio: Estimated(value: ratio),
      reached: needed.isFinite ? 1 : 0)
  }

  /// Problem by problem, both resampled together; the last column is a sample of the large model.
  public init(
    samples: [Double], accuracies: ProblemMatrix, parameterRatio: Double,
    bootstrap: ProblemBootstrap
  ) throws(PlanningError) {
    try Self.check(samples, parameterRatio)
    precondition(
      accuracies.columnCount == samples.count + 1, "a column a number of samples and one more")
    let problems = accuracies.problemCount
    if problems == 0 { throw .tooFew("There is no problem.") }
    func needed(_ means: [Double]) -> Double {
      Self.needed(samples, Array(means.dropLast()), means[samples.count])
    }
    let centre = accuracies.means
    let draws = bootstrap.resampledMeans(of: accuracies)
    let counts = draws.map(needed)
    self.init(
      parameterRatio: parameterRatio,
      largeAccuracy: bootstrap.interval(
        around: centre[samples.count], draws: draws.map { $0[samples.count] }, problems: problems),
      samples: bootstrap.unboundedInterval(
        around: needed(centre), draws: counts, problems: problems),
      tokenRatio: bootstrap.unboundedInterval(
        around: Self.ratio(needed(centre), parameterRatio),
        draws: counts.map { Self.ratio($0, parameterRatio) }, problems: problems),
      reached: Double(counts.count { $0.isFinite }) / Double(max(counts.count, 1)))
    if reached > 0.05, reached < 0.95 {
      warnings.append(
        "Whether the small model reaches the large one is uncertain: it does in \(reached) of the "
          + "resamples.")
    }
  }

  private init(
    parameterRatio: Double, largeAccuracy: Estimated, samples: Estimated, tokenRatio: Estimated,
    reached: Double
  ) {
    self.parameterRatio = parameterRatio
    self.largeAccuracy = largeAccuracy
    self.samples = samples
    self.tokenRatio = tokenRatio
    self.reached = reached
    warnings = []
    verdict =
      samples.value == .infinity
      ? .notReached : tokenRatio.value == .infinity ? .smallAlways : .smallBelowRatio
  }

  private static func check(_ samples: [Double], _ ratio: Double) throws(PlanningError) {
    try PlanningError.require(
      !samples.isEmpty && samples[0] > 0
        && zip(samples, samples.dropFirst()).allSatisfy { $0 < $1 },
      "Numbers of samples must be positive and ascend.")
    try PlanningError.require(
      ratio >= 1 && ratio.isFinite, "The large model must not be smaller than the small one.")
  }

  private static func needed(_ samples: [Double], _ curve: [Double], _ accuracy: Double) -> Double {
    AllocationCurves.budget(reaching: accuracy, samples, curve)
  }

  private static func ratio(_ samples: Double, _ parameterRatio: Double) -> Double {
    samples == .infinity
      ? 0 : TrainTestExchange.tokenRatio(multiplier: samples, parameterRatio: parameterRatio)
  }
}
