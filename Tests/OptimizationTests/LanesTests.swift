import Foundation
import Optimization
import Testing

@Suite struct LanesTests {
  /// The distance of two numbers in units in the last place of the expected one.
  private func ulps(_ found: Double, _ expected: Double) -> Double {
    found == expected ? 0 : abs(found - expected) / expected.ulp
  }

  @Test func exponentialAgreesWithTheCLibrary() {
    var worst = 0.0
    for index in 0..<200_000 {
      let x = -700 + 1400 * Double(index) / 200_000
      worst = max(worst, ulps(Lanes.exp(Lanes(repeating: x))[3], Foundation.exp(x)))
    }
    #expect(worst <= 2)
    #expect(Lanes.exp(.zero) == Lanes(repeating: 1))
  }

  @Test func exponentialSaturatesInsteadOfOverflowing() {
    let lanes = Lanes.exp(Lanes(1e9, -1e9, .infinity, -.infinity, 0, 1, -1, .nan))
    #expect(lanes[0].isFinite && lanes[0] > 1e300)
    #expect(lanes[1] > 0 && lanes[1] < 1e-300)
    #expect(lanes[2].isFinite && lanes[3] > 0)
    #expect(lanes[7].isNaN)
  }

  @Test func logarithmAgreesWithTheCLibrary() {
    var worst = 0.0
    for index in 0..<200_000 {
      let x = Foundation.exp(-700 + 1400 * Double(index) / 200_000)
      worst = max(worst, ulps(Lanes.log(Lanes(repeating: x))[5], Foundation.log(x)))
    }
    for index in 1...1000 {
      let x = 1 + (Double(index) - 500) * 1e-6
      let expected = Foundation.log(x)
      worst = max(
        worst, abs(Lanes.log(Lanes(repeating: x))[0] - expected) / max(expected.ulp, 1e-22))
    }
    #expect(worst <= 2)
  }

  @Test func logarithmIsNaNOutsideItsDomain() {
    let lanes = Lanes.log(Lanes(0, -1, .nan, .infinity, -0.0, -.infinity, 1, 2))
    for index in 0..<6 { #expect(lanes[index].isNaN) }
    #expect(lanes[6] == 0)
  }
}
