import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

/// Runs of several lengths from one trunk.
@Suite struct BranchTests {
  private let root: ScratchFolder

  init() throws { root = try ScratchFolder() }

  private func recipe(_ steps: Int, _ shape: Schedule.Shape, at: [Int] = []) -> TrainingRecipe {
    var recipe = tinyRecipe()
    recipe.budget = .steps(steps)
    recipe.schedule = Schedule(warmup: 3, shape)
    recipe.checkpoints = CheckpointCadence(every: 4, keep: 1, at: at)
    return recipe
  }

  private var trunk: TrainingRecipe { recipe(20, .constant, at: [7, 12]) }
  private func branch(_ steps: Int) -> TrainingRecipe {
    recipe(steps, .constantWithCooldown(cooldownSteps: 5))
  }

  private func trainer(
    _ recipe: TrainingRecipe, _ folder: String?, seed: UInt64 = 1
  ) throws -> Trainer<Float> {
    try Trainer(
      try tinyModel(Float.self, seed: seed, spectral: true), recipe: recipe,
      source: CountingBatches(), validation: CountingBatches(), pool: .inline,
      folder: folder.map { "\(root.path)/\($0)" })
  }

  private func checkpoint(_ step: Int) -> TrunkCheckpoint {
    TrunkCheckpoint(after: step, in: "\(root.path)/trunk")
  }

  private func expectSame(_ one: String, _ two: String, _ steps: Int) {
    for name in [
      "loss.csv", "validation.csv", "diagnostics.csv",
      "checkpoints/step-000000\(steps)/model.safetensors",
      "checkpoints/step-000000\(steps)/optimizer.safetensors",
      "checkpoints/step-000000\(steps)/state.json",
    ] {
      #expect(!bytes("\(root.path)/\(one)/\(name)").isEmpty, "\(name)")
      #expect(
        bytes("\(root.path)/\(one)/\(name)") == bytes("\(root.path)/\(two)/\(name)"), "\(name)")
    }
  }

  @Test(arguments: [12, 17])
  func aBranchIsTheRunTrainedAlone(_ steps: Int) throws {
    #expect(try trainer(trunk, "trunk").run() == .finished)
    #expect(try trainer(branch(steps), "alone").run() == .finished)
    // Another seed: everything must come from the trunk.
    var resumed: Int?
    let outcome = try trainer(branch(steps), "branch", seed: 9)
      .run(startingFrom: checkpoint(steps - 5)) { event in
        if case .resumed(let step) = event { resumed = step }
      }
    #expect(outcome == .finished)
    #expect(resumed == steps - 5)
    expectSame("alone", "branch", steps)
    // Up to the cooldown the trunk and the run alone are the same rows.
    let (one, two) = (lines("\(root.path)/trunk/loss.csv"), lines("\(root.path)/alone/loss.csv"))
    #expect(one.prefix(steps - 4) == two.prefix(steps - 4))
    #expect(one[steps - 3] != two[steps - 3])
  }

  @Test func aBranchThatWasKilledGoesOnFromItsOwnCheckpoint() throws {
    #expect(try trainer(trunk, "trunk").run() == .finished)
    #expect(try trainer(branch(12), "alone").run() == .finished)
    struct Killed: Error {}
    var begun: [Int] = []
    for limit in [8, 9] {
      #expect(throws: Killed.self) {
        try trainer(branch(12), "branch", seed: 9).run(startingFrom: checkpoint(7)) { event in
          if case .resumed(let step) = event { begun.append(step) }
          if case .step(let progress) = event, progress.step == limit { throw Killed() }
        }
      }
    }
    let last = try trainer(branch(12), "branch", seed: 9)
      .run(startingFrom: checkpoint(7)) { event in
        if case .resumed(let step) = event { begun.append(step) }
      }
    #expect(last == .finished)
    // Killed before the checkpoint of step 8 was written, it begins again at the trunk's.
    #expect(begun == [7, 7, 8])
    expectSame("alone", "branch", 12)
  }

  @Test func withoutAFolderABranchHasTheSameBits() throws {
    #expect(try trainer(trunk, "trunk").run() == .finished)
    func losses(_ seed: UInt64, _ from: TrunkCheckpoint?) throws -> [Double] {
      var losses: [Double] = []
      _ = try trainer(branch(12), nil, seed: seed).run(startingFrom: from) { event in
        if case .step(let progress) = event { losses.append(progress.loss) }
      }
      return losses
    }
    #expect(try losses(9, checkpoint(7)) == Array(losses(1, nil).dropFirst(7)))
  }

  @Test func checkpointsForBranchesAreKept() throws {
    #expect(try trainer(trunk, "trunk").run() == .finished)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: "\(root.path)/trunk/checkpoints"
    ).sorted()
    #expect(names == ["step-00000007", "step-00000012", "step-00000020"])
    #expect(checkpoint(7).exists && !checkpoint(8).exists)
    let json = try trunk.json
    #expect(try TrainingRecipe(json: json) == trunk)
    let error = #expect(throws: TrainingError.self) {
      try recipe(6, .constant, at: [7]).validate()
    }
    #expect(error?.place == "checkpoints.at")
  }

  @Test func whatIsNotTheBeginningOfARunIsRefused() throws {
    #expect(try trainer(trunk, "trunk").run() == .finished)
    func place(_ step: Int, _ change: (inout TrainingRecipe) -> Void) throws -> String? {
      var recipe = branch(12)
      change(&recipe)
      let error = #expect(throws: TrainingError.self) {
        try trainer(recipe, nil).run(startingFrom: checkpoint(step))
      }
      return error?.place
    }
    #expect(try place(7) { $0.clipNorm = 2 } == "clipNorm")
    #expect(try place(7) { $0.seed = 3 } == "seed")
    #expect(try place(12) { $0.budget = .steps(11) } == "steps")
    #expect(try place(12) { _ in } == "schedule")
    #expect(try place(7) { $0.schedule = Schedule(warmup: 3, .linear) } == "schedule")
    #expect(try place(7) { $0.schedule.warmup = 4 } == "schedule")
    #expect(try place(8) { _ in } == "step-00000008")
    let model = "\(checkpoint(7).path)/model.safetensors"
    var data = bytes(model)
    data[data.count - 5] ^= 1
    try data.write(to: URL(fileURLWithPath: model))
    #expect(try place(7) { _ in } == "model.safetensors")
  }
}
