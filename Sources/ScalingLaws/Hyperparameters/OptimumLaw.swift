internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// The power law of an optimum in N and D, from the optima of a sweep's cells [L17].
///
/// ln x* = ln c + a·ln N + b·ln D with two variances: that of each cell's optimum, known from its own
/// runs, and one between cells, which the scatter about the law tells (Paule and Mandel 1982).
/// Intervals are Student's with the cells less the parameters as degrees of freedom, widened by
/// the factor of Knapp and Hartung where the scatter is larger than both explain.
public struct OptimumLaw: Sendable {
  /// The fit, whose refits are drawn from the law's covariance.
  public let fit: Fit
  /// The standard deviation of ln x* between cells beyond their own errors.
  public let betweenCells: Double
  /// The same as a factor of x*.
  public var betweenFactor: Double { Double.exp(betweenCells) }
  /// How many cells were used.
  public let cells: Int
  /// What was done, in sentences.
  public let notes: [String]

  /// The most that ln N and ln D may be correlated for two exponents to be told.
  private static let collinear = 0.99

  /// Fits the law.
  ///
  /// - Throws: `FitError` where too few cells have their optimum inside the sweep.
  public init(
    _ law: any Law, of axis: String, in sweep: SweepRecord, options: FitOptions
  ) throws(FitError) {
    let all = sweep.cells.filter { $0.optimum[axis] != nil }
    func axisOf(_ cell: SweepRecord.Cell) -> SweepRecord.Axis {
      cell.optimum[axis] ?? .init(value: .nan, kind: .inside)
    }
    for (name, meaning) in [("N", "model parameters"), ("D", "training tokens")]
    where !all.allSatisfy({ $0.columns[name] != nil }) {
      throw .missingColumn(
        law: law.name, column: name, meaning: meaning,
        present: Array(Set(sweep.cells.flatMap(\.columns.keys))) + sweep.axes)
    }
    let inside = all.filter { axisOf($0).kind == .inside && axisOf($0).logError != nil }
    guard !inside.isEmpty else {
      throw .unusable(
        "law \(law.name): no cell of the sweep has its best \(axis) between values that were tried: the sweep gives bounds only (allometry sweep lists them)"
      )
    }
    var warnings = sweep.warnings
    var held = options.fixed
    var predictors: [(name: String, column: String, values: [Double])] = []
    for (name, column) in [("a", "N"), ("b", "D")] where held[name] == nil {
      let values = inside.map { Double.log($0.columns[column] ?? .nan) }
      if (values.max() ?? 0) - (values.min() ?? 0) < 0.05 {
        held[name] = 0
        warnings.append(
          "\(column) is the same in all cells used, so the exponent \(name) is not measured and held at 0: the law holds at this \(column) only"
        )
      } else {
        predictors.append((name, column, values))
      }
    }
    if predictors.count == 2,
      abs(Correlation.pearson(predictors[0].values, predictors[1].values)) > Self.collinear
    {
      held["b"] = 0
      predictors.removeLast()
      warnings.append(
        "N and D rise together in the cells used, so their exponents cannot be told apart: b is held at 0, a is the exponent along this line of N and D, and the law holds on it only"
      )
    }
    let needed = predictors.count + 1
    guard inside.count >= needed else {
      let bounds = all.count - inside.count
      throw .unusable(
        "law \(law.name): \(inside.count) cells have their best \(axis) between values that were tried\(bounds > 0 ? " and \(bounds) give a bound only" : ""), expected at least \(needed)"
      )
    }
    let target = inside.map { cell in
      Double.log(axisOf(cell).value) - (held["a"] ?? 0) * Double.log(cell.columns["N"] ?? .nan)
        - (held["b"] ?? 0) * Double.log(cell.columns["D"] ?? .nan)
    }
    // Rounding of the table's numbers is the least error that an optimum can have.
    let variances = inside.map { cell in
      let error = axisOf(cell).logError ?? 0
      return max(error * error, 1e-12)
    }
    // Centred, so that the constant is not traded against the exponents in rounding.
    let centres = predictors.map { mean($0.values) }
    let design = inside.indices.map { row in
      [1] + zip(predictors, centres).map { $0.values[row] - $1 }
    }
    let solved = Self.solve(design, target, variances)
    guard let solved else {
      throw .noSolution(law: law.name, reason: "the cells do not determine its exponents")
    }
    // The same cells by the other surface: how much of the exponents is the choice of surface.
    let others = inside.map { axisOf($0).alternative ?? axisOf($0).value }
    let shift = zip(others, inside).map { Double.log($0 / axisOf($1).value) }
    let moved =
      shift.contains { $0 != 0 }
      ? Self.solve(design, zip(target, shift).map { $0 + $1 }, variances)?.coefficients : nil
    let freedom = inside.count - needed
    if freedom == 0 {
      warnings.append(
        "as many cells as parameters: the scatter between cells is not measured and not in the intervals"
      )
    }
    betweenCells = solved.between.squareRoot()
    cells = inside.count
    var settings = options
    settings.fixed = held
    settings.interval = .none
    settings.objective = .squaredLog
    let weights = variances.map { 1 / ($0 + solved.between) }
    let heaviest = weights.max() ?? 1
    var observations = Observations(
      columns: [
        "N": inside.map { $0.columns["N"] ?? .nan }, "D": inside.map { $0.columns["D"] ?? .nan },
      ], response: inside.map { axisOf($0).value }, weights: weights.map { $0 / heaviest },
      labels: inside.map { cell in
        "cell \(["N", "D"].map { "\($0) = \(NumberFormat.sentence(cell.columns[$0] ?? .nan))" }.joined(separator: ", "))"
      })
    observations.responseName = axis
    var fitted = try ScalingLaws.fit(law, to: observations, options: settings)
    // The optima are exact to their errors; warnings of the fitter speak of rows as runs.
    fitted.warnings = warnings
    fitted.identifiability = []
    fitted.uncertainty = Self.uncertainty(
      solved, towards: moved, predictors: predictors.map(\.name), centres: centres, held: held,
      freedom: freedom, options: options)
    fitted.warnings += Self.contradictions(
      all.filter { axisOf($0).kind != .inside }, axis: axis, by: fitted)
    fit = fitted
    let typical = median(variances.map { $0.squareRoot() })
    func factor(_ deviation: Double) -> String {
      NumberFormat.sentence(Double.exp(deviation), digits: 3)
    }
    notes =
      [
        "each row is the best \(axis) of one cell of the raw sweep, found first: \(inside.count) optima between values that were tried, uncertain by a factor of \(factor(typical)) (one standard error, median)\(all.count > inside.count ? "; \(all.count - inside.count) cells give a bound and are left out" : "")",
        "the intervals carry the uncertainty of each optimum and the scatter between cells, a factor of \(factor(betweenCells)) beyond it",
      ]
  }

