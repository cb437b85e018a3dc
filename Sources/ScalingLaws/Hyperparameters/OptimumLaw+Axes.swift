extension OptimumLaw {
  /// The laws of optima, by the hyper-parameters that they predict.
  public static let laws: [String: any Law] = [
    "lr": LearningRateLaw(), "batch_tokens": BatchSizeLaw(), "weight_decay": WeightDecayLaw(),
  ]

  /// Whether a law predicts the best value of a hyper-parameter.
  public static func predicts(_ law: any Law) -> Bool {
    laws.values.contains { $0.name == law.name }
  }
}
