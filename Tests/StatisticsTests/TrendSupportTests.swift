import Foundation
import Statistics
import Testing

/// Verdicts on trends are continuous in the data, and series without a line are still seen.
@Suite struct TrendSupportTests {
  static let x = [1e8, 3e8, 1e9, 3e9].map { log($0) }

  /// Rounding a standard error never moves the confidence by a jump.
  @Test func supportIsContinuousInTheErrors() throws {
    let y = [0.62, 0.66, 0.49, 0.37]
    var previous: (support: [TrendShape: Double], confidence: Double)?
    for step in 0...400 {
      let error = 0.03 + 0.0003 * Double(step)
      let test = try TrendTest(
        x: Self.x, y: y, standardErrors: [Double](repeating: error, count: 4), draws: 1)
      if let previous {
        for shape in [TrendShape.increasing, .decreasing, .uShaped, .invertedU] {
          let jump = abs((test.support[shape] ?? 0) - (previous.support[shape] ?? 0))
          #expect(jump < 0.05, "\(shape) at \(error)")
        }
        #expect(abs(test.confidence - previous.confidence) < 0.05, "at \(error)")
      }
      previous = (test.support, test.confidence)
    }
  }

  /// What is undecided is below the level, what is named above.
  @Test func confidenceAgreesWithTheVerdict() throws {
    for seed in 0..<200 {
      var random = SplittableRandom(seed: 5).split(seed)
      let y = Self.x.map {
        0.4 + 0.03 * ($0 - 20) * random.nextNormal() + 0.03 * random.nextNormal()
      }
      let test = try TrendTest(
        x: Self.x, y: y, standardErrors: [0.03, 0.03, 0.03, 0.03], draws: 1)
      if test.shape == .undecided {
        #expect(test.confidence < 0.9)
      } else if test.shape != .flat {
        #expect(test.confidence >= 0.9 && test.shape == test.leading)
      }
    }
  }

  @Test func aTurnOfFourPointsIsSeen() throws {
    let test = try TrendTest(
      x: Self.x, y: [0.53, 0.74, 0.46, 0.46], standardErrors: [0.01, 0.01, 0.01, 0.01])
    #expect(test.shape == .invertedU)
    #expect(test.confidence > 0.98)
    let zigzag = try TrendTest(
      x: (0..<6).map(Double.init), y: [0.5, 0.7, 0.4, 0.7, 0.4, 0.6],
      standardErrors: [Double](repeating: 0.01, count: 6))
    #expect(zigzag.shape == .irregular)
  }

  @Test(arguments: [1.0, -1.0], [true, false])
  func aChangeAtTheLastSizeOnlyIsSeen(_ sign: Double, _ isKnown: Bool) throws {
    let y = [0.251, 0.248, 0.253, 0.249, 0.252, 0.25 + 0.15 * sign]
    let test = try TrendTest(
      x: (0..<6).map { 18 + Double($0) }, y: y,
      standardErrors: isKnown ? [Double](repeating: 0.013, count: 6) : nil)
    #expect(
      test.shape == (sign > 0 ? .lastRise : .lastFall) || (test.shape == .increasing && sign > 0)
        || (test.shape == .decreasing && sign < 0))
    #expect(test.lastPValue < 0.001)
    if test.shape == .lastRise {
      #expect(test.scaling(higherIsBetter: true) == .emerging)
      #expect(test.scaling(higherIsBetter: false) == .failing)
    }
  }

  /// The last point against the mean of the others, by hand: (0.4 − 0.25)/√(0.01²·(1 + 1/4)).
  @Test func theLastPointTestIsTheContrast() throws {
    let test = try TrendTest(
      x: (0..<5).map(Double.init), y: [0.24, 0.26, 0.26, 0.24, 0.27],
      standardErrors: [Double](repeating: 0.01, count: 5))
    // z = 0.02/(0.01·√1.25) = 1.78885, two-sided p from scipy.stats.norm.
    #expect(abs(test.lastPValue - 0.07363827) < 1e-6)
  }

  /// All rules together call a flat series anything else in at most one of ten.
  @Test(arguments: [4, 5, 7], [false, true])
  func flatSeriesAreRarelyNamed(_ count: Int, _ isKnown: Bool) throws {
    var wrong = 0
    for repetition in 0..<400 {
      var random = SplittableRandom(seed: 19).split(repetition)
      let x = (0..<count).map { Double($0) }
      let y = x.map { _ in 0.5 + 0.02 * random.nextNormal() }
      let test = try TrendTest(
        x: x, y: y, standardErrors: isKnown ? [Double](repeating: 0.02, count: count) : nil,
        draws: 1)
      if test.shape != .flat, test.shape != .undecided { wrong += 1 }
    }
    // 40 expected at most; four standard errors above.
    #expect(wrong <= 64)
  }
}
