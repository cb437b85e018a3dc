internal import Optimization
internal import RealModule
internal import Statistics

/// How iso-FLOP valleys are read and resampled.
public struct IsoFLOPOptions: Sendable, Hashable {
  /// Whether valleys are Akima interpolants instead of parabolas.
  public var akima: Bool
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
    akima: Bool = false, budgets: [Double]? = nil, tolerance: Double = 0.02,
    minimumRuns: Int = 4, usesUnbracketed: Bool = false, resamples: Int = 2000,
    level: Double = 0.9, seed: UInt64 = 0
  ) {
    self.akima = akima
    self.budgets = budgets
    self.tolerance = tolerance
    self.minimumRuns = max(minimumRuns, 3)
    self.usesUnbracketed = usesUnbracketed
    self.resamples = resamples
    self.level = level
    self.seed = seed
  }
}

/// Chinchilla's approach 2: the valley of loss over ln N at each budget, then N* and D* in C [L2].
///
/// - Parameters:
///   - observations: columns `N` and `C` (or `D`) and the loss as response; lower is better.
///   - options: grouping, kind of valley, resampling.
/// - Returns: the fit; warnings name budgets that were left out. Its bias on this very grid is
///   measured by ``isoFLOPBias(observations:options:at:surface:)``.
/// - Throws: `FitError` where columns are missing or fewer than two budgets have a valley.
public func isoFLOPFit(
  _ observations: Observations, options: IsoFLOPOptions = IsoFLOPOptions()
) throws(FitError) -> AllocationFit {
  let grid = try IsoFLOPGrid(observations, options: options)
  let valleys = grid.valleys(losses: grid.losses, options: options)
  guard let estimate = IsoFLOPGrid.regress(valleys) else {
    throw .unusable(
      "iso-FLOP fit: \(valleys.filter(\.isUsed).count) of \(grid.budgets.count) budgets have a valley inside their sizes, expected at least 2"
    )
  }
  var warnings = grid.warnings(valleys, options: options)
  var resampled = grid.draws(valleys, options: options)
  if resampled.draws.count < options.resamples / 2, options.resamples > 0 {
    warnings.append(
      "\(options.resamples - resampled.draws.count) of \(options.resamples) resamples lost their valleys: the intervals are too narrow"
    )
  }
  let used = valleys.filter(\.isUsed)
  let points = used.reduce(0) { $0 + $1.sizes.count }
  var freedom = points - 3 * used.count
  if let between = resampled.scatterBetweenBudgets(used, estimate: estimate) {
    resampled.scatter(used, by: between.deviation, seed: options.seed)
    freedom = min(freedom, used.count - 2)
    if between.excess > 2 {
      warnings.append(
        "the optimal sizes scatter about the power law \(plainNumber(between.excess, digits: 2)) times as much as the noise within budgets explains; the intervals include that scatter"
      )
    }
  }
  let computes = used.map(\.compute)
  return AllocationFit(
    method: options.akima ? .isoflopAkima : .isoflop, estimate: estimate,
    draws: resampled.draws, resampling: resampled.method,
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

  init(_ observations: Observations, options: IsoFLOPOptions) throws(FitError) {
    guard let sizes = observations.columns["N"] else {
      throw .missingColumn(
        law: "isoflop", column: "N", meaning: "model parameters",
        present: Array(observations.columns.keys))
    }
    guard let computes = observations.compute else {
      throw .missingColumn(
        law: "isoflop", column: "C", meaning: "training compute",
        present: Array(observations.columns.keys))
    }
    let used = observations.weights.indices.filter { observations.weights[$0] > 0 }
    for row in used {
      for (name, value) in [("N", sizes[row]), ("C", computes[row])] where !(value > 0) {
        throw .badValue(
          row: observations.labels[row], column: name, found: value,
          expected: "a positive number")
      }
      guard observations.response[row].isFinite else {
        throw .badValue(
          row: observations.labels[row], column: "loss", found: observations.response[row],
          expected: "a finite number")
      }
    }
    logSize = sizes.map { Double.log($0) }
    tokens =
      observations.columns["D"] ?? zip(computes, sizes).map { $0 / (6 * $1) }
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

  /// The valley of every budget for the given losses, one a row of the table.
  func valleys(losses: [Double], options: IsoFLOPOptions) -> [BudgetValley] {
    budgets.map { budget in
      let rows = budget.rows.sorted { (logSize[$0], $0) < (logSize[$1], $1) }
      var valley = BudgetValley(
        compute: budget.compute, sizes: rows.map { Double.exp(logSize[$0]) },
        tokens: rows.map { tokens[$0] }, losses: rows.map { losses[$0] }, optimalSize: .nan,
        optimalTokens: .nan, optimalLoss: .nan, curvature: .nan, isBracketed: false,
        isUsed: false)
      let distinct = Set(rows.map { logSize[$0] }).count
      guard rows.count >= options.minimumRuns, distinct >= 3 else { return valley }
      let weights = [Double](repeating: 1, count: rows.count)
      guard
        let vertex = Self.vertex(
          x: rows.map { logSize[$0] }, y: valley.losses, weights: weights, akima: options.akima)
      else { return valley }
      valley.optimalSize = Double.exp(vertex.x)
      valley.optimalTokens = budget.compute / (6 * valley.optimalSize)
      valley.optimalLoss = vertex.value
      valley.curvature = vertex.curvature
      valley.isBracketed = vertex.isBracketed
      valley.isUsed = vertex.isBracketed || options.usesUnbracketed
      return valley
    }
  }

  /// The lowest point of a parabola or interpolant; nil where a parabola opens downwards.
  static func vertex(
    x: [Double], y: [Double], weights: [Double], akima: Bool
  ) -> (x: Double, value: Double, curvature: Double, isBracketed: Bool)? {
    guard let low = x.min(), let high = x.max() else { return nil }
    if akima {
      var sums: [Double: (total: Double, weight: Double)] = [:]
      for index in x.indices where weights[index] > 0 {
        let old = sums[x[index]] ?? (0, 0)
        sums[x[index]] = (old.total + weights[index] * y[index], old.weight + weights[index])
      }
      let knots = sums.keys.sorted()
      let means = knots.compactMap { knot in sums[knot].map { $0.total / $0.weight } }
      guard let curve = try? CubicInterpolation(x: knots, y: means, method: .akima) else {
        return nil
      }
      let minimum = curve.minimum()
      return (minimum.x, minimum.value, .nan, minimum.isInterior)
    }
    guard let parabola = Parabola(x: x, y: y, weights: weights), parabola.curvature > 0 else {
      return nil
    }
    return (
      parabola.vertex, parabola.value(at: parabola.vertex), parabola.curvature,
      parabola.vertex > low && parabola.vertex < high
    )
  }

  static func regress(_ valleys: [BudgetValley]) -> [Double]? {
    let used = valleys.filter(\.isUsed)
    return AllocationFit.regress(
      logCompute: used.map { Double.log($0.compute) },
      logSize: used.map { Double.log($0.optimalSize) },
      logTokens: used.map { Double.log($0.optimalTokens) })
  }
}

/// A parabola y = c₀ + c₁·(x − x₀) + c₂·(x − x₀)², fitted by weighted least squares.
struct Parabola {
  let centre: Double
  let coefficients: [Double]
  /// The diagonal of the hat matrix at each point.
  let leverages: [Double]

  init?(x: [Double], y: [Double], weights: [Double]) {
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    let middle = zip(x, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    var gram = SymmetricMatrix(order: 3)
    var moment = [0.0, 0.0, 0.0]
    func basis(_ value: Double) -> [Double] {
      let shifted = value - middle
      return [1, shifted, shifted * shifted]
    }
    for index in x.indices {
      let terms = basis(x[index])
      for row in 0..<3 {
        moment[row] += weights[index] * terms[row] * y[index]
        for column in 0..<3 {
          gram[row, column] += weights[index] * terms[row] * terms[column]
        }
      }
    }
    guard let factor = gram.choleskyFactor(tolerance: 1e-10) else { return nil }
    centre = middle
    coefficients = factor.solve(moment)
    leverages = x.indices.map { index in
      let terms = basis(x[index])
      let solved = factor.solve(terms)
      return weights[index] * (0..<3).reduce(0) { $0 + terms[$1] * solved[$1] }
    }
  }

  var curvature: Double { coefficients[2] }
  var vertex: Double { centre - coefficients[1] / (2 * coefficients[2]) }

  func value(at x: Double) -> Double {
    let shifted = x - centre
    return coefficients[0] + shifted * (coefficients[1] + shifted * coefficients[2])
  }
}
