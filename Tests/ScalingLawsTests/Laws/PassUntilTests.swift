import Foundation
import ScalingLaws
import Testing

@Suite struct PassUntilTests {
  private let planted = PlantedLaw(
    law: PassUntil(), truth: ["c": 2400, "alpha": 0.35],
    columns: ["N": [3e7, 1e8, 2e8, 4e8, 8e8, 1.5e9]])

  @Test func theTransformedRateIsAStraightLine() {
    let rates = planted.observations().response
    for (size, rate) in zip([3e7, 1e8, 2e8, 4e8, 8e8, 1.5e9], rates) {
      #expect(abs(log(-log(rate)) - (log(2400) - 0.35 * log(size))) < 1e-12)
    }
  }

  @Test func recoversPlantedParametersInAnyUnit() throws {
    #expect(try planted.recoveryError() < 1e-6)
    #expect(try planted.recoveryError(scaling: ["N": 1e-6]) < 1e-8)
  }
}
