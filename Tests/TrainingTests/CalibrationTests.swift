import LanguageModels
import Tensors
import Testing
import Training

@Suite struct CalibrationTests {
  @Test func stepsAreTimed() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let trial = try #require(
      try Calibration(
        try tinyModel(Float.self), recipe: tinyRecipe(), source: CountingBatches(), pool: .inline,
        seconds: 0.05))
    let whole = (clock.now - start) / .seconds(1)
    #expect(trial.steps >= 1 && trial.secondsPerStep > 0)
    // What was timed happened within what passed.
    #expect(trial.secondsPerStep * Double(trial.steps) < whole)
    #expect(trial.tokensPerStep == 32)
    #expect(trial.secondsPerToken == trial.secondsPerStep / 32)
  }

  @Test func oneStepIsAlwaysTimed() throws {
    let trial = try Calibration(
      try tinyModel(Float.self), recipe: tinyRecipe(), source: CountingBatches(), pool: .inline,
      seconds: 0)
    #expect(trial?.steps == 1)
  }

  @Test func aDivergenceIsNoTime() throws {
    var recipe = tinyRecipe()
    recipe.optimizer = .sgd(SGDSettings(learningRate: 1e30, momentum: 0))
    recipe.clipNorm = nil
    #expect(
      try Calibration(
        try tinyModel(Float.self), recipe: recipe, source: CountingBatches(), pool: .inline,
        seconds: 0.05) == nil)
  }
}
