import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training
import Treatments

/// Runs of treated models have the same bits however they are computed.
@Suite struct EveryRunTests {
  /// The loss of every step, then all parameters and buffers after the last one.
  private static func run(
    _ test: TreatedCase, threads: Int, steps: Int = 2
  ) throws -> [[Float]] {
    var losses: [Float] = []
    let trainer = try trainer(test, threads: threads, steps: steps)
    let outcome = try trainer.run { event in
      if case .step(let progress) = event { losses.append(Float(progress.loss)) }
    }
    #expect(outcome == .finished)
    return [losses] + numbers(trainer)
  }

  private static func numbers(_ trainer: Trainer<Float>) -> [[Float]] {
    let parameters = trainer.objective.parameters
    return (parameters.parameters + parameters.buffers).map(\.tensor.array)
  }

  private static func trainer(
    _ test: TreatedCase, threads: Int = 1, steps: Int, seed: UInt64 = 3, folder: String? = nil
  ) throws -> Trainer<Float> {
    var recipe = TreatmentFixtures.recipe
    recipe.budget = .steps(steps)
    recipe = try test.arm.recipe(recipe, for: test.baseline)
    let model = try test.arm.model(test.baseline, seed: seed, of: Float.self)
    return try Trainer(
      LanguageModelObjective(model), recipe: recipe,
      source: try test.arm.source(
        of: try TreatmentFixtures.dataset(for: test.card), recipe: recipe),
      pool: threads == 1 ? .inline : ThreadPool(threads: threads), folder: folder)
  }

  @Test(arguments: TreatmentFixtures.trainedCases)
  func threadsAndRepetitionsGiveTheSameBits(_ test: TreatedCase) throws {
    let one = try Self.run(test, threads: 1)
    #expect(try Self.run(test, threads: 1) == one)
    #expect(try Self.run(test, threads: 2) == one)
  }

  @Test(arguments: TreatmentFixtures.trainedCases)
  func aStoppedRunResumesWithTheSameBits(_ test: TreatedCase) throws {
    let whole = try Self.run(test, threads: 1, steps: 4).dropFirst()
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let folder = scratch.path("run")
    let stop = StopRequest()
    let outcome = try Self.trainer(test, steps: 4, folder: folder).run(stop: stop) { event in
      if case .step(let progress) = event, progress.step == 2 { stop.stop() }
    }
    #expect(outcome == .stopped(step: 2))
    // Another seed: everything must come from the checkpoint.
    let resumed = try Self.trainer(test, steps: 4, seed: 99, folder: folder)
    #expect(try resumed.run() == .finished)
    #expect(Self.numbers(resumed) == Array(whole))
  }
}