  private struct Solution {
    var coefficients: [Double]
    var factor: CholeskyFactor
    var between: Double
    /// The factor of Knapp and Hartung by which the covariance is multiplied, at least 1.
    var inflation: Double
  }

  /// Weighted least squares with the variance between cells for which the weighted sum of squares
  /// equals its degrees of freedom.
  private static func solve(
    _ design: [[Double]], _ target: [Double], _ variances: [Double]
  ) -> Solution? {
    let order = design[0].count
    func weighted(_ between: Double) -> (
      coefficients: [Double], factor: CholeskyFactor, sum: Double
    )? {
      var normal = SymmetricMatrix(order: order)
      var moments = [Double](repeating: 0, count: order)
      for (row, terms) in design.enumerated() {
        let weight = 1 / (variances[row] + between)
        for i in 0..<order {
          moments[i] += weight * terms[i] * target[row]
          for j in 0..<order { normal[i, j] += weight * terms[i] * terms[j] }
        }
      }
      guard let factor = normal.choleskyFactor(tolerance: 1e-12) else { return nil }
      let coefficients = factor.solve(moments)
      let sum = design.indices.reduce(0.0) { sum, row in
        let residual =
          target[row] - zip(design[row], coefficients).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + residual * residual / (variances[row] + between)
      }
      return (coefficients, factor, sum)
    }
    let freedom = Double(design.count - order)
    guard let plain = weighted(0) else { return nil }
    var between = 0.0
    if freedom > 0, plain.sum > freedom {
      var (low, high) = (0.0, 1e-12)
      while let there = weighted(high), there.sum > freedom, high < 1e6 { high *= 4 }
      for _ in 0..<100 {
        let middle = (low + high) / 2
        if let there = weighted(middle), there.sum > freedom { low = middle } else { high = middle }
      }
      between = high
    }
    guard let final = weighted(between) else { return nil }
    return Solution(
      coefficients: final.coefficients, factor: final.factor, between: between,
      inflation: freedom > 0 ? max(1, final.sum / freedom) : 1)
  }

  /// Refits drawn from the covariance of the coefficients, each moved by a random part of the way to
  /// those of the other surface.
  private static func uncertainty(
    _ solved: Solution, towards other: [Double]?, predictors: [String], centres: [Double],
    held: [String: Double],
    freedom: Int, options: FitOptions
  ) -> Uncertainty? {
    guard options.interval != .none, options.resamples > 0 else { return nil }
    let random = SplittableRandom(seed: options.seed)
    let draws = (0..<options.resamples).map { index -> [Double] in
      var generator = random.split(index)
      let step = solved.factor.solveTransposed(
        solved.coefficients.map { _ in generator.nextNormal() * solved.inflation.squareRoot() })
      let part = generator.nextUniform()
      let moved = solved.coefficients.indices.map { slot in
        let way = other.map { $0[slot] - solved.coefficients[slot] } ?? 0
        return solved.coefficients[slot] + step[slot] + part * way
      }
      var exponents = held
      var constant = moved[0]
      for (slot, name) in predictors.enumerated() {
        exponents[name] = moved[slot + 1]
        constant -= moved[slot + 1] * centres[slot]
      }
      return [held["c"] ?? Double.exp(constant), exponents["a"] ?? 0, exponents["b"] ?? 0]
    }
    return Uncertainty(
      method: "optima", draws: draws, failed: 0, level: options.level,
      tail: Fitter.expandedTail(
        level: options.level, freedom: freedom > 0 ? Double(freedom) : .infinity), profiles: [:])
  }

  /// Bounds of cells that the law contradicts by more than its interval.
  private static func contradictions(
    _ bounds: [SweepRecord.Cell], axis: String, by fit: Fit
  ) -> [String] {
    bounds.compactMap { cell in
      guard let bound = cell.optimum[axis],
        let place = try? Fit.arrange(cell.columns, for: fit.law, flops: fit.flopsPerToken)
      else { return nil }
      let law = fit.law
      let predicted = fit.derived { law.prediction($0, at: place) }
      let far =
        bound.kind == .atLeast
        ? (predicted.high.isNaN ? predicted.value : predicted.high) < bound.value
        : (predicted.low.isNaN ? predicted.value : predicted.low) > bound.value
      guard far else { return nil }
      return
        "at N = \(NumberFormat.sentence(cell.columns["N"] ?? .nan)), D = \(NumberFormat.sentence(cell.columns["D"] ?? .nan)) the sweep says \(bound.kind == .atLeast ? "at least" : "at most") \(NumberFormat.sentence(bound.value)) and the law \(NumberFormat.sentence(predicted.value)): the cell was left out, and speaks against the law"
    }
  }
}
