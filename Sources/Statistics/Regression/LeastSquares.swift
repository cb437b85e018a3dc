/// A linear regression fitted by least squares.
///
/// `y = β₀ + β₁x₁ + … + ε` with independent errors whose variances are equal, known up to a factor,
/// or known. Intervals use Student's t with the residual degrees of freedom, or the normal
/// distribution where the errors are known.
public struct LinearRegression: Sendable {
  /// What is known of the error of each response.
  public enum Errors: Sendable, Hashable {
    /// Equal and unknown variances.
    case equal
    /// Variances proportional to the inverse of these positive weights.
    case weights([Double])
    /// Known standard errors, in units of the response.
    case standardErrors([Double])
  }

  /// A predicted response.
  public struct Prediction: Sendable, Hashable {
    /// The expected response.
    public var value: Double
    /// Covers the expected response.
    public var confidence: ConfidenceInterval
    /// Covers a new observation with weight 1 (with known errors: with `newError`).
    public var prediction: ConfidenceInterval
  }

  /// The coefficients: the intercept first if there is one, then one for each predictor.
  public let coefficients: [Double]
  /// The covariance of the coefficients, rows of rows.
  public let covariance: [[Double]]
  /// Response minus fitted value, in units of the response.
  public let residuals: [Double]
  /// The variance of an error of weight 1; 1 where the standard errors are known.
  public let residualVariance: Double
  /// The weighted sum of squared residuals; with known errors it is χ².
  public let residualSumOfSquares: Double
  /// The observations minus the coefficients.
  public let residualDegreesOfFreedom: Int
  /// The share of the response's weighted variation that is explained (about zero if there is no
  /// intercept); NaN for a constant response.
  public let rSquared: Double
  /// The condition number of the standardised design: predictors centred and scaled to unit
  /// length, without the intercept. 1 for a single predictor.
  public let conditionNumber: Double
  private let intercept: Bool
  private let knownErrors: Bool

  /// The condition number above which predictors were varied together so much that their
  /// coefficients cannot be told apart [125].
  public static let collinearityThreshold = 30.0

  /// Whether the condition number exceeds ``collinearityThreshold`` [125].
  public var isCollinear: Bool { conditionNumber > Self.collinearityThreshold }

  /// The standard errors of the coefficients.
  public var standardErrors: [Double] {
    covariance.indices.map { covariance[$0][$0].squareRoot() }
  }

  /// The distribution of a coefficient's error divided by its standard error.
  public var errorDistribution: StudentT {
    StudentT(degreesOfFreedom: knownErrors ? .infinity : Double(residualDegreesOfFreedom))
  }

  /// Fits a regression by Householder QR.
  ///
  /// - Throws: `StatisticsError` for mismatched lengths, non-finite numbers, fewer observations
  ///   than coefficients plus one (plus none with known errors), or dependent predictors.
  public init(
    predictors: [[Double]], response: [Double], errors: Errors = .equal, intercept: Bool = true
  ) throws(StatisticsError) {
    let rows = response.count
    for (index, column) in predictors.enumerated() {
      try checkColumn(column, "predictor \(index + 1)", rows)
    }
    try checkColumn(response, "response", rows)
    let weights = try Self.weights(errors, rows)
    var design = intercept ? [Array(repeating: 1.0, count: rows)] : []
    design += predictors
    if case .standardErrors = errors { knownErrors = true } else { knownErrors = false }
    let needed = max(1, design.count + (knownErrors ? 0 : 1))
    guard rows >= needed, !design.isEmpty else {
      throw .tooFewPoints(found: rows, needed: needed)
    }
    let roots = weights.map { $0.squareRoot() }
    let qr = try HouseholderQR(
      columns: design.map { zip($0, roots).map { $0 * $1 } },
      response: zip(response, roots).map { $0 * $1 })
    let solved = qr.solution()
    let fitted = (0..<rows).map { row in
      design.indices.reduce(0) { $0 + design[$1][row] * solved[$1] }
    }
    let differences = zip(response, fitted).map { $0 - $1 }
    let squares = zip(differences, weights).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    let freedom = rows - design.count
    let variance = knownErrors ? 1 : squares / Double(freedom)
    let totalWeight = weights.reduce(0, +)
    let centre =
      intercept ? zip(response, weights).reduce(0) { $0 + $1.0 * $1.1 } / totalWeight : 0
    let total = zip(response, weights).reduce(0) { $0 + ($1.0 - centre) * ($1.0 - centre) * $1.1 }
    coefficients = solved
    covariance = qr.inverseGram().map { $0.map { $0 * variance } }
    residuals = differences
    residualVariance = variance
    residualSumOfSquares = squares
    residualDegreesOfFreedom = freedom
    rSquared = total > 0 ? 1 - squares / total : .nan
    conditionNumber = Self.conditionNumber(predictors, weights, centred: intercept)
    self.intercept = intercept
  }

