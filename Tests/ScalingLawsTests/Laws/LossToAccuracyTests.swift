import ScalingLaws
import Testing

@Suite struct LossToAccuracyTests {
  private let losses = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.6]

  @Test func recoversPlantedParameters() throws {
    let planted = PlantedLaw(
      law: LossToAccuracy(chance: 0.25), truth: ["A": 0.95, "k": 7, "L0": 0.85],
      columns: ["loss": losses])
    #expect(try planted.recoveryError() < 1e-6)
    #expect(try planted.recoveryError(scaling: ["loss": 1000]) < 1e-8)
  }

  @Test func chanceIsFittedOnRequest() throws {
    let law = try LossToAccuracy().setting("chance", to: "fitted")
    #expect(law.parameters.map(\.name) == ["g", "A", "k", "L0"])
    let planted = PlantedLaw(
      law: law, truth: ["g": 0.22, "A": 0.95, "k": 7, "L0": 0.85], columns: ["loss": losses])
    #expect(try planted.recoveryError() < 1e-6)
    #expect(throws: FitError.self) { try LossToAccuracy().setting("chance", to: "-0.1") }
  }

  @Test func halfTheGainIsMadeAtTheMidpoint() {
    let law = LossToAccuracy(chance: 0.25)
    #expect(abs(law.prediction([0.95, 7, 0.85], at: [0.85]) - 0.6) < 1e-12)
    #expect(law.prediction([0.95, 7, 0.85], at: [0.5]) > law.prediction([0.95, 7, 0.85], at: [1]))
  }
}
