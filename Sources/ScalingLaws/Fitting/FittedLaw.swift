public import Quantities
internal import Statistics

/// A law with fitted parameters and what is known of their uncertainty, whether fitted a moment ago
/// or saved.
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
  /// How C is counted from N and D; 6·N per token unless the table says otherwise.
  var flopsPerToken: FlopsPerToken { get }

  /// The median of each column of the table that is not N, D, C or U, for plans to hold.
  var typicalColumns: [String: Double] { get }
  /// What the fitted table cannot tell about the parameters.
  var identifiability: [IdentifiabilityFinding] { get }
  /// What a reader of the fit must know before trusting anything that follows from it.
  var fitWarnings: [String] { get }
  /// How wrong the law itself may be beyond its data; nil where it was not measured.
  var modelError: ModelError? { get }

  /// A quantity derived from the physical parameters in the law's order, with its interval over the
  /// refits.
  func derived(_ quantity: ([Double]) -> Double) -> Estimated
}

extension FittedLaw {
  /// 6·N.
  public var flopsPerToken: FlopsPerToken { .sixfold }
  /// None.
  public var typicalColumns: [String: Double] { [:] }
  /// Nothing unless the fit says otherwise.
  public var identifiability: [IdentifiabilityFinding] { [] }
  /// Nothing unless the fit says otherwise.
  public var fitWarnings: [String] { [] }
  /// Not measured unless the fitted law says otherwise.
  public var modelError: ModelError? { nil }

  /// A quantity derived from the parameters, with its interval over the refits.
  public func derived(_ quantity: ([Double]) -> Double) -> Estimated {
    estimated(quantity(estimate), over: draws.map(quantity))
  }

  /// Several quantities, always as many, that one computation yields from the physical parameters,
  /// with their intervals over the refits.
  public func derivedTogether(_ quantities: ([Double]) -> [Double]) -> [Estimated] {
    let values = quantities(estimate)
    let spread = draws.map(quantities)
    return values.indices.map { slot in estimated(values[slot], over: spread.map { $0[slot] }) }
  }

  /// An outcome whose interval over the refits is widened by the law's own error so many spans
  /// beyond the data.
  func widened(_ outcome: Estimated, distance: Double) -> Estimated {
    guard let modelError, outcome.low.isFinite, outcome.high.isFinite, outcome.value.isFinite
    else { return outcome }
    let reach =
      modelError.deviation(distance: distance)
      * StudentT(degreesOfFreedom: modelError.degreesOfFreedom).inverseSurvival(tail)
    guard reach > 0 else { return outcome }
    // Independent errors add their half-widths in quadrature.
    let ends = [reach, -reach].map {
      objective.outcome(prediction: outcome.value, residual: $0) - outcome.value
    }
    let (down, up) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
    let (below, above) = (outcome.value - outcome.low, outcome.high - outcome.value)
    func joined(_ a: Double, _ b: Double) -> Double {
      a > 0 ? (a * a + b * b).squareRoot() : a + b
    }
    return Estimated(
      value: outcome.value, low: outcome.value - joined(below, -down),
      high: outcome.value + joined(above, up))
  }

  /// A value with the interval that its values over the refits span.
  ///
  /// Infinite values are kept at the ends they stand for; NaN is left out.
  func estimated(_ value: Double, over refits: [Double]) -> Estimated {
    Estimated(value: value, over: refits, tail: tail)
  }
}

extension Fit: FittedLaw {
  /// The parameters of each refit; empty where no intervals were asked for.
  public var draws: [[Double]] { uncertainty?.draws ?? [] }
  /// The tail probability at which quantiles of the refits are read.
  public var tail: Double { uncertainty?.tail ?? (1 - level) / 2 }
  /// The nominal coverage of intervals.
  public var level: Double { uncertainty?.level ?? options.level }
  /// The standard deviation of a single run about the law, in the objective's scale.
  public var scatter: Double { residualScatter }
  /// The warnings of the fit.
  public var fitWarnings: [String] { warnings }

  /// How C is counted from N and D in the fitted rows.
  public var flopsPerToken: FlopsPerToken { FlopsPerToken(observations) }

  /// The median of each column that the law reads besides N, D, C and U.
  public var typicalColumns: [String: Double] {
    var result: [String: Double] = [:]
    for name in law.card.columns.map(\.name) where !["N", "D", "C", "U"].contains(name) {
      guard let column = observations.columns[name] else { continue }
      let sorted = column.indices.filter {
        observations.weights[$0] > 0 && column[$0].isFinite
      }.map { column[$0] }.sorted()
      if !sorted.isEmpty { result[name] = sorted[sorted.count / 2] }
    }
    return result
  }

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
