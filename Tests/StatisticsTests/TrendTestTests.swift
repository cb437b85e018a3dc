import Statistics
import Testing

/// The catalogue's check [0]: planted shapes are called correctly, and the confidence is calibrated.
@Suite struct TrendTestTests {
  /// A planted series over u in 0...1.
  struct Planted: Sendable, CustomTestStringConvertible {
    var name: String
    var expected: TrendShape
    /// Right verdicts expected of 100; what is missing must be "undecided" but for α = 10.
    var atLeast = 90
    var curve: @Sendable (Double) -> Double
    var testDescription: String { name }
  }

  static let shapes = [
    Planted(name: "line up", expected: .increasing) { $0 },
    Planted(name: "line down", expected: .decreasing) { 2 - $0 },
    Planted(name: "saturating up", expected: .increasing) { $0 / (0.1 + $0) },
    // Its left half is flat: one time in six chance makes it fall by more than a standard error.
    Planted(name: "late rise", expected: .increasing, atLeast: 75) { $0 * $0 * $0 },
    Planted(name: "U", expected: .uShaped) { 4 * ($0 - 0.45) * ($0 - 0.45) },
    Planted(name: "V", expected: .uShaped) { abs(2 * $0 - 1) },
    Planted(name: "inverted U", expected: .invertedU) { 1 - 4 * ($0 - 0.6) * ($0 - 0.6) },
    Planted(name: "flat", expected: .flat) { _ in 0.3 },
  ]

  private func series(
    _ curve: (Double) -> Double, count: Int, noise: Double, random: inout SplittableRandom
  ) -> (x: [Double], y: [Double]) {
    let u = (0..<count).map { Double($0) / Double(count - 1) }
    return (u.map { 40 + 9 * $0 }, u.map { curve($0) + noise * random.nextNormal() })
  }

  @Test(arguments: shapes, [false, true])
  func plantedShapesAreRecognised(_ planted: Planted, _ noiseIsKnown: Bool) throws {
    var right = 0
    var wrong = 0
    for repetition in 0..<100 {
      var random = SplittableRandom(seed: 100).split(repetition)
      let (x, y) = series(planted.curve, count: 16, noise: 0.05, random: &random)
      let test = try TrendTest(
        x: x, y: y,
        standardErrors: noiseIsKnown ? Array(repeating: 0.05, count: 16) : nil,
        relevantChange: planted.expected == .flat ? 0.25 : nil, draws: 10)
      if test.shape == planted.expected {
        right += 1
      } else if test.shape != .undecided {
        wrong += 1
      }
    }
    #expect(right >= planted.atLeast)
    #expect(wrong <= 10)
  }

  /// A short ladder with known seed noise suffices for a clear turn, near the middle or not; less
  /// noise must not make it harder to see.
  @Test(arguments: [1.0, -1.0], [(5, 0.05), (6, 0.05), (6, 0.01)])
  func shortLaddersWithKnownNoise(_ sign: Double, _ ladder: (count: Int, noise: Double)) throws {
    var right = 0
    for repetition in 0..<100 {
      var random = SplittableRandom(seed: 12).split(repetition)
      let (x, y) = series(
        { sign * 4 * ($0 - 0.4) * ($0 - 0.4) }, count: ladder.count, noise: ladder.noise,
        random: &random)
      let test = try TrendTest(
        x: x, y: y, standardErrors: Array(repeating: ladder.noise, count: ladder.count),
        draws: 10)
      if test.shape == (sign > 0 ? .uShaped : .invertedU) { right += 1 }
    }
    #expect(right >= 95)
  }

