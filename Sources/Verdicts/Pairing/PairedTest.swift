public import Quantities

/// Nested tests of the paired differences of log-loss.
public struct PairedTest: Codable, Hashable, Sendable {
  /// How the treatment may differ from the baseline.
  public enum Hypothesis: String, Codable, Hashable, Sendable, CaseIterable {
    /// It does not.
    case noDifference = "no difference"
    /// By the same factor at every scale.
    case constant
    /// By a factor that is a power of scale.
    case changesWithScale = "changes with scale"
    /// Neither a factor for all sizes nor a trend is established, but sizes differ from each other
    /// by more than seeds explain.
    case differsBySize = "differs from size to size"
  }

  /// What the hypotheses call a factor.
  public enum Quantity: String, Codable, Hashable, Sendable {
    /// The effective multiplier of scale.
    case multiplier = "effective multiplier"
    /// The ratio of the losses.
    case lossRatio = "ratio of losses"
  }

  /// How standard errors and degrees of freedom came about.
  public enum Method: String, Codable, Hashable, Sendable {
    /// Nothing tells what a rung has of its own from the rest, as with one run a rung: least squares,
    /// the residual being both.
    case leastSquares = "least squares"
    /// Every rung has the same seeds: Student's t and F of the means of the rungs.
    case rungMeans = "means of the sizes"
    /// Restricted likelihood with the corrections of Kenward and Roger.
    case restrictedLikelihood = "REML, Kenward-Roger"
  }

  /// What a test of lack of fit compares.
  public enum LackOfFitMethod: String, Codable, Hashable, Sendable {
    /// The means of the rungs about the line, against seeds within rungs.
    case rungsAgainstSeeds = "sizes about the line against seeds"
    /// The rung that is furthest off, against the scatter of the others.
    case oneRungAgainstTheOthers = "one size against the line of the others"
  }

  /// A rung with a factor of its own.
  public struct Deviation: Codable, Hashable, Sendable {
    /// The place in the ladder.
    public var rung: Int
    /// The size as people read it.
    public var size: String
    /// Whether the treatment is better there.
    public var isBetter: Bool
  }

  /// What more runs would do to the interval of the slope, by the variances that were found.
  public struct MoreRuns: Codable, Hashable, Sendable {
    /// So many sizes between the same ends.
    public var sizes: Int
    /// The width of the interval with them, over what it is.
    public var widthWithSizes: Double
    /// The width with twice the seeds, over what it is; nil with one seed, which does not tell.
    public var widthWithTwiceTheSeeds: Double?
  }

  /// What is tested.
  public var quantity: Quantity
  /// Independent pairs behind the test.
  public var pairs: Int
  /// `no difference` against `constant`; nil with too few pairs.
  public var pConstant: Double?
  /// `no difference` against `changes with scale`.
  public var pScale: Double?
  /// `constant` against `changes with scale`.
  public var pSlope: Double?
  /// `no difference` against a factor for all sizes and a trend, both tests together (Holm).
  public var pNoDifference: Double?
  /// Whether what a seed does to a pair is shared by the rungs.
  public var clusteredBySeed: Bool
  /// The p-value of a common effect of a seed over rungs; nil with one seed.
  public var pSeed: Double?
  /// The degrees of freedom of the test against `constant`.
  public var degreesOfFreedom: Double?
  /// The degrees of freedom of the slope.
  public var slopeDegreesOfFreedom: Double?
  /// How standard errors and degrees of freedom came about.
  public var method: Method?
  /// The standard deviation of a paired difference of log-loss about the regression.
  public var scatter: Double?
  /// The share of its variance that a size has of its own; nil with one seed, which does not tell.
  public var shareOfSize: Double?
  /// The share that a seed has in common at all sizes; nil where it cannot be told.
  public var shareOfSeed: Double?
  /// The p-value of sizes lying on the line; nil where there is nothing to test it by.
  public var pLackOfFit: Double?
  /// What that test compares.
  public var lackOfFitMethod: LackOfFitMethod?
  /// Whether sizes differ by more than seeds explain.
  public var sizesDiffer: Bool
  /// Sizes with a factor of their own, where sizes differ.
  public var deviations: [Deviation]
  /// What more runs would buy; nil where there is no slope.
  public var moreRuns: MoreRuns?
  /// The smallest hypothesis that the pairs do not reject; nil with too few.
  public var accepted: Hypothesis?
  /// ln of the factor at the mean of ln scale, with its interval, under `constant`.
  public var logFactor: IntervalEstimate
  /// d ln factor / d ln scale, with its interval, under `changes with scale`.
  public var slope: IntervalEstimate
  /// For several lengths of one trunk: d ln factor / d ln tokens within trunks, with its interval.
  public var slopeWithLength: IntervalEstimate?
  /// The p-value of no change with length within trunks; nil for one length.
  public var pLength: Double?
}
