extension OptimumLaw {
  /// The laws of optima, by the hyper-parameters that they predict.
  public static let laws: [String: any Law] = [
    "lr": LearningRateLaw(), "batch_tokens": BatchSizeLaw(), "weight_decay": WeightDecayLaw(),
  ]
}
