internal import Statistics

/// A law with fitted parameters and what is known of their uncertainty.
///
/// Forecasts, plans and comparisons work on any fitted law, so that they answer alike for a fit
/// made a moment ago and for one that was saved.
public protocol FittedLaw: Sendable {
  /// The law.
  var law: any Law { get }
  /// The parameters in physical units, in the law's order.
  var estimate: [Double] { get }
  /// The parameters of each refit; empty where no intervals were asked for.
  var draws: [[Double]] { get }
  /// The tail probability at which quantiles of the refits are read, see ``Uncertainty``.
  var tail: Double { get }
  /// The nominal coverage of intervals.
  var level: Double { get }
  /// The standard deviation of the residuals, in the objective's residual scale.
  var scatter: Double { get }
  /// What was minimised; it says in which scale residuals are.
  var objective: Objective { get }
  /// The range of each column of the fitted table.
  var ranges: [String: ClosedRange<Double>] { get }

  /// A quantity derived from the parameters, with its interval over the refits.
  ///
  /// - Parameter quantity: computes the quantity from physical parameters in the law's order.
  func derived(_ quantity: ([Double]) -> Double) -> Estimated
}

extension FittedLaw {
  /// A quantity derived from the parameters, with its interval over the refits.
  public func derived(_ quantity: ([Double]) -> Double) -> Estimated {
    estimated(quantity(estimate), over: draws.map(quantity))
  }

  /// Several quantities that one computation yields, with their intervals over the refits.
  ///
  /// - Parameter quantities: computes the quantities from physical parameters; always as many.
  public func derivedTogether(_ quantities: ([Double]) -> [Double]) -> [Estimated] {
    let values = quantities(estimate)
    let spread = draws.map(quantities)
    return values.indices.map { slot in estimated(values[slot], over: spread.map { $0[slot] }) }
  }

  /// A value with the interval that its values over the refits span.
  ///
  /// Infinite values are kept at the ends they stand for; NaN is left out.
  func estimated(_ value: Double, over refits: [Double]) -> Estimated {
    let sorted = refits.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return Estimated(value: value) }
    return Estimated(
      value: value, low: quantile(sorted: sorted, tail), high: quantile(sorted: sorted, 1 - tail))
  }
}

extension Fit: FittedLaw {
  /// The parameters of each refit; empty where no intervals were asked for.
  public var draws: [[Double]] { uncertainty?.draws ?? [] }
  /// The tail probability at which quantiles of the refits are read.
  public var tail: Double { uncertainty?.tail ?? (1 - level) / 2 }
  /// The nominal coverage of intervals.
  public var level: Double { uncertainty?.level ?? options.level }
  /// The standard deviation of the residuals with the divisor n − p, in the objective's scale.
  public var scatter: Double { residualScatter }

  /// The range of each column over the rows with weight, and those of C and D/N where they follow.
  public var ranges: [String: ClosedRange<Double>] {
    var columns = observations.columns
    columns["C"] = observations.compute
    if let sizes = columns["N"], let tokens = columns["D"] {
      columns["D/N"] = zip(tokens, sizes).map { $0 / $1 }
    }
    return columns.compactMapValues { column in
      let used = column.indices.filter { observations.weights[$0] > 0 && column[$0].isFinite }
      guard let low = used.map({ column[$0] }).min(), let high = used.map({ column[$0] }).max()
      else { return nil }
      return low...high
    }
  }
}
