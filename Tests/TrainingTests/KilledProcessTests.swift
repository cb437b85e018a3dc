import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

/// A tiny model that ends its process in the middle of writing a checkpoint.
private final class FatalObjective: Objective {
  typealias Element = Float
  let inner: LanguageModelObjective<Float>
  var writesLeft: Int
  var parameters: ParameterSet<Float> { inner.parameters }

  init(writesLeft: Int) throws {
    inner = try tinyModel(Float.self)
    self.writesLeft = writesLeft
  }

  func rule(for parameter: Parameter<Float>) -> UpdateRule { inner.rule(for: parameter) }

  func record(
    on tape: Tape<Float>, batch: Int, length: Int, zLoss: Double, probe: ActivationProbe<Float>?
  ) throws -> RecordedLoss<Float> {
    inner.record(on: tape, batch: batch, length: length, zLoss: zLoss, probe: probe)
  }

  func write(to folder: String) throws {
    try inner.write(to: folder)
    writesLeft -= 1
    if writesLeft == 0 { kill(getpid(), SIGKILL) }
  }

  func read(from folder: String) throws { try inner.read(from: folder) }
}

/// Real processes, ended by the system's own means.
@Suite struct KilledProcessTests {
  private func trainer(
    _ folder: String, _ objective: any Objective<Float>
  ) throws -> Trainer<Float> {
    try Trainer(
      objective, recipe: tinyRecipe(), source: CountingBatches(),
      validation: CountingBatches(), pool: .inline, folder: folder)
  }

  private func expectSameAsUninterrupted(_ root: ScratchFolder) throws {
    let (whole, killed) = ("\(root.path)/whole", "\(root.path)/killed")
    for folder in [whole, killed] {
      #expect(try trainer(folder, try tinyModel(Float.self)).run() == .finished)
    }
    let checkpoint = "checkpoints/step-00000012"
    for name in [
      "loss.csv", "validation.csv", "diagnostics.csv", "\(checkpoint)/model.safetensors",
      "\(checkpoint)/optimizer.safetensors",
    ] {
      #expect(!bytes("\(whole)/\(name)").isEmpty)
      #expect(bytes("\(whole)/\(name)") == bytes("\(killed)/\(name)"), "\(name)")
    }
  }

  @Test func killedBetweenSteps() async throws {
    let root = try ScratchFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = "\(root.path)/killed"] in
      let trainer = try Trainer(
        try tinyModel(Float.self), recipe: tinyRecipe(), source: CountingBatches(),
        validation: CountingBatches(), pool: .inline, folder: folder)
      _ = try trainer.run { event in
        if case .step(let progress) = event, progress.step == 7 { kill(getpid(), SIGKILL) }
      }
    }
    #expect(lines("\(root.path)/killed/loss.csv").count == 8)
    try expectSameAsUninterrupted(root)
  }

  @Test func killedWhileWritingACheckpoint() async throws {
    let root = try ScratchFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = "\(root.path)/killed"] in
      let trainer = try Trainer(
        try FatalObjective(writesLeft: 2), recipe: tinyRecipe(), source: CountingBatches(),
        validation: CountingBatches(), pool: .inline, folder: folder)
      _ = try trainer.run()
    }
    let names = try FileManager.default.contentsOfDirectory(
      atPath: "\(root.path)/killed/checkpoints")
    #expect(names.contains("step-00000004") && !names.contains("step-00000008"))
    #expect(names.count == 2)
    try expectSameAsUninterrupted(root)
  }

  @Test func theFirstInterruptAsksAndTheSecondEnds() async throws {
    await #expect(processExitsWith: .signal(SIGINT)) {
      let stop = StopRequest.onInterrupt()
      guard !stop.isStopped else { exit(1) }
      kill(getpid(), SIGINT)
      for _ in 0..<5_000 where !stop.isStopped { usleep(1_000) }
      guard stop.isStopped else { exit(2) }
      kill(getpid(), SIGINT)
      sleep(5)
    }
  }
}
