/// What a study says about each of its treatments, schema `allometry.verdict/1`.
public struct StudyVerdict: Codable, Hashable, Sendable {
  /// `allometry.verdict/1`.
  public var schema = "allometry.verdict/1"
  /// The arm that all others are compared with.
  public var baseline: String
  /// How the verdict was reached.
  public var settings: VerdictSettings
  /// One verdict for each other arm, in the order in which arms appear in the rows.
  public var arms: [ArmVerdict]
  /// How learning rates were chosen, over all arms.
  public var learningRates: LearningRateSummary
  /// The laws of the settings, fitted to the baseline.
  public var baselineLaws: [ArmLaw]
  /// What sampling the trained models several times brings, for each arm; nil where they were not
  /// sampled.
  public var sampling: [SamplingVerdict]?
  /// What a reader must know about the whole study.
  public var warnings: [String]
}
