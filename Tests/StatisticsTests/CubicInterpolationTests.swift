import Statistics
import Testing

/// Expected values: `scipy.interpolate.Akima1DInterpolator` and `PchipInterpolator` of SciPy 1.17.1.
@Suite struct CubicInterpolationTests {
  static let x: [Double] = [0, 1, 2.5, 3, 4.2, 6, 7]
  static let y: [Double] = [5, 3.2, 2.1, 2.0, 2.3, 4, 4.1]
  static let queries: [Double] = [0.3, 1.7, 2.7, 3.5, 5, 6.6]

  @Test(arguments: [
    (
      CubicInterpolation.Method.akima,
      [
        4.3368, 2.550522317188984, 2.039223787976729, 2.052356630998388, 3.0189692480544634,
        4.165284235860409,
      ],
      [
        -2.0719999999999996, -0.7625071225071226, -0.24356302521008405, 0.21167561610315946,
        1.1412472806547895, 0.002385880465302734,
      ]
    ),
    (
      .monotone,
      [
        4.351428736462093, 2.541425356796131, 2.044139130434783, 2.0665941127694856,
        3.0697213193446875, 4.080920413922859,
      ],
      [
        -2.070039951865222, -0.7860268229302918, -0.2535652173913045, 0.24564676616915398,
        1.2789416620831828, 0.0902652869238003,
      ]
    ),
  ])
  func agreesWithSciPy(
    _ method: CubicInterpolation.Method, _ values: [Double], _ derivatives: [Double]
  ) throws {
    // The order of the points does not matter.
    let curve = try CubicInterpolation(
      x: Self.x.reversed(), y: Self.y.reversed(), method: method)
    for (index, query) in Self.queries.enumerated() {
      #expect(abs(try #require(curve.value(at: query)) - values[index]) < 1e-13)
      #expect(abs(try #require(curve.derivative(at: query)) - derivatives[index]) < 1e-13)
    }
    for (x, y) in zip(Self.x, Self.y) { #expect(curve.value(at: x) == y) }
  }

  @Test func akimaOnAStepAndOnThreePoints() throws {
    let step = try CubicInterpolation(
      x: [0, 1, 2, 3, 4, 5], y: [1, 1, 1, 2, 2, 2], method: .akima)
    for (query, expected) in [(0.5, 1.0), (1.5, 1), (2.5, 1.5), (3.5, 2), (4.9, 2)] {
      #expect(step.value(at: query) == expected)
    }
    let three = try CubicInterpolation(x: [0, 1, 3], y: [0, 2, 1], method: .akima)
    #expect(three.value(at: 0.5) == 1.3125)
    #expect(three.value(at: 2) == 2.125)
  }

  /// Expected: the root of SciPy's derivative, 3.01015053; PCHIP keeps the lowest knot.
  @Test func minimum() throws {
    let akima = try CubicInterpolation(x: Self.x, y: Self.y, method: .akima).minimum()
    #expect(abs(akima.x - 3.01015053) < 1e-8)
    #expect(abs(akima.value - 1.999977039769699) < 1e-12)
    #expect(akima.isInterior)
    let monotone = try CubicInterpolation(x: Self.x, y: Self.y, method: .monotone).minimum()
    #expect(monotone.x == 3)
    #expect(monotone.value == 2)
    let falling = try CubicInterpolation(x: [0, 1, 2], y: [3, 2, 1.5], method: .akima)
    #expect(!falling.minimum().isInterior)
  }

  @Test func refusesToExtrapolate() throws {
    let curve = try CubicInterpolation(x: [0, 1], y: [2, 4], method: .monotone)
    #expect(curve.value(at: 0.25) == 2.5)
    #expect(curve.value(at: 1.01) == nil)
    #expect(curve.derivative(at: -1) == nil)
  }

  @Test func badPointsAreNamed() {
    #expect(throws: StatisticsError.tooFewPoints(found: 1, needed: 2)) {
      try CubicInterpolation(x: [0], y: [2], method: .akima)
    }
    #expect(throws: StatisticsError.invalidValue(what: "repeated abscissa", index: 2, value: 1)) {
      try CubicInterpolation(x: [0, 1, 1], y: [2, 3, 4], method: .akima)
    }
    #expect(throws: StatisticsError.self) {
      try CubicInterpolation(x: [0, 1, 2], y: [2, .nan, 4], method: .akima)
    }
  }
}
