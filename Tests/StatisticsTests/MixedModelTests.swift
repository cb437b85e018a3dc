import Statistics
import Testing

/// Expected values are those of `Goldens/mixed_model.py`: REML by a general optimiser over dense
/// matrices and the formulas of Kenward and Roger. statsmodels 0.15 (`MixedLM` with crossed
/// `vc_formula`) finds the same variances and coefficients to its own tolerance of 2e-3.
struct MixedModelTests {
  struct Table {
    var rungs: [Int]
    var seeds: [Int]
    var x: [Double]
    var y: [Double]

    func fit() throws -> MixedModel {
      try MixedModel(
        predictors: [x.map { _ in 1 }, x], response: y, factors: [rungs, seeds])
    }
  }

  static let unbalanced = Table(
    rungs: [0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4], seeds: [1, 2, 3, 1, 3, 1, 2, 3, 2, 1, 2, 3],
    x: [0, 0, 0, 1.1, 1.1, 2, 2, 2, 3.2, 4, 4, 4],
    y: [0.31, 0.42, 0.25, 0.90, 0.88, 0.35, 0.52, 0.28, 0.95, 0.61, 0.83, 0.66])
  static let seeds = Table(
    rungs: [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3],
    seeds: [1, 2, 3, 4, 1, 2, 4, 1, 2, 3, 4, 2, 3, 4],
    x: [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3],
    y: [0.52, -0.31, 0.15, 0.92, 0.43, -0.22, 1.05, 0.61, -0.35, 0.28, 0.88, -0.20, 0.12, 1.01])
  static let both = Table(
    rungs: [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5],
    seeds: [1, 2, 3, 1, 2, 3, 1, 2, 1, 2, 3, 2, 3, 1, 2, 3],
    x: [0, 0, 0, 0.7, 0.7, 0.7, 1.9, 1.9, 2.6, 2.6, 2.6, 3.5, 3.5, 4.4, 4.4, 4.4],
    y: [
      1.02, 0.71, 0.80, 1.65, 1.20, 1.41, 0.81, 0.33, 1.98, 1.60, 1.72, 0.90, 1.18, 1.77, 1.51,
      1.49,
    ])
  static let plain = Table(
    rungs: [0, 0, 1, 1, 2, 2, 3, 3], seeds: [1, 2, 1, 2, 1, 2, 1, 2],
    x: [0, 0, 1, 1, 2, 2, 3, 3], y: [0.10, -0.21, -0.05, 0.24, 0.18, -0.20, -0.15, 0.14])

  struct Expected {
    var table: Table
    /// Of the rung, of the seed, of the error.
    var variances: [Double]
    /// Value, standard error and degrees of freedom of (1, 0), (0, 1) and (1, 6).
    var contrasts: [[Double]]
    /// Standard error and degrees of freedom at (1, 6) of a new rung.
    var newRung: [Double]
    var statistic: Double
  }

  static let expected = [
    Expected(
      table: unbalanced, variances: [0.083513879, 0.010460049, 0.0012194755],
      contrasts: [
        [0.4964333, 0.23478251, 3.375045], [0.068751934, 0.090669989, 2.99107],
        [0.9089449, 0.38481836, 3.140583],
      ], newRung: [0.48124739, 3.070088], statistic: 10.302962),
    Expected(
      table: seeds, variances: [0, 0.27274345, 0.0067771274],
      contrasts: [
        [0.32914071, 0.26362155, 3.070778], [0.014427703, 0.020167893, 9.00665],
        [0.41570693, 0.27789347, 3.771615],
      ], newRung: [0.27789347, 3.771615], statistic: 1.145556),
    Expected(
      table: both, variances: [0.21505195, 0.037950744, 0.0043195684],
      contrasts: [
        [0.95849111, 0.35098281, 4.824184], [0.11980651, 0.12497664, 3.991839],
        [1.6773302, 0.52571298, 4.366242],
      ], newRung: [0.7010179, 4.173959], statistic: 15.71683),
    Expected(
      table: plain, variances: [0, 0, 0.038030834],
      contrasts: [
        [-0.0005, 0.11537241, 6], [0.0045, 0.061669145, 6], [0.0265, 0.28594806, 6],
      ], newRung: [0.28594806, 6], statistic: 0.0067708217),
  ]

  static func close(_ found: Double, _ wanted: Double, _ tolerance: Double = 2e-5) -> Bool {
    abs(found - wanted) <= tolerance * abs(wanted)
  }

