internal import Quantities
internal import RealModule

/// A model with a setting, what it costs and what it reaches.
public struct CostedPoint: Codable, Sendable, Hashable {
  /// The model.
  public var model: String
  /// The setting, such as the number of trials or the budget of tokens.
  public var setting: String
  /// Arithmetic alone, in FLOPs.
  public var operations: Double
  /// Arithmetic and memory traffic, in eFLOPs.
  public var equivalentOperations: Double
  /// The accuracy or coverage.
  public var accuracy: Double

  /// Puts a point together.
  public init(
    model: String, setting: String, operations: Double, equivalentOperations: Double,
    accuracy: Double
  ) {
    self.model = model
    self.setting = setting
    self.operations = operations
    self.equivalentOperations = equivalentOperations
    self.accuracy = accuracy
  }
}

/// The points of a cloud of costs and accuracies that are worth their cost.
public struct CostFrontier: Codable, Sendable, Hashable {
  /// The places of the points that no other reaches for less, costs ascending.
  public var nonDominated: [Int]
  /// Those of them on the upper left hull: the best mixtures of two settings lie between them.
  public var hull: [Int]

  /// Finds the frontier; points with a cost or an accuracy of NaN are passed over.
  public init(costs: [Double], accuracies: [Double]) {
    precondition(costs.count == accuracies.count, "one accuracy a cost")
    let order = costs.indices.filter { !costs[$0].isNaN && !accuracies[$0].isNaN }
      .sorted { (costs[$0], -accuracies[$0], $0) < (costs[$1], -accuracies[$1], $1) }
    var kept: [Int] = []
    for index in order where kept.last.map({ accuracies[index] > accuracies[$0] }) ?? true {
      kept.append(index)
    }
    nonDominated = kept
    hull = []
    for index in kept {
      while hull.count > 1 {
        let (a, b) = (hull[hull.count - 2], hull[hull.count - 1])
        let along = (accuracies[b] - accuracies[a]) * (costs[index] - costs[a])
        let across = (accuracies[index] - accuracies[a]) * (costs[b] - costs[a])
        if along > across { break }
        hull.removeLast()
      }
      hull.append(index)
    }
  }

  /// The most accurate point within a budget; nil where none is cheap enough.
  public func best(within budget: Double, costs: [Double]) -> Int? {
    nonDominated.last { costs[$0] <= budget }
  }

  /// The cheapest point of an accuracy; nil where none reaches it.
  public func cheapest(reaching accuracy: Double, accuracies: [Double]) -> Int? {
    nonDominated.first { accuracies[$0] >= accuracy }
  }
}

/// Which model to use for each budget, by arithmetic alone and with memory traffic counted too [3].
public struct ModelChoice: Codable, Sendable, Hashable {
  /// The choices for a budget; nil where no point is cheap enough.
  public struct Budget: Codable, Sendable, Hashable {
    /// The budget, in FLOPs or in eFLOPs.
    public var budget: Double
    /// The best point where the budget is one of FLOPs.
    public var byOperations: CostedPoint?
    /// The best point where the budget is one of eFLOPs.
    public var byEquivalents: CostedPoint?
  }

  /// What choosing by arithmetic alone costs at an accuracy.
  public struct Target: Codable, Sendable, Hashable {
    /// The accuracy.
    public var accuracy: Double
    /// The cheapest point by FLOPs.
    public var byOperations: CostedPoint
    /// The cheapest point by eFLOPs.
    public var byEquivalents: CostedPoint
    /// The eFLOPs of the first over those of the second, at least 1.
    public var overspend: Double
  }

  /// The points on the frontier of FLOPs.
  public var operationsFrontier: [CostedPoint]
  /// Those of them on its upper left hull.
  public var operationsHull: [CostedPoint]
  /// The points on the frontier of eFLOPs.
  public var equivalentsFrontier: [CostedPoint]
  /// Those of them on its upper left hull.
  public var equivalentsHull: [CostedPoint]
  /// Choices for each budget.
  public var budgets: [Budget]
  /// Overspending at each accuracy of the frontier of FLOPs.
  public var targets: [Target]
  /// The largest overspending.
  public var largestOverspend: Double
  /// What to beware of.
  public var warnings: [String]

  /// Compares the two prices at budgets; by default one for each factor of two from the cheapest
  /// FLOPs to the dearest eFLOPs.
  ///
  /// - Throws: where there is no point.
  public init(_ points: [CostedPoint], budgets: [Double]? = nil) throws(PlanningError) {
    let points = points.filter { $0.accuracy.isFinite && $0.operations > 0 }
    guard let least = points.map(\.operations).min(),
      let most = points.map(\.equivalentOperations).max(), most.isFinite
    else { throw .tooFew("There is no point with a positive cost and an accuracy.") }
    let accuracies = points.map(\.accuracy)
    let operations = points.map(\.operations)
    let equivalents = points.map(\.equivalentOperations)
    let plain = CostFrontier(costs: operations, accuracies: accuracies)
    let full = CostFrontier(costs: equivalents, accuracies: accuracies)
    operationsFrontier = plain.nonDominated.map { points[$0] }
    operationsHull = plain.hull.map { points[$0] }
    equivalentsFrontier = full.nonDominated.map { points[$0] }
    equivalentsHull = full.hull.map { points[$0] }
    let doublings = max(Int(saturating: Double.log2(most / least).rounded(.up)), 0)
    self.budgets = (budgets ?? (0...doublings).map { least * Double.exp2(Double($0)) }).map {
      budget in
      Budget(
        budget: budget,
        byOperations: plain.best(within: budget, costs: operations).map { points[$0] },
        byEquivalents: full.best(within: budget, costs: equivalents).map { points[$0] })
    }
    targets = plain.nonDominated.compactMap { index in
      full.cheapest(reaching: accuracies[index], accuracies: accuracies).map {
        Target(
          accuracy: accuracies[index], byOperations: points[index], byEquivalents: points[$0],
          overspend: equivalents[index] / equivalents[$0])
      }
    }
    largestOverspend = targets.map(\.overspend).max() ?? 1
    warnings = []
    let flips = targets.filter { $0.byOperations.model != $0.byEquivalents.model }
    if let first = flips.first {
      warnings.append(
        "Counting memory traffic changes the model at \(flips.count) of \(targets.count) accuracies, "
          + "such as \(first.byOperations.model) to \(first.byEquivalents.model).")
    }
  }
}
