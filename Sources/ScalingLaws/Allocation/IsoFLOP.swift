internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// What the lowest point of a budget is read from.
public enum ValleyShape: String, Sendable, Hashable, Codable, CaseIterable {
  /// A parabola in ln N through the runs around the minimum, less its bias.
  ///
  /// The table chooses the width: wide enough for the curvature to stand out from the noise, and
  /// no wider. What a parabola gets wrong on exactly these runs is measured on valleys of the
  /// shape ``asymmetric`` and taken off.
  case local
  /// A parabola in ln N through all runs of the budget, the approach 2 of Chinchilla [L2].
  case parabola
  /// The lowest point of Akima's interpolant.
  case akima
  /// e_C + p_C·N^(−α) + q_C·N^β through all runs, with α and β common to all budgets.
  case asymmetric

  /// What to call it in a table.
  public var title: String {
    switch self {
    case .local: "parabola around each minimum, less its bias"
    case .parabola: "parabola through all runs (approach 2 as published)"
    case .akima: "Akima interpolant"
    case .asymmetric: "asymmetric valleys of one shape"
    }
  }
}

/// How iso-FLOP valleys are read and resampled.
public struct IsoFLOPOptions: Sendable, Hashable {
  /// What the lowest point of each budget is read from.
  public var valley: ValleyShape
  /// The budgets; nil to group computes that agree within the tolerance.
  public var budgets: [Double]?
  /// The relative difference below which two computes are one budget.
  public var tolerance: Double
  /// The least number of runs of a budget, at least 3.
  public var minimumRuns: Int
  /// Whether vertices outside the sizes that were run enter the regression.
  public var usesUnbracketed: Bool
  /// The number of resamples.
  public var resamples: Int
  /// The nominal coverage.
  public var level: Double
  /// The seed of all random numbers.
  public var seed: UInt64

  /// Creates options; every argument has a default.
  public init(
    valley: ValleyShape = .local, budgets: [Double]? = nil, tolerance: Double = 0.02,
    minimumRuns: Int = 4, usesUnbracketed: Bool = false, resamples: Int = 2000,
    level: Double = 0.9, seed: UInt64 = 0
  ) {
    self.valley = valley
    self.budgets = budgets
    self.tolerance = tolerance
    self.minimumRuns = max(minimumRuns, 3)
    self.usesUnbracketed = usesUnbracketed
    self.resamples = resamples
    self.level = level
    self.seed = seed
  }
}

/// Chinchilla's approach 2: the valley of loss over ln N at each budget, then N* and D* in C [L2];
/// it reads `N`, `C` (or `D`) and the loss as response. Throws `FitError` where columns are missing
/// or fewer than two budgets have a valley; warnings name budgets that were left out. The bias left
/// on this very grid is measured by ``isoFLOPBias(observations:options:at:surface:)``.
///
/// N* and D* are regressed apart: where the table has D, the tokens at N* are read along each
/// budget, so that b is not 1 − a unless C = 6·N·D.
public func isoFLOPFit(
  _ observations: Observations, options: IsoFLOPOptions = IsoFLOPOptions()
) throws(FitError) -> AllocationFit {
  let grid = try IsoFLOPGrid(observations, options: options)
  let reading = grid.reading(losses: grid.losses, options: options)
  let valleys = reading.valleys
  guard let estimate = IsoFLOPGrid.regress(valleys) else {
    let few = valleys.count { $0.losses.count < options.minimumRuns || Set($0.sizes).count < 3 }
    if valleys.count - few < 2 {
      throw .unusable(
        "iso-FLOP fit: \(few) of \(valleys.count) budgets have fewer than \(options.minimumRuns) runs of three sizes, too few for a valley; expected at least 2 budgets of \(options.minimumRuns) runs or more, or a law such as chinchilla"
      )
    }
    throw .unusable(
      "iso-FLOP fit: \(valleys.filter(\.isUsed).count) of \(grid.budgets.count) budgets have a valley inside their sizes, expected at least 2"
    )
  }
  var warnings = grid.warnings(valleys, options: options)
  var resampled = grid.draws(reading, options: options)
  let used = valleys.filter(\.isUsed)
  var freedom = reading.template?.freedom ?? 1
  if let between = resampled.scatterBetweenBudgets(used, estimate: estimate) {
    resampled.scatter(used, by: between.deviation, seed: options.seed)
    freedom = min(freedom, used.count - 2)
    if between.excess > 2 {
      warnings.append(
        "the optimal sizes scatter about the power law \(NumberFormat.sentence(between.excess, digits: 2)) times as much as the noise within budgets explains; the intervals include that scatter"
      )
    }
  }
  let computes = used.map(\.compute)
  return AllocationFit(
    method: AllocationFit.Method(options.valley), estimate: estimate,
    draws: resampled.draws, resampling: "residual-bootstrap",
    tail: AllocationFit.tail(level: options.level, freedom: freedom),
    level: options.level,
    computeRange: (computes.min() ?? 1)...(computes.max() ?? 1), valleys: valleys, envelope: [],
    warnings: warnings)
}

