import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

@Suite struct ResumeTests {
  private static let files = FileManager.default

  private func trainer(
    _ folder: String, _ recipe: TrainingRecipe = tinyRecipe(), seed: UInt64 = 1
  ) throws -> Trainer<Float> {
    // σReparam's vectors change at every forward run and must be resumed too.
    try Trainer(
      try tinyModel(Float.self, seed: seed, spectral: true), recipe: recipe,
      source: CountingBatches(), validation: CountingBatches(), pool: .inline, folder: folder)
  }

  /// What must not depend on how often a run was interrupted.
  private func results(_ folder: String) -> [String: Data] {
    var result: [String: Data] = [:]
    for name in ["loss.csv", "validation.csv", "diagnostics.csv", "outcome.json"] {
      result[name] = bytes("\(folder)/\(name)")
    }
    for name in ["model.safetensors", "optimizer.safetensors", "state.json"] {
      result[name] = bytes("\(folder)/checkpoints/step-00000012/\(name)")
    }
    return result
  }

  private func expectEqual(_ one: String, _ two: String) {
    let (a, b) = (results(one), results(two))
    for (name, data) in a {
      #expect(!data.isEmpty, "\(name)")
      #expect(data == b[name], "\(name)")
    }
  }

  /// A run to its end, and the state of the disk right after each of its steps, as kill -9 leaves it.
  private func run(_ root: ScratchFolder) throws -> (whole: String, killed: (Int) -> String) {
    let whole = "\(root.path)/whole"
    let killed = { (step: Int) in "\(root.path)/killed-\(step)" }
    let trainer = try trainer(whole)
    let outcome = try trainer.run { event in
      if case .step(let progress) = event {
        try Self.files.copyItem(atPath: whole, toPath: killed(progress.step))
      }
    }
    #expect(outcome == .finished)
    return (whole, killed)
  }

  @Test func killedAtAnyStepAndResumedGivesTheSameBits() throws {
    let root = try ScratchFolder()
    let (whole, killed) = try run(root)
    let finished = try trainer(whole)
    #expect(try finished.run() == .finished)
    let curves = try finished.curves()
    for step in 1...12 {
      var resumed: Int?
      // Another seed: every starting value must come from the checkpoint, if there is one.
      let trainer = try trainer(killed(step), seed: step > 4 ? 99 : 1)
      let outcome = try trainer.run { event in
        if case .resumed(let step) = event { resumed = step }
      }
      #expect(outcome == .finished)
      #expect(try trainer.curves() == curves)
      #expect(try trainer.curves().steps == Array(1...12))
      // The checkpoint of a step is written after its row.
      #expect(resumed == (step > 4 ? (step - 1) / 4 * 4 : nil))
      expectEqual(whole, killed(step))
    }
  }