  /// The interval of one coefficient (the intercept is the first, if there is one).
  public func interval(coefficient index: Int, level: Double = 0.95) -> ConfidenceInterval {
    interval(coefficients[index], standardErrors[index], level)
  }

  /// The value, standard error and interval of a linear combination of the coefficients.
  public func combination(
    _ multipliers: [Double], level: Double = 0.95
  ) -> (value: Double, standardError: Double, interval: ConfidenceInterval) {
    precondition(multipliers.count == coefficients.count, "one multiplier for each coefficient")
    var value = 0.0
    var variance = 0.0
    for i in multipliers.indices {
      value += multipliers[i] * coefficients[i]
      for j in multipliers.indices {
        variance += multipliers[i] * multipliers[j] * covariance[i][j]
      }
    }
    let error = max(variance, 0).squareRoot()
    return (value, error, interval(value, error, level))
  }

  /// Predicts the response at one value for each predictor, without the intercept. A nil standard
  /// error of the new observation means one of weight 1, whose variance is `residualVariance`.
  public func predict(
    _ point: [Double], level: Double = 0.95, newError: Double? = nil
  ) -> Prediction {
    let expected = combination((intercept ? [1] : []) + point, level: level)
    let noise = newError.map { $0 * $0 } ?? residualVariance
    let spread = (expected.standardError * expected.standardError + noise).squareRoot()
    return Prediction(
      value: expected.value, confidence: expected.interval,
      prediction: interval(expected.value, spread, level))
  }

  private func interval(_ value: Double, _ error: Double, _ level: Double) -> ConfidenceInterval {
    let half = error * errorDistribution.inverseSurvival((1 - level) / 2)
    return ConfidenceInterval(low: value - half, high: value + half, level: level)
  }

  private static func weights(_ errors: Errors, _ rows: Int) throws(StatisticsError) -> [Double] {
    switch errors {
    case .equal:
      return Array(repeating: 1, count: rows)
    case .weights(let weights):
      try checkColumn(weights, "weights", rows, positive: true)
      return weights
    case .standardErrors(let errors):
      try checkColumn(errors, "standard errors", rows, positive: true)
      return errors.map { 1 / ($0 * $0) }
    }
  }

  private static func conditionNumber(
    _ predictors: [[Double]], _ weights: [Double], centred: Bool
  ) -> Double {
    let totalWeight = weights.reduce(0, +)
    let columns = predictors.map { column in
      let centre =
        centred ? zip(column, weights).reduce(0) { $0 + $1.0 * $1.1 } / totalWeight : 0
      let scaled = zip(column, weights).map { ($0 - centre) * $1.squareRoot() }
      let length = norm(scaled[...])
      return scaled.map { $0 / length }
    }
    let values = singularValues(columns: columns)
    guard let largest = values.first, let smallest = values.last else { return 1 }
    return largest / smallest
  }
}