/// The runs of an iso-FLOP experiment by budget.
struct IsoFLOPGrid {
  struct Budget {
    var compute: Double
    var rows: [Int]
  }

  let budgets: [Budget]
  let logSize: [Double]
  let tokens: [Double]
  let losses: [Double]
  let clusters: [Int]
  let isClustered: Bool
  /// Whether C is 6·N·D, or D is absent and taken so.
  let isSixfold: Bool

  init(_ observations: Observations, options: IsoFLOPOptions) throws(FitError) {
    let (sizes, computes, used) = try observations.allocationRows(of: "isoflop", needsLoss: true)
    logSize = sizes.map { Double.log($0) }
    tokens =
      observations.columns["D"] ?? zip(computes, sizes).map { $0 / (6 * $1) }
    isSixfold = FlopsPerToken(observations).isSixfold
    losses = observations.response
    clusters = observations.clusters
    isClustered = Set(used.map { observations.clusters[$0] }).count < used.count
    budgets = Self.group(used, computes: computes, options: options)
  }

  private static func group(
    _ rows: [Int], computes: [Double], options: IsoFLOPOptions
  ) -> [Budget] {
    if let given = options.budgets {
      return given.sorted().map { budget in
        Budget(
          compute: budget,
          rows: rows.filter { row in
            let distance = abs(computes[row] / budget - 1)
            return distance <= max(options.tolerance, 0.1)
              && given.allSatisfy { abs(computes[row] / $0 - 1) >= distance }
          })
      }
    }
    var groups: [Budget] = []
    for row in rows.sorted(by: { (computes[$0], $0) < (computes[$1], $1) }) {
      if let last = groups.last, computes[row] <= last.compute * (1 + options.tolerance) {
        groups[groups.count - 1].rows.append(row)
      } else {
        groups.append(Budget(compute: computes[row], rows: [row]))
      }
    }
    return groups.map { group in
      let logs = group.rows.map { Double.log(computes[$0]) }
      let exact = logs.allSatisfy { abs($0 - logs[0]) < 1e-12 }
      return Budget(
        compute: exact ? computes[group.rows[0]] : Double.exp(mean(logs)), rows: group.rows)
    }
  }

  static func regress(_ valleys: [BudgetValley]) -> [Double]? {
    let used = valleys.filter(\.isUsed)
    return AllocationFit.regress(
      logCompute: used.map { Double.log($0.compute) },
      logSize: used.map { Double.log($0.optimalSize) },
      logTokens: used.map { Double.log($0.optimalTokens) })
  }

  /// ln D along a budget as a function of ln N.
  ///
  /// C/(6·N) where that is what the table holds; else a parabola through the runs' own D.
  func logTokens(_ budget: Budget) -> (Double) -> Double {
    let whole = Double.log(budget.compute) - Double.log(6)
    if isSixfold { return { whole - $0 } }
    let x = budget.rows.map { logSize[$0] }
    let y = budget.rows.map { Double.log(tokens[$0]) + logSize[$0] }
    guard let curve = ValleyCurve(x: x, y: y) else { return { whole - $0 } }
    return { curve.value(at: $0) - $0 }
  }
}
