import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

/// A channel mixer that is there from some step on; before, the stream passes by.
private final class Switched: ChannelMixer {
  typealias Element = Float
  let inner: any ChannelMixer<Float>
  var isOn = false
  var hookSites: [String] { inner.hookSites }

  init(_ inner: any ChannelMixer<Float>) { self.inner = inner }

  func record(
    _ input: Tensor<Float>, addingTo residual: Tensor<Float>?, in pass: ForwardPass<Float>
  ) -> Tensor<Float> {
    if !isOn, let residual { return residual }
    return inner.record(input, addingTo: residual, in: pass)
  }
}

/// What treatments do before steps, and steps that need another recording than the one before.
@Suite struct StageTests {
  private let root: ScratchFolder

  init() throws { root = try ScratchFolder() }

  private func trainer(
    _ objective: LanguageModelObjective<Float>, _ folder: String? = nil
  ) throws -> Trainer<Float> {
    try Trainer(
      objective, recipe: tinyRecipe(), source: CountingBatches(), validation: CountingBatches(),
      pool: .inline, folder: folder.map { "\(root.path)/\($0)" })
  }

  /// The second layer's channel mixer joins in at a step.
  private func staged(from step: Int, seed: UInt64 = 1) throws -> LanguageModelObjective<Float> {
    let objective = try tinyModel(Float.self, seed: seed, spectral: true)
    let model = objective.model
    let mixer = Switched(model.blocks[1].channelMixer)
    model.blocks[1].channelMixer = mixer
    model.stepActions.append { mixer.isOn = $0.step >= step }
    model.stage = { $0.step >= step ? 1 : 0 }
    model.isTreated = true
    return objective
  }

  private func losses(_ objective: LanguageModelObjective<Float>) throws -> [Double] {
    var losses: [Double] = []
    _ = try trainer(objective).run { event in
      if case .step(let progress) = event { losses.append(progress.loss) }
    }
    return losses
  }

  @Test func everyStepIsAnnounced() throws {
    let objective = try tinyModel(Float.self)
    var moments: [TrainingMoment] = []
    objective.model.stepActions.append { moments.append($0) }
    _ = try trainer(objective).run()
    // The first step is recorded, after which it is announced again.
    #expect(moments.map(\.step) == [0] + Array(0..<12))
    #expect(moments.allSatisfy { $0.steps == 12 })
  }

  @Test func aStageIsRecordedAnew() throws {
    let (never, late, always) = (
      try losses(try staged(from: 99)), try losses(try staged(from: 6)),
      try losses(try staged(from: 0))
    )
    #expect(late[..<6] == never[..<6])
    #expect(late[6] != never[6])
    #expect(always[0] != late[0])
    #expect(always == (try losses(try tinyModel(Float.self, spectral: true))))
  }

  /// Recording anew what is the same changes no bit: parameters, moments, buffers, data.
  @Test func aStageLikeTheLastChangesNothing() throws {
    let objective = try tinyModel(Float.self, spectral: true)
    objective.model.stage = { $0.step / 2 }
    let plain = try tinyModel(Float.self, spectral: true)
    #expect(try losses(objective) == losses(plain))
    #expect(
      objective.parameters.parameters.map(\.tensor.array)
        == plain.parameters.parameters.map(\.tensor.array))
    #expect(
      objective.parameters.buffers.map(\.tensor.array)
        == plain.parameters.buffers.map(\.tensor.array))
  }

  @Test(arguments: [5, 7, 9])
  func aRunThatWasKilledInAnyStageGoesOn(_ last: Int) throws {
    #expect(try trainer(try staged(from: 6), "whole").run() == .finished)
    struct Killed: Error {}
    #expect(throws: Killed.self) {
      try trainer(try staged(from: 6), "killed").run { event in
        if case .step(let progress) = event, progress.step == last { throw Killed() }
      }
    }
    #expect(try trainer(try staged(from: 6, seed: 99), "killed").run() == .finished)
    for name in [
      "loss.csv", "validation.csv", "checkpoints/step-00000012/model.safetensors",
      "checkpoints/step-00000012/optimizer.safetensors",
    ] {
      #expect(!bytes("\(root.path)/whole/\(name)").isEmpty)
      #expect(
        bytes("\(root.path)/whole/\(name)") == bytes("\(root.path)/killed/\(name)"), "\(name)")
    }
  }

  /// A treated model keeps all that it has under our names, although its configuration is GPT-2's.
  @Test func aTreatedModelIsWrittenWhole() throws {
    func objective(_ seed: UInt64) throws -> LanguageModelObjective<Float> {
      let objective = try tinyModel(Float.self, seed: seed)
      let set = objective.parameters
      set.remove(under: "layers.0.attention.output")
      _ = set.declare("layers.0.gate", [3], role: .vector, startingAs: .constant(Double(seed)))
      _ = set.declareBuffer("layers.0.count", [1], startingAs: .constant(Double(seed)))
      objective.model.isTreated = true
      return objective
    }
    let (one, two) = (try objective(1), try objective(2))
    try one.write(to: root.path)
    #expect(!FileManager.default.fileExists(atPath: "\(root.path)/config.json"))
    try two.read(from: root.path)
    let (a, b) = (one.parameters, two.parameters)
    #expect(
      (a.parameters + a.buffers).map(\.tensor.array)
        == (b.parameters + b.buffers).map(\.tensor.array))
    #expect(two.parameters.buffers.last?.tensor.array == [1])
    let error = #expect(throws: (any Error).self) {
      try tinyModel(Float.self).read(from: root.path)
    }
    #expect("\(String(describing: error))".contains("layers.0"))
  }

  /// A matrix is cut where its own declaration says so, not by its name.
  @Test func fusedProjectionsAreMatricesOfTheirOwn() throws {
    let configuration = ModelConfiguration.llama(
      width: 16, layers: 1, heads: 4, keyValueHeads: 2, vocabulary: 13, context: 8)
    let objective = LanguageModelObjective(try LanguageModel<Float>(configuration, seed: 1))
    let set = objective.parameters
    func blocks(_ name: String) throws -> [Range<Int>] {
      objective.rule(for: try #require(set[name])).blocks
    }
    #expect(try blocks("layers.0.attention.qkv.weight") == [0..<16, 16..<24, 24..<32])
    let inner = try #require(set["layers.0.mlp.gateUp.weight"]).tensor.columnCount / 2
    #expect(try blocks("layers.0.mlp.gateUp.weight") == [0..<inner, inner..<2 * inner])
    #expect(try blocks("layers.0.attention.output.weight") == [])
    set.remove(under: "layers.0.attention")
    _ = set.declare(
      "layers.0.attention.qkv.weight", [16, 32], role: .hidden(fanIn: 16),
      startingAs: .constant(0))
    #expect(try blocks("layers.0.attention.qkv.weight") == [])
  }
}