  @Test func killedAgainAndAgain() throws {
    let root = try ScratchFolder()
    let (whole, _) = try run(root)
    let folder = "\(root.path)/often"
    struct Killed: Error {}
    for limit in [2, 5, 6, 9, 9, 12] {
      let trainer = try trainer(folder)
      #expect(throws: Killed.self) {
        try trainer.run { event in
          if case .step(let progress) = event, progress.step >= limit { throw Killed() }
        }
      }
    }
    #expect(try trainer(folder).run() == .finished)
    expectEqual(whole, folder)
  }

  @Test func leftoversOfAKilledWriterDoNoHarm() throws {
    let root = try ScratchFolder()
    let (whole, killed) = try run(root)
    let folder = killed(7)
    // Killed in the middle of a row and in the middle of a checkpoint.
    let handle = try #require(FileHandle(forWritingAtPath: "\(folder)/loss.csv"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("8,256,2.1".utf8))
    try handle.close()
    let half = "\(folder)/checkpoints/.writing-8-4711"
    try Self.files.createDirectory(atPath: half, withIntermediateDirectories: true)
    try Data("half".utf8).write(to: URL(fileURLWithPath: "\(half)/model.safetensors"))
    #expect(try trainer(folder).run() == .finished)
    expectEqual(whole, folder)
    #expect(!Self.files.fileExists(atPath: half))
  }

  @Test(arguments: [
    ("model.safetensors", false), ("optimizer.safetensors", true), ("state.json", true),
    ("checksums.json", true), ("state.json", false),
  ])
  func aDamagedCheckpointFallsBackToTheOneBefore(_ name: String, _ truncates: Bool) throws {
    let root = try ScratchFolder()
    let (whole, killed) = try run(root)
    let folder = killed(11)
    let path = "\(folder)/checkpoints/step-00000008/\(name)"
    var data = bytes(path)
    if truncates {
      data.removeLast(data.count / 2)
    } else {
      data[data.count - 20] ^= 1
    }
    try data.write(to: URL(fileURLWithPath: path))
    var events: [String] = []
    let outcome = try trainer(folder).run { event in
      if case .warning(let text) = event { events.append(text) }
      if case .resumed(let step) = event { events.append("resumed \(step)") }
    }
    #expect(outcome == .finished)
    #expect(events.count == 2 && events.last == "resumed 4")
    #expect(events.first?.contains("step 8") == true)
    expectEqual(whole, folder)
  }

  @Test func withoutAnUndamagedCheckpointTheRunIsNotBegunAnew() throws {
    let root = try ScratchFolder()
    let (_, killed) = try run(root)
    for step in ["step-00000004", "step-00000008"] {
      try Self.files.removeItem(atPath: "\(killed(11))/checkpoints/\(step)/state.json")
    }
    let error = #expect(throws: TrainingError.self) { try trainer(killed(11)).run() }
    #expect(error?.message.contains("damaged") == true)
  }

  @Test func anotherRecipeIsRefusedWithItsKey() throws {
    let root = try ScratchFolder()
    let (whole, _) = try run(root)
    var recipe = tinyRecipe()
    recipe.clipNorm = 2
    let error = #expect(throws: TrainingError.self) { try trainer(whole, recipe).run() }
    #expect(error?.place == "clipNorm")
    #expect(error?.code == .badSetting)
  }

  @Test func aStoppedRunGoesOn() throws {
    let root = try ScratchFolder()
    let (whole, _) = try run(root)
    let folder = "\(root.path)/stopped"
    let stop = StopRequest()
    let outcome = try trainer(folder).run(stop: stop) { event in
      if case .step(let progress) = event, progress.step == 6 { stop.stop() }
    }
    #expect(outcome == .stopped(step: 6))
    #expect(Self.files.fileExists(atPath: "\(folder)/checkpoints/step-00000006"))
    #expect(try trainer(folder).run() == .finished)
    expectEqual(whole, folder)
  }

  @Test func theLastCheckpointsAreKept() throws {
    let root = try ScratchFolder()
    let (whole, _) = try run(root)
    let names = try Self.files.contentsOfDirectory(atPath: "\(whole)/checkpoints").sorted()
    #expect(names == ["step-00000008", "step-00000012"])
    #expect(lines("\(whole)/loss.csv").count == 13)
    #expect(lines("\(whole)/validation.csv").map { $0.prefix(3) } == ["ste", "5,1", "10,", "12,"])
  }

  /// A model that `transformers` knows is kept in its layout, and resumed from it.
  @Test func aModelInTheLayoutOfTransformersResumes() throws {
    let root = try ScratchFolder()
    func trainer(_ folder: String) throws -> Trainer<Double> {
      try Trainer(
        try tinyModel(Double.self), recipe: tinyRecipe(), source: CountingBatches(),
        pool: .inline, folder: "\(root.path)/\(folder)")
    }
    #expect(try trainer("whole").run() == .finished)
    struct Killed: Error {}
    #expect(throws: Killed.self) {
      try trainer("killed").run { event in
        if case .step(let progress) = event, progress.step == 7 { throw Killed() }
      }
    }
    #expect(try trainer("killed").run() == .finished)
    #expect(bytes("\(root.path)/whole/loss.csv") == bytes("\(root.path)/killed/loss.csv"))
    let folder = "\(root.path)/whole/checkpoints/step-00000012"
    #expect(Self.files.fileExists(atPath: "\(folder)/config.json"))
    let model = try ModelCheckpoint.load(folder, as: Double.self)
    #expect(model.parameters.count > 0)
  }
}
