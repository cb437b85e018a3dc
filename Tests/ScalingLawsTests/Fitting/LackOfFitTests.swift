import ScalingLaws
import Testing

@Suite struct LackOfFitTests {
  /// A power law on four sizes with two seeds each, fitted by least squares of the logarithm, is a
  /// straight line: the classical test of lack of fit.
  ///
  /// Expected values from NumPy and SciPy: polyfit of ln y on ln x, pure error from the pairs,
  /// F(2, 4) from scipy.stats.f.sf.
  @Test func agreesWithLinearRegression() throws {
    let sizes = [1e7, 1e7, 1e8, 1e8, 1e9, 1e9, 1e10, 1e10]
    let loss = [5.0, 5.1, 3.6, 3.7, 2.9, 3.0, 2.0, 2.1]
    let result = try fit(
      PowerLaw(), to: Observations(columns: ["N": sizes, "C": sizes], response: loss),
      options: FitOptions(objective: .squaredLog, interval: .none))
    let test = try #require(result.lackOfFit)
    #expect(test.misfitFreedom == 2)
    #expect(test.pureErrorFreedom == 4)
    #expect(abs(test.statistic / Self.statistic - 1) < 1e-6)
    #expect(abs(test.pValue / Self.pValue - 1) < 1e-6)
    #expect(abs(test.seedDeviation / Self.seedDeviation - 1) < 1e-6)
    #expect(abs(test.pointDeviation / Self.pointDeviation - 1) < 1e-6)
  }

  static let statistic = 6.580750642755317
  static let pValue = 0.054326212526462636
  static let seedDeviation = 0.024167755274568357
  static let pointDeviation = 0.040370825108491395

  @Test func withoutRepeatedRowsThereIsNoTest() throws {
    let table = PlantedTables.chinchilla(sizes: 4, noise: 0.003, seed: 1)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(interval: .none))
    #expect(result.lackOfFit == nil)
  }

  @Test func roundingDoesNotPartRepeatedRows() {
    let table = Observations(
      columns: ["N": [1e8, 100_000_001, 2e8, 2e8], "D": [2e9, 2e9, 2e9, 2.1e9]],
      response: [3, 3, 3, 3])
    let points = DesignPoints(table, law: Chinchilla())
    #expect(points.pointOfRow == [0, 0, 1, 2])
    #expect(points.rows() == [[0, 1], [2], [3]])
  }
}
