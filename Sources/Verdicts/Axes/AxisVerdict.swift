public import Quantities
public import ScalingLaws

/// What a treatment is worth along one axis of cost.
public struct AxisVerdict: Codable, Hashable, Sendable {
  /// What is held equal.
  public enum Axis: String, Codable, Hashable, Sendable, CaseIterable {
    /// Exact training FLOPs of a run.
    case trainingCompute = "training FLOPs"
    /// Parameters that one token passes through: the head and its own rows of embeddings included.
    case activeParameters = "active parameters"
  }

  /// The multiplier of scale at one scale.
  public struct Worth: Codable, Hashable, Sendable {
    /// The rung; nil for the target.
    public var rung: Int?
    /// The size as people read it; nil for the target.
    public var size: String?
    /// The scale of the treatment's runs.
    public var scale: Double
    /// m with baseline(m·scale) = treatment(scale).
    public var multiplier: IntervalEstimate
    /// The probability that the treatment is better here; nil without noise to measure it by.
    public var probabilityBetter: Double?
  }

  /// Where the multiplier is one.
  public struct Crossing: Codable, Hashable, Sendable {
    /// Where it lies.
    public enum Place: String, Codable, Hashable, Sendable {
      /// Below the smallest run.
      case below = "below the data"
      /// Within the data.
      case inside = "within the data"
      /// Above the largest run, within three decades.
      case beyond = "beyond the data"
      /// Further than three decades away, or nowhere.
      case none
    }
    /// The scale of the crossing; nil where it is nowhere. Its ends are Fieller's.
    public var scale: IntervalEstimate
    /// Where the estimate lies.
    public var place: Place
    /// Whether the treatment is better below it.
    public var treatmentLeadsBelow: Bool
    /// The probability that it lies within the data.
    public var probabilityInside: Double?
    /// The probability that it lies between the largest run and the target.
    public var probabilityBeforeTarget: Double?
  }

  /// What is held equal.
  public var axis: Axis
  /// What the multiplier multiplies, for people: whether tokens grow with it.
  public var meaning: String
  /// The unit of scale.
  public var unit: String
  /// The smallest and largest scale of the compared runs.
  public var dataRange: [Double]
  /// The scale of the question.
  public var target: Double
  /// Whether it was given, or is ten times the largest run.
  public var targetIsGiven: Bool
  /// log₁₀ of the target over the largest run; 0 within the data.
  public var decadesBeyond: Double
  /// The law whose local slope turns a difference of loss into one of scale.
  public var slopeLaw: String
  /// d ln loss / d ln scale of the baseline at each rung.
  public var localSlopes: [Double]
  /// The tests on the multiplier, which decide.
  public var test: PairedTest
  /// The same on the ratio of the losses.
  public var ratioTest: PairedTest
  /// The multiplier if it is the same at every scale.
  public var constantMultiplier: IntervalEstimate
  /// The multiplier at each rung by the pairs of that rung alone.
  public var measured: [Worth]
  /// The multiplier at each rung by the paired regression.
  public var fitted: [Worth]
  /// The multiplier at the target by the paired regression, with what one new size will have of its
  /// own; nil where a forecast is refused.
  public var forecast: Worth?
  /// The multiplier of the line at the target: the mean over sizes like that one.
  public var forecastOfLine: Worth?
  /// How the baseline's own runs lie about the law that turns loss into scale; nil with too few.
  public var baselineMisfit: LawMisfit?
  /// The smallest multiplier above one that the test finds nine times in ten; nil without noise.
  public var smallestDetectable: Double?
  /// Where the arms cross by the paired regression; nil where its slope is unknown.
  public var crossing: Crossing?
  /// The law of the joint fits; nil where none could be fitted.
  public var jointLaw: String?
  /// What differs between the arms by the joint fits, in words: `the amplitude only`.
  public var jointDifference: String?
  /// The laws of both arms fitted apart and jointly, with nested tests; nil where none could be.
  public var comparison: ComparisonSummary?
}
