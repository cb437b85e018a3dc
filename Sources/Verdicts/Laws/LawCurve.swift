internal import Foundation
public import Quantities
internal import ScalingLaws

/// A law along a scale, for pictures.
public struct LawCurve: Hashable, Sendable {
  /// A place of a curve with its interval.
  public struct Point: Hashable, Sendable {
    /// The scale.
    public var scale: Double
    /// The curve there.
    public var estimate: IntervalEstimate

    /// A place of a curve.
    public init(scale: Double, estimate: IntervalEstimate) {
      self.scale = scale
      self.estimate = estimate
    }
  }

  /// What the curve runs along.
  public var axis: AxisVerdict.Axis
  /// Its places, by ascending scale.
  public var points: [Point]

  /// A curve through places.
  public init(axis: AxisVerdict.Axis, points: [Point]) {
    self.axis = axis
    self.points = points
  }

  /// The number of places of a curve.
  private static let count = 41

  /// A fitted law from the smallest run to a target: along its column, or for laws of size and tokens
  /// along training FLOPs as the ladder grows. Nil where the ladder does not grow or the law reads
  /// other columns.
  ///
  /// - Parameters:
  ///   - fit: with its refits, over which the intervals are.
  ///   - rows: finished runs of the arm.
  ///   - target: the largest scale of the question along each axis.
  init?(_ fit: Fit, to rows: [StudyRow], target: [AxisVerdict.Axis: Double]) {
    let names = fit.law.card.columns.map(\.name)
    guard !names.isEmpty, Set(names).isSubset(of: ["C", "N", "D"]),
      fit.estimate.allSatisfy({ $0.isFinite }),
      let top = rows.max(by: { $0.compute < $1.compute }),
      let bottom = rows.filter({ $0.branch == top.branch }).min(by: { $0.compute < $1.compute }),
      top.compute > bottom.compute
    else { return nil }
    axis = names == ["N"] ? .activeParameters : .trainingCompute
    let end = top.scale(axis)
    let low = rows.map { [axis] in $0.scale(axis) }.min() ?? bottom.scale(axis)
    let high = max(target[axis] ?? 0, end)
    guard low > 0, high > low, end > bottom.scale(axis) else { return nil }
    let span = log(end / bottom.scale(axis))
    func exponent(_ value: (StudyRow) -> Double) -> Double {
      log(value(top) / value(bottom)) / span
    }
    let sizes = exponent(\.activeCount)
    let tokens = exponent { Double($0.tokens) }
    let compute = exponent(\.compute)
    points = (0..<Self.count).map { index in
      let scale = low * pow(high / low, Double(index) / Double(Self.count - 1))
      let growth = log(scale / end)
      let place = [
        "C": top.compute * exp(compute * growth), "N": top.activeCount * exp(sizes * growth),
        "D": Double(top.tokens) * exp(tokens * growth),
      ]
      let columns = names.compactMap { place[$0] }
      return Point(
        scale: scale,
        estimate: IntervalEstimate(fit.derived { fit.law.prediction($0, at: columns) }))
    }
  }
}
