public import SamplingLaws

extension StudyReading {
  /// What sampling the trained models of one arm several times brings, against their size.
  public struct Sampling: Sendable {
    /// The arm.
    public var arm: String
    /// The number of held-out problems.
    public var problems: Int
    /// One comparison for each way of reaching an answer from samples.
    public var tradeoffs: [SizeSampleTradeoff]
    /// The answer in sentences, the most important first.
    public var sentences: [String]
    /// What limits the conclusions.
    public var warnings: [String]

    /// What sampling brings.
    ///
    /// - Parameters:
    ///   - arm: the arm.
    ///   - problems: the number of held-out problems.
    ///   - tradeoffs: one for each way of reaching an answer from samples.
    ///   - sentences: the answer in sentences.
    ///   - warnings: what limits the conclusions.
    public init(
      arm: String, problems: Int, tradeoffs: [SizeSampleTradeoff], sentences: [String],
      warnings: [String]
    ) {
      self.arm = arm
      self.problems = problems
      self.tradeoffs = tradeoffs
      self.sentences = sentences
      self.warnings = warnings
    }
  }
}
