internal import RealModule

/// Follows multiple-choice items from likelihood to accuracy across a family of models [14].
///
/// Each step of the chain `log p_V → p_V → p_C → accuracy or Brier` weakens an item's correlation
/// with compute; the ladder shows where predictability is lost.
public struct MetricLadder: Sendable {
  /// A stage of the chain; V is the whole vocabulary, C the item's options.
  public enum Stage: String, Sendable, Hashable, CaseIterable {
    /// `log p_V(correct)`, summed over the option's tokens, in nats.
    case logProbability = "log p_V(correct)"
    /// `p_V(correct)`.
    case probability = "p_V(correct)"
    /// `p_C(correct) = p_V(correct)/Σ p_V(option)`.
    case choiceProbability = "p_C(correct)"
    /// The Brier score `Σ (p_C(option) − 1[option is correct])²`; lower is better.
    case brier = "Brier"
    /// 1 where the correct option has the largest `p_V`, else 0; a tie counts as wrong.
    case accuracy = "accuracy"
  }

  /// One item: the log probability of each option under each model.
  public struct Item: Sendable {
    /// `logProbabilities[model][option]`, in nats.
    public var logProbabilities: [[Double]]
    /// The index of the correct option.
    public var correct: Int

    /// Creates an item.
    public init(logProbabilities: [[Double]], correct: Int) {
      self.logProbabilities = logProbabilities
      self.correct = correct
    }

    /// The item's metric at a stage, one value for each model.
    public func metric(_ stage: Stage) -> [Double] {
      logProbabilities.map { options in
        switch stage {
        case .logProbability: options[correct]
        case .probability: Double.exp(options[correct])
        case .choiceProbability: Self.softmax(options)[correct]
        case .brier:
          Self.softmax(options).enumerated().reduce(0) { sum, option in
            let error = option.element - (option.offset == correct ? 1 : 0)
            return sum + error * error
          }
        case .accuracy:
          options.indices.allSatisfy { $0 == correct || options[$0] < options[correct] } ? 1 : 0
        }
      }
    }

    private static func softmax(_ logits: [Double]) -> [Double] {
      // Long answers have log probabilities below −745: only differences may be exponentiated.
      let largest = logits.max() ?? 0
      let exponentials = logits.map { Double.exp($0 - largest) }
      let total = exponentials.reduce(0, +)
      return exponentials.map { $0 / total }
    }
  }

  /// The correlations of one stage.
  public struct StageSummary: Sendable {
    /// The stage.
    public let stage: Stage
    /// Each item's correlation with log compute, in the order of the items; 0 where the metric is
    /// the same for all models.
    public let correlations: [Double]
    /// How many items were constant.
    public let constantItems: Int

    /// The median over items of the correlation's magnitude.
    public var medianMagnitude: Double { median(correlations.map { abs($0) }) }

    /// The complementary distribution: the share of items whose correlation exceeds a threshold.
    public func share(above threshold: Double) -> Double {
      guard !correlations.isEmpty else { return .nan }
      return Double(correlations.count { $0 > threshold }) / Double(correlations.count)
    }
  }

  /// The measure of correlation.
  public let correlation: Correlation
  /// A summary of each stage, in the order of the chain.
  public let stages: [StageSummary]

  /// Correlates each item's metrics with compute, given as ln C of each model.
  ///
  /// - Throws: `StatisticsError` for fewer than two models, no item, an item whose arrays do not
  ///   match or that holds NaN or +∞, or a correct option that does not exist.
  public init(
    logCompute: [Double], items: [Item], correlation: Correlation = .spearman
  ) throws(StatisticsError) {
    guard logCompute.count > 1 else {
      throw .tooFewPoints(found: logCompute.count, needed: 2)
    }
    guard !items.isEmpty else { throw .tooFewPoints(found: 0, needed: 1) }
    try checkColumn(logCompute, "ln C", logCompute.count)
    for (index, item) in items.enumerated() {
      guard item.logProbabilities.count == logCompute.count else {
        throw .lengthMismatch(
          what: "models of item \(index)", found: item.logProbabilities.count,
          expected: logCompute.count)
      }
      let options = item.logProbabilities[0].count
      guard item.correct >= 0, item.correct < options else {
        throw .invalidValue(what: "correct option", index: index, value: Double(item.correct))
      }
      for row in item.logProbabilities { try checkColumn(row, "options of item \(index)", options) }
    }
    self.correlation = correlation
    stages = Stage.allCases.map { stage in
      let raw = items.map { correlation(logCompute, $0.metric(stage)) }
      return StageSummary(
        stage: stage, correlations: raw.map { $0.isNaN ? 0 : $0 },
        constantItems: raw.count { $0.isNaN })
    }
  }

  /// The summary of one stage.
  public subscript(stage: Stage) -> StageSummary {
    // `stages` holds every case in order, by construction.
    stages[Stage.allCases.firstIndex(of: stage) ?? 0]
  }
}
