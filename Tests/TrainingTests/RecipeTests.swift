import Foundation
import Testing
import Training

@Suite struct RecipeTests {
  private func read(_ text: String) throws(TrainingError) -> TrainingRecipe {
    try TrainingRecipe(json: Data(text.utf8))
  }

  @Test func defaultsAreWrittenOutAndReadBack() throws {
    var recipe = TrainingRecipe()
    recipe.clipNorm = nil
    recipe.seed = .max
    for optimizer in OptimizerTests.cases.map(\.1) {
      for shape: Schedule.Shape in [
        .constant, .linear, .cosine(floor: 0.25), .constantWithCooldown(cooldownSteps: 7),
        .warmupStableDecay(decayFraction: 0.3, decayShape: .cosine, floor: 0.1),
      ] {
        recipe.optimizer = optimizer
        recipe.schedule = Schedule(warmup: 5, shape)
        #expect(try TrainingRecipe(json: recipe.json) == recipe)
      }
    }
    recipe.budget = .tokens(5_000_000)
    let text = String(decoding: try recipe.json, as: UTF8.self)
    #expect(try read(text) == recipe)
    for key in ["accumulation", "beta2", "clipNorm", "keep", "kind", "zLoss"] {
      // Muon's settings are in force, whose first moments are called momentum.
      #expect(text.contains("\"\(key)\""))
    }
    #expect(try read("{}") == TrainingRecipe())
  }

  @Test(arguments: [
    (#"{"batchsize": 4}"#, "batchsize", "did you mean batchSize?"),
    (#"{"optimizer": {"kind": "adamW", "bta1": 0.8}}"#, "optimizer.bta1", "did you mean beta1?"),
    (#"{"optimizer": {"kind": "adamw"}}"#, "optimizer.kind", "did you mean adamW?"),
    (#"{"optimizer": {"learningRate": 0.1}}"#, "optimizer.kind", "missing"),
    (#"{"schedule": {"kind": "constant", "floor": 0.1}}"#, "schedule.floor", "no such key"),
    (#"{"steps": "many"}"#, "steps", "expected a whole number"),
    (#"{"steps": 2.5}"#, "steps", "expected a whole number"),
    (#"{"steps": 5, "tokens": 5}"#, "tokens", "either"),
    (#"{"batchSize": 6, "accumulation": 4}"#, "accumulation", "do not divide"),
    (#"{"optimizer": {"kind": "adamW", "beta1": 1}}"#, "optimizer.beta1", "below 1"),
    (#"{"clipNorm": 0}"#, "clipNorm", "above 0"),
    (#"{"validation": {"evry": 1}}"#, "validation.evry", "did you mean every?"),
    (#"{"steps": 5"#, "recipe", "not valid JSON"),
    (#"{"optimizer": 3}"#, "optimizer", "expected an object"),
  ])
  func mistakesAreNamed(_ text: String, _ place: String, _ part: String) throws {
    let error = #expect(throws: TrainingError.self) { try read(text) }
    #expect(error?.place == place)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }

  @Test func tokensMakeWholeSteps() throws {
    let recipe = try read(
      #"{"batchSize": 2, "sequenceLength": 8, "tokens": 33, "schedule": {"kind": "constant"}}"#)
    #expect(recipe.steps == 3)
  }

  @Test func theFirstDifferenceIsNamed() throws {
    let one = TrainingRecipe()
    var two = one
    #expect(try one.firstDifference(from: two) == nil)
    two.optimizer = .adamW(AdamWSettings(learningRate: 0.5))
    let difference = try #require(try one.firstDifference(from: two))
    #expect(difference.key == "optimizer.learningRate")
    #expect(difference.value == "0.001" && difference.other == "0.5")
  }
}