  @Test(arguments: expected.indices)
  func unbalancedTablesAgreeWithTheFormulas(index: Int) throws {
    let expected = Self.expected[index]
    let model = try expected.table.fit()
    #expect(Self.close(model.residualVariance, expected.variances[2]))
    for (component, wanted) in zip(model.components, expected.variances) {
      #expect(Self.close(try #require(component.variance), wanted))
    }
    for (multipliers, wanted) in zip([[1.0, 0], [0, 1], [1, 6]], expected.contrasts) {
      let contrast = model.contrast(multipliers)
      #expect(Self.close(contrast.value, wanted[0]))
      #expect(Self.close(contrast.standardError, wanted[1]))
      #expect(Self.close(contrast.degreesOfFreedom, wanted[2]))
    }
    let new = model.contrast([1, 6], newLevels: [(factor: 0, weight: 1)])
    #expect(Self.close(new.standardError, expected.newRung[0]))
    #expect(Self.close(new.degreesOfFreedom, expected.newRung[1]))
    let test = try #require(model.waldTest([[1, 0], [0, 1]]))
    #expect(Self.close(test.statistic, expected.statistic))
    #expect(test.denominator >= 1)
  }

  /// A balanced table with rungs that differ: all is least squares on the rungs' means, by
  ///
  ///     x = np.array([0, 1, 2, 3, 5.]); m = y.reshape(5, 3).mean(1)
  ///     r = scipy.stats.linregress(x, m); print(r.slope, r.stderr, r.intercept, r.intercept_stderr)
  ///     s2 = (np.asarray(m - r.intercept - r.slope * x)**2).sum() / 3   # of a mean
  ///     e = y.reshape(5, 3) - m[:, None]; se2 = (e**2).sum() / 10; print(s2 - se2 / 3, se2)
  ///     X = np.c_[np.ones(5), x]; b = [r.intercept, r.slope]
  ///     print(b @ X.T @ X @ b / 2 / s2)
  @Test func balancedTablesAreExact() throws {
    let x: [Double] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 5, 5, 5]
    let y = [
      0.10, 0.16, 0.13, 0.42, 0.35, 0.40, 0.11, 0.20, 0.14, 0.52, 0.60, 0.50, 0.33, 0.41, 0.37,
    ]
    let model = try MixedModel(
      predictors: [x.map { _ in 1 }, x], response: y,
      factors: [(0..<15).map { (row: Int) in row / 3 }])
    let level = model.contrast([1, 0])
    let slope = model.contrast([0, 1])
    #expect(Self.close(slope.value, 0.04621621621621621, 1e-9))
    #expect(Self.close(slope.standardError, 0.044798876903380476, 1e-7))
    #expect(Self.close(level.value, 0.2143243243243243, 1e-9))
    #expect(Self.close(level.standardError, 0.12511645415401226, 1e-7))
    #expect(Self.close(slope.degreesOfFreedom, 3, 1e-7))
    #expect(Self.close(level.degreesOfFreedom, 3, 1e-7))
    let rung = try #require(model.components[0].variance)
    #expect(Self.close(rung, 0.029122702702702702, 1e-6))
    #expect(Self.close(model.residualVariance, 0.00174, 1e-6))
    let test = try #require(model.waldTest([[1, 0], [0, 1]]))
    #expect(Self.close(test.statistic, 8.936760691537758, 1e-6))
    #expect(test.numerator == 2 && Self.close(test.denominator, 3, 1e-6))
  }

  /// What the data cannot separate has no variance of its own, and all of it is in the error.
  @Test func factorsThatAreNotSeparable() throws {
    let x = [0.0, 1, 2, 3]
    let y = [0.1, 0.5, 0.2, 0.7]
    let model = try MixedModel(
      predictors: [x.map { _ in 1 }, x], response: y,
      factors: [[0, 1, 2, 3], [7, 7, 7, 7]])
    #expect(model.components.map(\.variance) == [nil, nil])
    let ordinary = try LinearRegression(predictors: [x], response: y)
    let slope = model.contrast([0, 1])
    #expect(Self.close(slope.standardError, ordinary.standardErrors[1], 1e-9))
    #expect(Self.close(slope.degreesOfFreedom, 2, 1e-9))
    // Two rungs and a line through their means leave nothing to tell a rung's own effect by.
    let pair = try MixedModel(
      predictors: [[1, 1, 1, 1], [0, 0, 1, 1]], response: [1, 1.2, 2, 2.1],
      factors: [[0, 0, 1, 1]])
    #expect(pair.components[0].variance == nil)
  }

  @Test func exactResponsesHaveNoVariance() throws {
    let x = [0.0, 0, 1, 1, 2, 2]
    let model = try MixedModel(
      predictors: [x.map { _ in 1 }, x], response: x.map { 0.3 + 0.2 * $0 },
      factors: [[0, 0, 1, 1, 2, 2]])
    #expect(model.residualVariance == 0)
    #expect(model.contrast([0, 1]).standardError == 0)
    #expect(Self.close(model.coefficients[1], 0.2, 1e-12))
  }

  @Test func badTablesAreRefused() {
    #expect(throws: StatisticsError.self) {
      try MixedModel(predictors: [[1, 1, 1]], response: [1, 2, 3], factors: [[0, 1]])
    }
    #expect(throws: StatisticsError.self) {
      try MixedModel(predictors: [[1, 1], [1, 2]], response: [1, 2], factors: [])
    }
  }
}
