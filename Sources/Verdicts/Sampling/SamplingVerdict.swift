public import SamplingLaws

/// What sampling the trained models of one arm several times brings, against their size.
public struct SamplingVerdict: Codable, Hashable, Sendable {
  /// The arm.
  public var arm: String
  /// The number of held-out problems.
  public var problems: Int
  /// The seeds over which each size's accuracy is a mean.
  public var seeds: Int
  /// One comparison for each selector of the study.
  public var tradeoffs: [SizeSampleTradeoff]
  /// The answer in sentences, the most important first.
  public var sentences: [String]
  /// What limits the conclusions.
  public var warnings: [String]
}