  /// Nominal 90 %; the standard error of 500 simulations is 1.3 %.
  @Test(arguments: [false, true]) func slopeIntervalsCover(_ noiseIsKnown: Bool) throws {
    var low = 0
    var high = 0
    var line = 0
    var vertex = 0
    for repetition in 0..<500 {
      var random = SplittableRandom(seed: 7).split(repetition)
      let errors = (0..<10).map { noiseIsKnown ? 0.1 + 0.02 * Double($0) : 0.2 }
      let x = (0..<10).map { 20 + Double($0) }
      let parabola = x.indices.map { index in
        0.1 * (x[index] - 23) * (x[index] - 23) + errors[index] * random.nextNormal()
      }
      let curved = try TrendTest(
        x: x, y: parabola, standardErrors: noiseIsKnown ? errors : nil, draws: 1)
      // d/dx 0.1 (x − 23)² at 20 and at 29, and the vertex at 23.
      if curved.lowEndSlope.contains(-0.6) { low += 1 }
      if curved.highEndSlope.contains(1.2) { high += 1 }
      if curved.vertex?.contains(23) ?? true { vertex += 1 }
      let straight = x.indices.map { 0.05 * x[$0] + errors[$0] * random.nextNormal() }
      let test = try TrendTest(
        x: x, y: straight, standardErrors: noiseIsKnown ? errors : nil, draws: 1)
      if test.linearSlope.contains(0.05) { line += 1 }
    }
    for covered in [low, high, line, vertex] { #expect((425...475).contains(covered)) }
  }

  /// No more than 10 % directional verdicts on noise around a constant, and the gate is what
  /// holds them down.
  @Test(arguments: [5, 8, 20], [false, true])
  func flatSeriesAreRarelyCalledDirectional(_ count: Int, _ noiseIsKnown: Bool) throws {
    var wrong = 0
    let simulations = 1000
    for repetition in 0..<simulations {
      var random = SplittableRandom(seed: 9).split(repetition)
      let (x, y) = series({ _ in 2 }, count: count, noise: 1, random: &random)
      let test = try TrendTest(
        x: x, y: y, standardErrors: noiseIsKnown ? Array(repeating: 1, count: count) : nil,
        draws: 1)
      if test.shape != .flat && test.shape != .undecided { wrong += 1 }
    }
    #expect(wrong <= simulations / 10)
  }

  /// With a relevant change smaller than the truth, "flat" is wrong at most at rate α = 10 %.
  @Test func relevantTrendsAreRarelyCalledFlat() throws {
    var wrong = 0
    for repetition in 0..<500 {
      var random = SplittableRandom(seed: 10).split(repetition)
      let (x, y) = series({ $0 }, count: 30, noise: 0.5, random: &random)
      if try TrendTest(x: x, y: y, relevantChange: 1, draws: 1).shape == .flat { wrong += 1 }
    }
    #expect(wrong <= 50)
  }

  @Test func significantButIrrelevantIsFlat() throws {
    let x = (0..<40).map { Double($0) }
    var random = SplittableRandom(seed: 3)
    let y = x.map { 0.001 * $0 + 0.001 * random.nextNormal() }
    #expect(try TrendTest(x: x, y: y).shape == .increasing)
    let judged = try TrendTest(x: x, y: y, relevantChange: 0.1)
    #expect(judged.shape == .flat)
    #expect(judged.flatProbability > 0.99)
  }

  @Test func probabilitiesSumToOneAndFollowTheData() throws {
    var random = SplittableRandom(seed: 4)
    let (x, y) = series({ 4 * ($0 - 0.5) * ($0 - 0.5) }, count: 12, noise: 0.1, random: &random)
    let test = try TrendTest(x: x, y: y)
    #expect(abs(test.probabilities.values.reduce(0, +) - 1) < 1e-12)
    #expect((test.probabilities[.uShaped] ?? 0) > 0.98)
    #expect(try #require(test.vertex).contains(44.5))
    // The same seed gives the same numbers; negating y swaps the shapes.
    let again = try TrendTest(x: x, y: y)
    #expect(again.probabilities == test.probabilities)
    let mirrored = try TrendTest(x: x, y: y.map { -$0 })
    #expect(mirrored.shape == .invertedU)
    // On an uninformative series no shape is near certain.
    let (_, noise) = series({ _ in 0 }, count: 12, noise: 1, random: &random)
    #expect(try TrendTest(x: x, y: noise).probabilities.values.allSatisfy { $0 < 0.95 })
  }

  @Test func misfitInflatesKnownErrors() throws {
    let x = (0..<8).map { Double($0) }
    let y: [Double] = [0, 1, 0, 1, 0, 1, 0, 1]
    let test = try TrendTest(x: x, y: y, standardErrors: Array(repeating: 0.01, count: 8))
    #expect(test.noiseInflation > 30)
    // Errors as small as stated reject every monotone series, and one that turns once.
    #expect(test.shape == .irregular)
    let honest = try TrendTest(x: x, y: y, standardErrors: Array(repeating: 0.6, count: 8))
    #expect(honest.noiseInflation == 1)
  }

  @Test func directionDependsOnWhatIsBetter() throws {
    let x = (0..<6).map { Double($0) }
    let up = try TrendTest(x: x, y: x)
    #expect(up.scaling(higherIsBetter: true) == .normal)
    #expect(up.scaling(higherIsBetter: false) == .inverse)
    let longer = (0..<12).map { Double($0) }
    let u = try TrendTest(x: longer, y: longer.map { ($0 - 5) * ($0 - 5) })
    #expect(u.shape == .uShaped)
    #expect(u.scaling(higherIsBetter: true) == .recovering)
    #expect(u.scaling(higherIsBetter: false) == .reversing)
    let constant = try TrendTest(x: x, y: x.map { _ in 0.5 }, relevantChange: 0.1)
    #expect(constant.scaling(higherIsBetter: true) == .flat)
  }

  @Test func badSeriesAreNamed() {
    #expect(throws: StatisticsError.tooFewPoints(found: 3, needed: 4)) {
      try TrendTest(x: [1, 2, 3], y: [1, 2, 3])
    }
    #expect(throws: StatisticsError.tooFewPoints(found: 2, needed: 3)) {
      try TrendTest(x: [1, 2, 1, 2], y: [1, 2, 3, 4])
    }
    #expect(throws: StatisticsError.lengthMismatch(what: "x", found: 3, expected: 4)) {
      try TrendTest(x: [1, 2, 3], y: [1, 2, 3, 4])
    }
  }
}
