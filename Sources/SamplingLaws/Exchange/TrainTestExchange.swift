/// How much more a small model may spend on inference than a large one before the two cost the same in
/// training and inference together [20].
///
/// With X FLOPs of pretraining and Y of inference by the small model, one M times as large costs
/// M(X + Y); the small one may multiply its inference by k = M + 3(M − 1)/R, R the tokens of inference
/// over those of pretraining, as pretraining takes 6 and inference 2 FLOPs a token and parameter.
public struct TrainTestExchange: Codable, Sendable, Hashable {
  /// M, the large model's parameters over the small one's.
  public let parameterRatio: Double
  /// R, tokens of inference over tokens of pretraining.
  public let tokenRatio: Double
  /// k, the inference of the small model that costs as much as the large one in all.
  public let multiplier: Double
  /// The part of k that is saved inference, M: the limit for much inference.
  public let fromInference: Double
  /// The part of k that is saved pretraining, 3(M − 1)/R.
  public let fromTraining: Double

  /// Exchanges training for inference at M ≥ 1 and R > 0.
  public init(parameterRatio: Double, tokenRatio: Double) throws(PlanningError) {
    try PlanningError.require(
      parameterRatio >= 1 && parameterRatio.isFinite,
      "The large model is \(parameterRatio) times as large as the small one; it must not be smaller."
    )
    try PlanningError.require(
      tokenRatio > 0, "The ratio of tokens \(tokenRatio) is not positive.")
    self.parameterRatio = parameterRatio
    self.tokenRatio = tokenRatio
    fromInference = parameterRatio
    fromTraining = 3 * (parameterRatio - 1) / tokenRatio
    multiplier = fromInference + fromTraining
  }

  /// R = 3(M − 1)/(k − M), at which k times the inference costs the same; infinite for k ≤ M.
  public static func tokenRatio(multiplier: Double, parameterRatio: Double) -> Double {
    multiplier > parameterRatio
      ? 3 * (parameterRatio - 1) / (multiplier - parameterRatio) : .infinity
  }
}
