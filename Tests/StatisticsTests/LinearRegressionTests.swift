import Statistics
import Testing

/// Expected values: the textbook formulas in NumPy, `b = (XᵀWX)⁻¹XᵀWy` and its covariance, with
/// `scipy.stats.t` for the intervals; and `scipy.stats.linregress`.
@Suite struct LinearRegressionTests {
  static let x1: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]
  static let x2: [Double] = [2, 1, 4, 3, 7, 5, 9, 6]
  static let y: [Double] = [3.1, 3.9, 7.2, 7.7, 12.1, 11.8, 16.4, 15.2]

  struct Expected: Sendable {
    var errors: LinearRegression.Errors
    var coefficients, standardErrors: [Double]
    var sumOfSquares, rSquared: Double
    /// Value, confidence interval and prediction interval at (9, 7), level 0.9.
    var prediction: [Double]
    var newError: Double?
  }

  static let cases = [
    Expected(
      errors: .equal,
      coefficients: [0.34444444444448674, 1.2781045751633924, 0.7738562091503303],
      standardErrors: [0.11099994438881891, 0.03765040607850092, 0.0345503821640958],
      sumOfSquares: 0.09784313725490124, rSquared: 0.9994336306488675,
      prediction: [
        17.26437908496733, 17.01674281969308, 17.512015350241583, 16.889171722147985,
        17.639586447786677,
      ]),
    Expected(
      errors: .weights([1, 2, 1, 0.5, 3, 1, 1, 2]),
      coefficients: [0.42904404198399293, 1.2841839884749935, 0.7534523564519415],
      standardErrors: [0.11092951574522641, 0.03363226769803938, 0.03041158746279693],
      sumOfSquares: 0.1293213624202505, rSquared: 0.9994694016059165,
      prediction: [
        17.260866433422525, 17.033372625130397, 17.488360241714652, 16.86492042609725,
        17.6568124407478,
      ]),
    Expected(
      errors: .standardErrors([0.3, 0.2, 0.4, 0.3, 0.5, 0.2, 0.3, 0.4]),
      coefficients: [0.446537579317259, 1.2631920944884714, 0.7710296019204184],
      standardErrors: [0.21360539874195142, 0.09014368287793742, 0.07981604827216768],
      sumOfSquares: 1.6042169517809906, rSquared: 0.999256212390899,
      prediction: [
        17.21247364315643, 16.769453522369243, 17.655493763943614, 16.60802075557688,
        17.816926530735977,
      ], newError: 0.25),
  ]

  @Test(arguments: cases) func agreesWithNumPy(_ expected: Expected) throws {
    let fit = try LinearRegression(
      predictors: [Self.x1, Self.x2], response: Self.y, errors: expected.errors)
    for index in 0..<3 {
      #expect(abs(fit.coefficients[index] - expected.coefficients[index]) < 1e-11)
      #expect(abs(fit.standardErrors[index] - expected.standardErrors[index]) < 1e-11)
    }
    #expect(abs(fit.residualSumOfSquares - expected.sumOfSquares) < 1e-11)
    #expect(abs(fit.rSquared - expected.rSquared) < 1e-12)
    #expect(fit.residualDegreesOfFreedom == 5)
    let p = fit.predict([9, 7], level: 0.9, newError: expected.newError)
    let found = [
      p.value, p.confidence.low, p.confidence.high, p.prediction.low, p.prediction.high,
    ]
    for (a, b) in zip(found, expected.prediction) { #expect(abs(a - b) < 1e-10) }
    // np.linalg.cond of the centred columns scaled to unit length (equal weights).
    if expected.errors == .equal { #expect(abs(fit.conditionNumber - 3.1734265465791776) < 1e-12) }
    #expect(!fit.isCollinear)
  }

  @Test func simpleRegressionAgreesWithSciPy() throws {
    let fit = try LinearRegression(predictors: [Self.x1], response: Self.y)
    let expected = [0.8142857142857167, 1.9690476190476187]
    let errors = [1.0016383970565688, 0.19835395955933122]
    for index in 0..<2 {
      #expect(abs(fit.coefficients[index] - expected[index]) < 1e-13)
      #expect(abs(fit.standardErrors[index] - errors[index]) < 1e-13)
    }
    #expect(abs(fit.rSquared - 0.9426079597999367) < 1e-13)
    #expect(abs(fit.conditionNumber - 1) < 1e-14)
    let slope = fit.interval(coefficient: 1)
    #expect(slope.contains(2) && !slope.contains(1.4))
  }

  @Test func exactDataLeaveNoResidual() throws {
    // A plane through the points far from the origin: the normal equations would lose 1e-8.
    let big = Self.x1.map { $0 + 1e7 }
    let plane = zip(big, Self.x2).map { 2 * $0 - 3 * $1 }
    let fit = try LinearRegression(predictors: [big, Self.x2], response: plane)
    #expect(abs(fit.coefficients[1] - 2) < 1e-8)
    #expect(abs(fit.coefficients[2] + 3) < 1e-8)
    let origin = try LinearRegression(
      predictors: [Self.x1], response: Self.x1.map { 2 * $0 }, intercept: false)
    #expect(abs(origin.coefficients[0] - 2) < 1e-15)
    #expect(abs(origin.rSquared - 1) < 1e-15)
  }

  /// Catalogue [125]: factors that were scaled together only must be flagged.
  @Test func collinearityIsFlagged() throws {
    var random = SplittableRandom(seed: 125)
    let logN = (0..<20).map { Double($0) * 0.3 }
    let together = logN.map { $0 + 0.02 * random.nextNormal() }
    let crossed = logN.indices.map { Double($0 % 4) }
    let y = logN.map { 0.1 * $0 + 0.01 * random.nextNormal() }
    #expect(try LinearRegression(predictors: [logN, together], response: y).isCollinear)
    #expect(try !LinearRegression(predictors: [logN, crossed], response: y).isCollinear)
  }

  @Test func badDesignsAreNamed() {
    #expect(throws: StatisticsError.rankDeficient(column: 2)) {
      try LinearRegression(
        predictors: [Self.x1, Self.x1.map { 2 * $0 + 1 }], response: Self.y)
    }
    #expect(throws: StatisticsError.tooFewPoints(found: 2, needed: 3)) {
      try LinearRegression(predictors: [[1, 2]], response: [1, 2])
    }
    #expect(throws: StatisticsError.lengthMismatch(what: "predictor 1", found: 1, expected: 2)) {
      try LinearRegression(predictors: [[1]], response: [1, 2])
    }
    #expect(throws: StatisticsError.invalidValue(what: "weights", index: 1, value: 0)) {
      try LinearRegression(
        predictors: [[1, 2, 3]], response: [1, 2, 4], errors: .weights([1, 0, 1]))
    }
  }
}
