import Foundation
import ScalingLaws
import Testing

@Suite struct MultilingualTests {
  private let planted = PlantedLaw(
    law: Multilingual(),
    truth: ["E": 1.1, "A": 90, "alpha": 0.28, "c1": 0.4, "c2": 0.6, "c3": 1.1],
    columns: PlantedLaw.grid([
      ("N", [2e7, 6e7, 2e8, 6e8]), ("share", [0.05, 0.2, 0.4, 0.6, 0.8, 1]),
    ]))

  @Test func theTaskAloneHasAllParameters() {
    #expect(Multilingual.effectiveShare(1, point: planted.point) == 1)
    let alone = Multilingual().prediction(planted.point, at: [1e8, 1])
    #expect(abs(alone - (1.1 + 90 * pow(1e8, -0.28))) < 1e-12)
  }

  @Test func theShareActsAsASmallerModel() {
    let effective = 1e8 * Multilingual.effectiveShare(0.3, point: planted.point)
    let mixed = Multilingual().prediction(planted.point, at: [1e8, 0.3])
    #expect(abs(mixed - Multilingual().prediction(planted.point, at: [effective, 1])) < 1e-12)
  }

  @Test func transferIsPositiveOnlyWhereTasksHelp() {
    #expect(Multilingual.transfer(share: 0.3, point: planted.point) > 0.1)
    #expect(abs(Multilingual.transfer(share: 0.3, point: [1, 90, 0.28, 0, 0.6, 1.1])) < 1e-15)
  }

  @Test func recoversPlantedParameters() throws {
    #expect(try planted.recoveryError() < 1e-4)
    #expect(try planted.recoveryError(scaling: ["N": 1e-6]) < 1e-7)
  }

  /// A share that was not sampled and a model four times larger, within one per cent.
  @Test func predictsUnseenSharesAtFourTimesTheSize() throws {
    let found = try fit(
      Multilingual(), to: planted.observations(relativeNoise: 0.002),
      options: FitOptions(interval: .none))
    for share in [0.1, 0.3, 0.5, 0.9] {
      let exact = Multilingual().prediction(planted.point, at: [2.4e9, share])
      let predicted = try found.prediction(at: ["N": 2.4e9, "share": share])
      #expect(abs(predicted / exact - 1) < 0.01)
    }
  }
}
