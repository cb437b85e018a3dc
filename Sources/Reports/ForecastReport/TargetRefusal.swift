public import Quantities
public import ScalingLaws

/// Why a table does not tell what a target takes, with the bounds that it gives.
public struct TargetRefusal {
  /// No value, and the ends that are known.
  public let bounds: Estimated
  /// Why, and which data would mend it.
  public let reasons: [String]

  /// The factor between the ends of an interval of compute beyond which there is no telling: four
  /// decades, two of the size.
  private static let widest = 1e4

  /// Nil where the table tells.
  ///
  /// - Parameters:
  ///   - fit: the fit.
  ///   - plan: its plan for the target, by all laws.
  public init?(_ fit: SavedFit, _ plan: ComputePlan) {
    let compute = plan.compute
    guard compute.value.isFinite else { return nil }
    let isBlind = fit.knowsOnlyItsTable
    let isWide = !compute.low.isNaN && !(compute.high / compute.low <= Self.widest)
    guard isBlind || isWide else { return nil }
    let smallest = fit.ranges["C"]?.lowerBound ?? 0
    bounds = Estimated(
      value: .nan, low: !isBlind && compute.low > smallest / 100 ? compute.low : .nan,
      high: !isBlind && compute.high.isFinite ? compute.high : .nan)
    let causes = fit.determination(of: plan).reasons
    reasons =
      causes.isEmpty
      ? [
        "What it takes is known to \(isBlind ? "no" : "four") decades only: the target lies too far beyond the runs, or too near the law's floor"
      ] : causes.prefix(2).map { $0.prefix(1).uppercased() + $0.dropFirst() }
  }

  /// The refusal of a plan.
  public func sentence(for target: Double, source: String) -> String {
    let range =
      switch (bounds.low.isNaN, bounds.high.isNaN) {
      case (false, false):
        "somewhere from \(NumberFormat.flops(bounds.low)) to \(NumberFormat.flops(bounds.high)) FLOPs"
      case (false, true): "at least \(NumberFormat.flops(bounds.low)) FLOPs"
      case (true, false): "at most \(NumberFormat.flops(bounds.high)) FLOPs"
      case (true, true): "an amount that this table does not tell"
      }
    return
      "\(source): --target: found \(NumberFormat.significant(target, 6)), which takes \(range); expected a target nearer to the runs, or more runs. \(reasons.joined(separator: ". "))"
  }
}
