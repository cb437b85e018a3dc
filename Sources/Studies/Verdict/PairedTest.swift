/// Nested tests of the paired differences of log-loss, see ``PairedRegression``.
public struct PairedTest: Codable, Hashable, Sendable {
  /// How the treatment may differ from the baseline.
  public enum Hypothesis: String, Codable, Hashable, Sendable, CaseIterable {
    /// It does not.
    case noDifference = "no difference"
    /// By the same factor at every scale.
    case constant
    /// By a factor that is a power of scale.
    case changesWithScale = "changes with scale"
  }

  /// What the hypotheses call a factor.
  public enum Quantity: String, Codable, Hashable, Sendable {
    /// The effective multiplier of scale.
    case multiplier = "effective multiplier"
    /// The ratio of the losses.
    case lossRatio = "ratio of losses"
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
  /// `no difference` against whatever it was, both tests together (Holm).
  public var pNoDifference: Double?
  /// Whether what a seed does to a pair is shared by the rungs; then seeds are the clusters.
  public var clusteredBySeed: Bool
  /// The p-value of a common effect of a seed over rungs; nil with one seed.
  public var pSeed: Double?
  /// The degrees of freedom of the test against `constant`.
  public var degreesOfFreedom: Double?
  /// The standard deviation of a paired difference of log-loss about the regression.
  public var scatter: Double?
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
