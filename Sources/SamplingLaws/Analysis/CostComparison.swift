public import Quantities
internal import RunTables

/// Accuracy against what it costs, over all arms and ways to choose: who is on which frontier [3].
public struct CostComparison: Codable, Sendable {
  /// One arm with one way to choose and one number of samples.
  public struct Point: Codable, Sendable, Hashable {
    /// The arm.
    public var arm: String
    /// How one answer is chosen; `coverage` for an exact verifier.
    public var selector: String
    /// The number of samples.
    public var samples: Int
    /// Accuracy.
    public var accuracy: Estimated
    /// Tokens generated a problem.
    public var tokens: Double
    /// Arithmetic a problem in FLOPs; nil where the model is not known.
    public var operations: Double?
    /// eFLOPs a problem, memory traffic included [3]; nil where the model is not known.
    public var equivalentOperations: Double?
    /// Whether nothing is at least as accurate for fewer tokens.
    public var isBestForTokens: Bool
    /// The same for arithmetic.
    public var isBestForOperations: Bool
    /// The same for eFLOPs.
    public var isBestForEquivalents: Bool
  }

  /// The points: those of coverage compete with each other, the others among themselves.
  public var points: [Point]
  /// Which model to choose for a budget by either count of cost; nil where models are not known.
  public var choice: ModelChoice?
  /// What is missing for a count of arithmetic.
  public var warnings: [String]

  init?(
    _ arms: [OutcomeArm], analyses: [ArmAnalysis], columns: [String], settings: AnalysisSettings
  ) {
    var points: [Point] = []
    var costed: [CostedPoint] = []
    var unknown: [String] = []
    for (arm, analysis) in zip(arms, analyses) {
      // A part of a search's candidates has no cost of its own.
      guard let tokens = analysis.tokens?.value, arm.rounds == nil, arm.kind != .candidate else {
        continue
      }
      let pricing = Self.pricing(of: arm, analysis, settings: settings)
      if pricing == nil { unknown.append(arm.name) }
      var curves = [("coverage", analysis.coverage.points.map { ($0.k, $0.coverage) })]
      if arm.kind == .answer { curves = [("answer", [(1, analysis.coverage.accuracy)])] }
      curves += analysis.selectors.map { ($0.selector, Array(zip($0.samples, $0.accuracy))) }
      var costs: [Int: InferenceCost] = [:]
      for (selector, values) in curves {
        for (samples, accuracy) in values {
          if costs[samples] == nil, let pricing {
            costs[samples] = try? pricing.meanCost(
              of: arm, trials: Double(samples), promptTokens: settings.promptTokens,
              threads: settings.bootstrap.threads)
          }
          let cost = costs[samples]
          points.append(
            Point(
              arm: arm.name, selector: selector, samples: samples, accuracy: accuracy,
              tokens: tokens * Double(samples), operations: cost?.operations,
              equivalentOperations: cost?.equivalentOperations, isBestForTokens: false,
              isBestForOperations: false, isBestForEquivalents: false))
          if selector == "coverage", let cost, let pricing {
            costed.append(
              CostedPoint(
                model: pricing.architecture.name, setting: "N = \(samples)",
                operations: cost.operations, equivalentOperations: cost.equivalentOperations,
                accuracy: accuracy.value))
          }
        }
      }
    }
    guard !points.isEmpty else { return nil }
    for perfect in [true, false] {
      let group = points.indices.filter { (points[$0].selector == "coverage") == perfect }
      for index in Self.frontier(group, points, \.tokens) { points[index].isBestForTokens = true }
      for index in Self.frontier(group, points, \.operations) {
        points[index].isBestForOperations = true
      }
      for index in Self.frontier(group, points, \.equivalentOperations) {
        points[index].isBestForEquivalents = true
      }
    }
    self.points = points
    choice = costed.isEmpty ? nil : try? ModelChoice(costed)
    warnings = []
    if !unknown.isEmpty, unknown.count < arms.count {
      warnings.append(
        "arithmetic is not counted for \(unknown.joined(separator: ", ")): no architecture is known"
      )
    }
  }

  private static func frontier(
    _ group: [Int], _ points: [Point], _ cost: (Point) -> Double?
  ) -> [Int] {
    let known = group.filter { cost(points[$0]) != nil }
    let frontier = CostFrontier(
      costs: known.compactMap { cost(points[$0]) },
      accuracies: known.map { points[$0].accuracy.value })
    return frontier.nonDominated.map { known[$0] }
  }

  /// What an arm's model costs: by its name in the settings, or by its constants.
  static func pricing(
    of arm: OutcomeArm, _ analysis: ArmAnalysis, settings: AnalysisSettings
  ) -> InferencePricing? {
    let model = analysis.key["model"] ?? arm.name
    let architecture =
      settings.architectures[model]
      ?? InferenceArchitecture(name: model, constants: arm.constants)
      ?? InferenceArchitecture.named(model) ?? settings.architectures[AnalysisSettings.anyModel]
    return architecture.map {
      InferencePricing(architecture: $0, intensity: settings.intensity)
    }
  }
}
