internal import Optimization
internal import Statistics

/// The scatter of outcomes about a law, and how well the table knows it.
///
/// An outcome is law + what its design point has for itself + what its seed adds; repeated rows
/// tell the two parts apart. Each simulation draws both from what their mean squares allow, so that
/// a scatter known from one degree of freedom spreads as Student's t with one does.
struct RunNoise: Sendable {
  /// The mean square of design points about the law: σ_e² + n₀·σ_u².
  var misfit: Double
  var misfitFreedom: Double
  /// The mean square of rows within design points: σ_e²; nil where none are repeated.
  var pure: Double?
  var pureFreedom: Double
  /// n₀, the rows at a design point.
  var rowsPerPoint: Double

  init(given deviation: Double) {
    misfit = deviation * deviation
    misfitFreedom = .infinity
    pure = nil
    pureFreedom = 0
    rowsPerPoint = 1
  }

  init(meanSquare: Double, freedom: Double) {
    misfit = meanSquare
    misfitFreedom = freedom
    pure = nil
    pureFreedom = 0
    rowsPerPoint = 1
  }

  init?(_ sums: LackOfFit.Sums) {
    guard sums.misfitFreedom > 0 else { return nil }
    misfit = sums.misfit / Double(sums.misfitFreedom)
    misfitFreedom = Double(sums.misfitFreedom)
    pure = sums.pureErrorFreedom > 0 ? sums.pureError / Double(sums.pureErrorFreedom) : nil
    pureFreedom = Double(sums.pureErrorFreedom)
    rowsPerPoint = sums.rowsPerPoint
  }

  /// The standard deviation of a single run about the law.
  var runDeviation: Double {
    guard let pure else { return misfit.squareRoot() }
    return (pure + max(misfit - pure, 0) / rowsPerPoint).squareRoot()
  }

  /// How far a drawn deviation may exceed the estimated one; what lies beyond only breaks refits.
  private static let largestFactor = 50.0

  func draw(_ generator: inout SplittableRandom) -> (point: Double, seed: Double) {
    func drawn(_ meanSquare: Double, _ freedom: Double, _ generator: inout SplittableRandom)
      -> Double
    {
      guard freedom.isFinite else { return meanSquare }
      let chi = 2 * generator.nextGamma(shape: freedom / 2)
      return meanSquare * min(freedom / chi, Self.largestFactor * Self.largestFactor)
    }
    let total = drawn(misfit, misfitFreedom, &generator)
    guard let pure else { return (0, total.squareRoot()) }
    let seed = drawn(pure, pureFreedom, &generator)
    return ((max(total - seed, 0) / rowsPerPoint).squareRoot(), seed.squareRoot())
  }
}

extension Fitter {
  /// The scatter of a table about its law; nil where no design point is left over. It is that of a
  /// least-squares fit, to which the F and t distributions belong, without the rows that left the
  /// law.
  func noise(of fit: Fit) -> RunNoise? {
    if let given = options.seedNoise { return RunNoise(given: given) }
    return RunNoise(misfitSums(of: fit))
  }

  /// The sums of squares of the rows about a least-squares fit, without those that left the law.
  func misfitSums(of fit: Fit) -> LackOfFit.Sums {
    let left = Set(fit.departedRows)
    let used = observations.weights.indices.filter {
      observations.weights[$0] > 0 && !left.contains($0)
    }
    let residuals =
      used.count <= Self.scoutedRows
      ? leastSquaresResiduals(from: fit.estimate, rows: used) : fit.residuals
    let points = DesignPoints(observations, law: law).pointOfRow
    return LackOfFit.sums([
      LackOfFit.Table(
        residuals: used.map { residuals[$0] }, points: used.map { points[$0] },
        parameters: space.free.count)
    ])
  }

  /// The residuals of all rows about a least-squares fit to some of them.
  func leastSquaresResiduals(from point: [Double], rows: [Int]) -> [Double] {
    var weights = [Double](repeating: 0, count: observations.count)
    for row in rows { weights[row] = observations.weights[row] }
    let plain = Objective(residual: objective.residual, loss: .squared)
    var problem = ResidualProblem(
      kernel: kernel, table: LaneTable(observations: observations, columns: columns, rows: rows),
      space: space, objective: plain, response: observations.response, weights: weights)
    let minimum = refit(&problem, from: point, tolerance: 1e-10)
    let best = minimum.value.isFinite ? space.physical(minimum.point) : point
    var all = self.problem(weights: [Double](repeating: 1, count: observations.count))
    return zip(all.rowPredictions(at: best, count: observations.count), observations.response)
      .map { plain.residual(prediction: $0, outcome: $1) }
  }
}
