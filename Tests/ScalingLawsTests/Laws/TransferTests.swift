import Foundation
import ScalingLaws
import Statistics
import Testing

@Suite struct TransferTests {
  private let budgets = [1e7, 3e7, 1e8, 3e8, 1e9, 3e9, 1e10, 3e10]
  private var planted: PlantedLaw {
    PlantedLaw(
      law: Transfer(), truth: ["A": 5e-5, "alpha": 1.3, "beta": 1.15], columns: ["D": budgets])
  }

  @Test func thePowerOfBleuIsAStraightLine() {
    let values = [1e8, 1e9, 1e10].map {
      pow(Transfer().prediction([5e-5, 1.3, 1.15], at: [$0]), 1 / 1.15)
    }
    #expect(abs((values[2] - values[1]) - (values[1] - values[0])) < 1e-9)
    #expect(abs(values[1] - values[0] - 1.3 * log(10)) < 1e-9)
  }

  @Test func recoversPlantedParametersInAnyUnit() throws {
    #expect(try planted.recoveryError() < 1e-4)
    #expect(try planted.recoveryError(scaling: ["D": 1e-9]) < 1e-6)
  }

  /// Rise then fall around a middle budget, against the law, both with 1 % noise.
  @Test func misalignedDataRaiseTheAlarm() throws {
    var rejected = 0
    var accepted = 0
    for seed in 0..<40 {
      let aligned = try TransferAlarm(
        planted.observations(relativeNoise: 0.01, seed: UInt64(seed)), fitted: 5)
      accepted += aligned.isMisaligned ? 0 : 1
      var random = SplittableRandom(seed: UInt64(1000 + seed))
      let bent = budgets.map { tokens -> Double in
        let distance = log(tokens / 6e8) / log(10)
        return (26 - 4 * distance * distance) * (1 + 0.01 * random.nextNormal())
      }
      let alarm = try TransferAlarm(
        Observations(columns: ["D": budgets], response: bent), fitted: 5)
      rejected += alarm.isMisaligned ? 1 : 0
    }
    #expect(rejected >= 38, "\(rejected) of 40 misaligned tables rejected")
    #expect(accepted >= 36, "\(accepted) of 40 aligned tables accepted")
  }

  @Test func somethingMustBeHeldOut() {
    #expect(throws: FitError.self) { try TransferAlarm(planted.observations(), fitted: 8) }
  }
}
