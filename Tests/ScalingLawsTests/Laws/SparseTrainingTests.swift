import ScalingLaws
import Testing

@Suite struct SparseTrainingTests {
  @Test func recoversPlantedParameters() throws {
    let planted = PlantedLaw(
      law: SparseTraining(), truth: ["E": 1.9, "A": 40, "b": 0.25],
      columns: ["D": [1e8, 3e8, 1e9, 3e9, 1e10, 3e10]])
    #expect(try planted.recoveryError() < 1e-5)
  }

  @Test func theDenseLossCanBeTheFloor() throws {
    let law = try SparseTraining().setting("floor", to: "dense")
    #expect(law.prediction([0, 0.3], at: [1e9, 2.125]) == 2.125)
    let planted = PlantedLaw(
      law: law, truth: ["A": 12, "b": 0.2],
      columns: PlantedLaw.grid([("D", [1e8, 1e9, 1e10]), ("dense_loss", [2.1, 2.4])]))
    #expect(try planted.recoveryError() < 1e-6)
  }

  @Test func saysThatThePaperPrintsNoForm() {
    #expect(SparseTraining().card.caution.contains("prints no form"))
  }
}
