import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

@Suite struct TrainerTests {
  /// The rows of all steps, and the parameters at the end.
  private func train<Element: TensorElement>(
    _ recipe: TrainingRecipe, threads: Int = 1, as type: Element.Type, width: Int = 16,
    vocabulary: Int = 13
  ) throws -> (losses: [Double], parameters: [[Element]], outcome: TrainingOutcome) {
    let objective = try tinyModel(type, width: width, vocabulary: vocabulary)
    let trainer = try Trainer(
      objective, recipe: recipe, source: CountingBatches(), validation: CountingBatches(),
      pool: ThreadPool(threads: threads))
    var losses: [Double] = []
    let outcome = try trainer.run { event in
      if case .step(let progress) = event { losses += [progress.loss, progress.gradientNorm] }
      if case .validation(_, let loss) = event { losses.append(loss) }
      if case .diagnostics(_, let measurements) = event { losses += measurements.map(\.value) }
    }
    return (losses, objective.parameters.parameters.map(\.tensor.array), outcome)
  }

  @Test func theLossFalls() throws {
    var recipe = tinyRecipe()
    recipe.budget = .steps(200)
    recipe.diagnosticsEvery = 0
    recipe.validation.every = 0
    let result = try train(recipe, as: Float.self)
    #expect(result.outcome == .finished)
    #expect(result.losses[0] > 2.4)
    #expect(result.losses[result.losses.count - 2] < 1.2)
  }

  @Test(arguments: OptimizerTests.cases.map(\.1))
  func anyNumberOfThreadsGivesTheSameBits(_ optimizer: OptimizerSettings) throws {
    var recipe = tinyRecipe()
    recipe.optimizer = optimizer
    recipe.budget = .steps(4)
    // Wide enough that products, norms and steps are cut into several items.
    let one = try train(recipe, as: Float.self, width: 64, vocabulary: 600)
    for threads in 2...3 {
      let more = try train(
        recipe, threads: threads, as: Float.self, width: 64, vocabulary: 600)
      #expect(more.losses == one.losses)
      #expect(more.parameters == one.parameters)
    }
  }

  @Test func diagnosticsChangeNothing() throws {
    var recipe = tinyRecipe()
    let with = try train(recipe, as: Float.self)
    recipe.diagnosticsEvery = 0
    #expect(try train(recipe, as: Float.self).parameters == with.parameters)
  }

  @Test(arguments: [1, 2, 4])
  func microBatchesAddUpToTheLargeBatch(_ accumulation: Int) throws {
    var recipe = tinyRecipe()
    recipe.diagnosticsEvery = 0
    recipe.zLoss = 1e-3
    recipe.accumulation = 1
    let whole = try train(recipe, as: Double.self)
    recipe.accumulation = accumulation
    let cut = try train(recipe, as: Double.self)
    // Micro-batches have different numbers of targets; validation batches differ in size.
    #expect(largestDifference(whole.parameters.joined(), cut.parameters.joined()) < 1e-9)
    let single = try train(recipe, as: Float.self)
    #expect(largestDifference(whole.parameters.joined(), single.parameters.joined()) < 1e-3)
  }

  @Test func gradientsOfMicroBatchesAddUpInSinglePrecision() throws {
    // One SGD step at rate one shows the gradient itself.
    var recipe = tinyRecipe()
    recipe.optimizer = .sgd(SGDSettings(learningRate: 1, momentum: 0))
    recipe.schedule = Schedule(.constant)
    recipe.budget = .steps(1)
    recipe.clipNorm = nil
    recipe.accumulation = 1
    let whole = try train(recipe, as: Float.self)
    recipe.accumulation = 4
    let cut = try train(recipe, as: Float.self)
    #expect(largestDifference(whole.parameters.joined(), cut.parameters.joined()) < 1e-5)
  }

