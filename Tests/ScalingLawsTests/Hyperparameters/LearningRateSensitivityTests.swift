import Foundation
import ScalingLaws
import Testing

/// The metric of [145].
@Suite struct LearningRateSensitivityTests {
  @Test func aFlatCurveHasNoSensitivity() {
    let rates = [3e-4, 3e-3, 3e-2, 3e-1]
    #expect(
      LearningRateSensitivity.value(
        rates: rates, losses: [2, 2, 2, 2], initialLoss: 5) == 0)
    #expect(
      LearningRateSensitivity.value(rates: rates, losses: [nil, .nan, nil, nil], initialLoss: 5)
        == nil)
  }

  /// numpy: trapezoid(minimum([3, 2.5, 9], 4) - 2.5, log(rates)) / log(100)
  @Test func aDivergedRunCountsAsUntrained() throws {
    let rates = [1e-3, 1e-2, 1e-1]
    let worse = try #require(
      LearningRateSensitivity.value(rates: rates, losses: [3, 2.5, 9], initialLoss: 4))
    #expect(abs(worse - 0.5) <= 1e-12)
    for diverged in [nil, Double.infinity, .nan] {
      let value = LearningRateSensitivity.value(
        rates: rates, losses: [3, 2.5, diverged], initialLoss: 4)
      #expect(value == worse)
    }
    // A run between others contributes exactly its excess, by its share of the axis.
    let middle = try #require(
      LearningRateSensitivity.value(rates: rates, losses: [2, nil, 2], initialLoss: 7))
    #expect(abs(middle - 0.5 * (7 - 2)) <= 1e-12)
  }
}
