/// How a law is fitted and how its uncertainty is measured.
public struct FitOptions: Sendable {
  /// How intervals are obtained.
  public enum IntervalMethod: String, Sendable, Hashable, CaseIterable {
    /// Parametric where the seed noise is given or there are few runs, else bootstrap.
    case automatic
    /// Reweight runs at random; rows of one run keep one weight.
    case bootstrap
    /// Simulate new outcomes around the fit with the noise of the seeds or of the residuals.
    case parametric
    /// Profile the objective over each parameter.
    case profile
    case none
  }

  /// What is minimised; nil for the law's own.
  public var objective: Objective?
  /// Parameters held at a physical value, by name.
  public var fixed: [String: Double]
  /// Physical bounds that replace the law's own, by name.
  public var bounds: [String: ClosedRange<Double>]
  /// Starting values by name; all combinations are tried in place of the law's own starts.
  public var starts: [String: [Double]]
  /// How intervals are obtained.
  public var interval: IntervalMethod
  /// The nominal coverage of intervals.
  public var level: Double
  /// The number of bootstrap refits.
  public var resamples: Int
  /// The standard deviation of the outcome between seeds, as a residual of the objective; nil to
  /// estimate it from repeated seeds or from the residuals.
  public var seedNoise: Double?
  /// The seed of all random numbers.
  public var seed: UInt64
  /// The number of threads; the result does not depend on it.
  public var threads: Int
  /// How many starts are minimised; where a law has more, those with the lowest objective. Starts
  /// that the user names are all minimised.
  public var minimisedStarts: Int
  /// How many of the best minimised starts are polished to full precision.
  public var polished: Int
  /// Called while refits and validation go on, from any thread; it changes no result.
  public var progress: (@Sendable (FitProgress) -> Void)?

  /// Creates options; every argument has a default.
  public init(
    objective: Objective? = nil, fixed: [String: Double] = [:],
    bounds: [String: ClosedRange<Double>] = [:], starts: [String: [Double]] = [:],
    interval: IntervalMethod = .automatic, level: Double = 0.9, resamples: Int = 1000,
    seedNoise: Double? = nil, seed: UInt64 = 0, threads: Int = 1,
    minimisedStarts: Int = 256, polished: Int = 24
  ) {
    self.objective = objective
    self.fixed = fixed
    self.bounds = bounds
    self.starts = starts
    self.interval = interval
    self.level = level
    self.resamples = resamples
    self.seedNoise = seedNoise
    self.seed = seed
    self.threads = threads
    self.minimisedStarts = minimisedStarts
    self.polished = polished
  }
}
