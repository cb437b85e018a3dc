import ScalingLaws
import Testing

@Suite struct PostTrainingTests {
  @Test(arguments: [
    (PostTraining.Form.power, ["c": 0.04, "b": 4.0]),
    (.error, ["P_max": 0.8, "a": 2.5, "b": 0.35]), (.log, ["c": -0.1, "b": 0.07]),
  ])
  func recoversPlantedParameters(form: PostTraining.Form, truth: [String: Double]) throws {
    let planted = PlantedLaw(
      law: PostTraining(form: form), truth: truth,
      columns: ["examples": [100, 300, 1000, 3000, 10_000]])
    #expect(try planted.recoveryError() < 1e-5)
    #expect(try planted.recoveryError(scaling: ["examples": 1e-3]) < 1e-7)
  }

  @Test func tenfoldExamplesMultiplyAPowerAlike() {
    let p = [0.04, 4.0]
    let values = [100.0, 1000, 10_000].map { PostTraining().prediction(p, at: [$0]) }
    #expect(abs(values[1] / values[0] - values[2] / values[1]) < 1e-12)
    #expect(abs(values[2] / values[0] - 3.1622776601683795) < 1e-12)
  }

  @Test func settingsChooseTheForm() throws {
    #expect(try PostTraining().setting("form", to: "error").parameters.count == 3)
    #expect(throws: FitError.self) { try PostTraining().setting("form", to: "sigmoid") }
  }
}
