import Foundation
import ScalingLaws
import Statistics
import Testing

@Suite struct EmergenceTestTests {
  private let sizes = [3e7, 6e7, 1.2e8, 2.5e8, 5e8, 1e9, 2e9]
  private func power(_ scale: Double, _ exponent: Double, _ size: Double) -> Double {
    exp(-scale * pow(size / 3e7, -exponent))
  }
  /// Each of three chains suffices: 1 − Π(1 − exp(−c·N^(−a))).
  private func circuits(_ size: Double) -> Double {
    1 - (1 - power(4, 0.1, size)) * (1 - power(9, 0.35, size)) * (1 - power(20, 0.55, size))
  }
  /// All of three steps must succeed: Π exp(−c·N^(−a)).
  private func steps(_ size: Double) -> Double {
    power(1, 0.05, size) * power(2, 0.3, size) * power(4, 0.9, size)
  }

  @Test func exactCurvesBendAsTheTheorySays() throws {
    let standard = sizes.map { power(6, 0.4, $0) }
    let straight = try EmergenceTest(sizes: sizes, passRates: standard)
    #expect(abs(straight.curvature) < 1e-12)
    #expect(try EmergenceTest(sizes: sizes, passRates: sizes.map(circuits)).curvature > 0.005)
    #expect(try EmergenceTest(sizes: sizes, passRates: sizes.map(steps)).curvature < -0.005)
  }

  /// Pass rates with two per cent of relative error, as sampling until 2,500 passes gives.
  @Test func sampledCurvesAreClassified() throws {
    func verdicts(_ rate: (Double) -> Double) throws -> [EmergenceTest.Verdict] {
      try (0..<20).map { seed in
        var random = SplittableRandom(seed: UInt64(seed))
        let exact = sizes.map(rate)
        let observed = exact.map { $0 * (1 + 0.02 * random.nextNormal()) }
        return try EmergenceTest(
          sizes: sizes, passRates: observed, standardErrors: exact.map { 0.02 * $0 }
        ).verdict
      }
    }
    #expect(try verdicts(circuits).filter { $0 == .accelerated }.count >= 18)
    #expect(try verdicts(steps).filter { $0 == .subScaling }.count >= 18)
    #expect(try verdicts { power(6, 0.4, $0) }.filter { $0 == .standard }.count >= 16)
  }

  @Test func threeSizesCannotShowACurve() {
    #expect(throws: StatisticsError.self) {
      try EmergenceTest(sizes: [1e8, 1e9], passRates: [0.1, 0.2])
    }
  }
}
