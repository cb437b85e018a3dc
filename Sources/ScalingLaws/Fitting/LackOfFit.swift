internal import Statistics

/// The misfit of a law at its design points against the scatter of repeated rows, by the F test of
/// lack of fit. The excess belongs to the points: the law's form, or what one size or length does
/// for reasons of its own.
public struct LackOfFit: Sendable, Hashable, Codable {
  /// The F statistic: the mean square of the misfit over that of the pure error.
  public var statistic: Double
  /// Design points less fitted parameters, the degrees of freedom of the misfit.
  public var misfitFreedom: Int
  /// Rows less design points, the degrees of freedom of the pure error.
  public var pureErrorFreedom: Int
  /// The probability of a statistic at least as large if the law held at every point.
  public var pValue: Double
  /// The standard deviation between seeds, in the objective's residual scale.
  public var seedDeviation: Double
  /// The standard deviation of what a design point has for itself, in the same scale; 0 where the
  /// misfit does not exceed what seeds explain.
  public var pointDeviation: Double

  struct Table {
    var residuals: [Double]
    var points: [Int]
    var parameters: Int
  }

  struct Sums: Sendable {
    var pureError = 0.0
    var pureErrorFreedom = 0
    var misfit = 0.0
    var misfitFreedom = 0
    /// The number of rows at a point, averaged so that E(misfit mean square) = σ_e² + n₀·σ_u².
    var rowsPerPoint = 1.0
  }

  static func sums(_ tables: [Table]) -> Sums {
    var result = Sums()
    var weighted = 0.0
    var spare = 0.0
    for table in tables {
      var groups: [Int: [Double]] = [:]
      for (residual, point) in zip(table.residuals, table.points) {
        groups[point, default: []].append(residual)
      }
      var squares = 0.0
      for point in groups.keys.sorted() {
        let values = groups[point] ?? []
        let centre = mean(values)
        for value in values {
          result.pureError += (value - centre) * (value - centre)
        }
        result.misfit += Double(values.count) * centre * centre
        result.pureErrorFreedom += values.count - 1
        squares += Double(values.count * values.count)
      }
      result.misfitFreedom += max(groups.count - table.parameters, 0)
      let rows = Double(table.residuals.count)
      if groups.count > 1, rows > 0 {
        weighted += rows - squares / rows
        spare += Double(groups.count - 1)
      }
    }
    if spare > 0 { result.rowsPerPoint = max(weighted / spare, 1) }
    return result
  }

  /// Tests tables that were fitted apart, pooled; nil where no rows are repeated or no design
  /// point is left over.
  init?(_ tables: [Table]) {
    self.init(Self.sums(tables))
  }

  init?(_ sums: Sums) {
    guard sums.pureErrorFreedom > 0, sums.misfitFreedom > 0 else { return nil }
    let seed = sums.pureError / Double(sums.pureErrorFreedom)
    let misfit = sums.misfit / Double(sums.misfitFreedom)
    // Rows that repeat to the last digit are copies and not seeds: nothing measures pure error.
    guard seed > 1e-12 * misfit, seed > 0 else { return nil }
    misfitFreedom = sums.misfitFreedom
    pureErrorFreedom = sums.pureErrorFreedom
    statistic = misfit / seed
    pValue = FisherF(
      numerator: Double(misfitFreedom), denominator: Double(pureErrorFreedom)
    ).survival(statistic)
    seedDeviation = seed.squareRoot()
    pointDeviation = (max(misfit - seed, 0) / sums.rowsPerPoint).squareRoot()
  }

  /// Whether the test says that the law misses its points, at one in twenty.
  public var isSignificant: Bool { pValue < 0.05 }
}
