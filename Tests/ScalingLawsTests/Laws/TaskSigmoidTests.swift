import ScalingLaws
import Testing

@Suite struct TaskSigmoidTests {
  private func planted(_ chance: Double) -> PlantedLaw {
    PlantedLaw(
      law: TaskSigmoid(chance: chance), truth: ["A": 0.9, "B": 0.7, "C_mid": 1e21],
      columns: ["C": [1e18, 1e19, 1e20, 3e20, 1e21, 3e21, 1e22, 1e23]])
  }

  @Test(arguments: [0, 0.25])
  func recoversPlantedParametersInAnyUnit(chance: Double) throws {
    #expect(try planted(chance).recoveryError() < 1e-5)
    #expect(try planted(chance).recoveryError(scaling: ["C": 1e-21]) < 1e-7)
  }

  @Test func guessingIsTheFloorAndIsNeverFitted() throws {
    let law = try TaskSigmoid().setting("chance", to: "0.25")
    #expect(abs(law.prediction([0.9, 0.7, 1e21], at: [1e-30]) - 0.25) < 1e-12)
    #expect(abs(law.prediction([0.9, 0.7, 1e21], at: [1e21]) - 0.575) < 1e-12)
    #expect(law.parameters.map(\.name) == ["A", "B", "C_mid"])
    #expect(throws: FitError.self) { try TaskSigmoid().setting("chance", to: "fitted") }
  }
}