  @Test func clippingBoundsTheStep() throws {
    var recipe = tinyRecipe()
    recipe.optimizer = .sgd(SGDSettings(learningRate: 1, momentum: 0))
    recipe.schedule = Schedule(.constant)
    recipe.budget = .steps(1)
    recipe.clipNorm = 1e-2
    let before = try tinyModel(Double.self).parameters.parameters.map(\.tensor.array)
    let after = try train(recipe, as: Double.self).parameters
    let square = zip(before.joined(), after.joined()).reduce(0) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    }
    // PyTorch's factor is clip/(norm + 1e-6).
    #expect(abs(square.squareRoot() - 1e-2) < 1e-7)
  }

  @Test func aDivergenceEndsTheRunBeforeTheBadStep() throws {
    let folder = try ScratchFolder()
    var recipe = tinyRecipe()
    recipe.optimizer = .sgd(SGDSettings(learningRate: 1e25, momentum: 0))
    recipe.schedule = Schedule(.constant)
    recipe.clipNorm = nil
    let objective = try tinyModel(Float.self)
    let trainer = try Trainer(
      objective, recipe: recipe, source: CountingBatches(), pool: .inline, folder: folder.path)
    var last: [[Float]] = []
    let outcome = try trainer.run { event in
      if case .step = event { last = objective.parameters.parameters.map(\.tensor.array) }
    }
    guard case .diverged(let step, _) = outcome else {
      Issue.record("the run ended as \(outcome)")
      return
    }
    #expect(step >= 1 && step < 12)
    #expect(objective.parameters.parameters.map(\.tensor.array) == last)
    #expect(last.joined().allSatisfy { $0.isFinite })
    #expect(lines("\(folder.path)/loss.csv").count == step + 1)
    let read = try JSONDecoder().decode(
      TrainingOutcome.self, from: bytes("\(folder.path)/outcome.json"))
    #expect(read == outcome)
  }

  @Test func diagnosticsAreInTheirRanges() throws {
    let trainer = try Trainer(
      try tinyModel(Float.self), recipe: tinyRecipe(), source: CountingBatches(), pool: .inline)
    var seen: [String: [Diagnostic]] = [:]
    _ = try trainer.run { event in
      if case .diagnostics(_, let measurements) = event {
        for measurement in measurements {
          seen[measurement.measure, default: []].append(measurement)
        }
      }
    }
    #expect(seen["attention_entropy"]?.count == 4 * 2 * 2)
    // Sixteen queries at most see eight keys: the entropy is below log 8.
    #expect(seen["attention_entropy"]?.allSatisfy { $0.value > 0 && $0.value < 2.08 } == true)
    #expect(seen["sink_mass"]?.allSatisfy { $0.value > 0 && $0.value < 1 } == true)
    #expect(
      Set(seen["activation_rms"]?.map(\.place) ?? []) == ["layers.0", "layers.1", "final"])
    #expect(seen["update_ratio"]?.allSatisfy { $0.value > 0 && $0.value < 1 } == true)
    let groups = Set(seen["gradient_norm"]?.map(\.place) ?? [])
    for group in ["embedding", "layers.0.attention", "layers.1.mlp", "finalNorm"] {
      #expect(groups.contains(group))
    }
    #expect((seen["gradient_variance"]?.last?.value ?? 0) > 0)
  }

  @Test func recipesThatDoNotFitTheModelAreRefused() throws {
    var recipe = tinyRecipe()
    recipe.sequenceLength = 9
    let length = #expect(throws: TrainingError.self) {
      try Trainer(
        try tinyModel(Float.self), recipe: recipe, source: CountingBatches(), pool: .inline)
    }
    #expect(length?.place == "sequenceLength")
    recipe = tinyRecipe()
    recipe.optimizer = .sgd(SGDSettings())
    var configuration = ModelConfiguration.gpt2(
      width: 16, layers: 1, heads: 2, vocabulary: 13, context: 8)
    configuration.parametrization = .maximalUpdate(
      baseWidth: 8, baseHeadWidth: 8, scalesWeightDecay: true)
    let model = LanguageModelObjective(try LanguageModel<Float>(configuration, seed: 1))
    let kind = #expect(throws: TrainingError.self) {
      try Trainer(model, recipe: recipe, source: CountingBatches(), pool: .inline)
    }
    #expect(kind?.place == "optimizer.kind")
  }
}
