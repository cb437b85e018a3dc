import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Randomly initialised models that `transformers` wrote, and the logits that it computed.
///
/// `Goldens/parity/make_parity.py` makes the files.
@Suite struct ParityTests {
  @Test(arguments: ["gpt2", "llama", "bert"])
  func logitsAgreeWithTransformers(name: String) throws {
    let folder = CheckpointFiles.golden(name)
    let expected = try SafetensorsFile(path: "\(folder)/expected.safetensors")
    let shape = try expected.entry("tokens").shape
    let tokens = try expected.readIntegers("tokens").map { Int32($0) }
    let logits: [Double] = try expected.read("logits64")

    func check<Element: TensorElement>(_ type: Element.Type, tolerance: Double) throws {
      let model = try ModelCheckpoint.load(folder, as: Element.self)
      let tape = Tape<Element>(pool: .inline, isDifferentiable: false)
      let pass = ForwardPass(tape: tape, batch: shape[0], length: shape[1])
      pass.tokens.assign(tokens)
      var counted = tokens.indices.map { _ in true }
      if name == "bert" {
        let mask = try expected.readIntegers("attention_mask")
        counted = mask.map { $0 == 1 }
        pass.tokenTypes.assign(try expected.readIntegers("token_type_ids").map { Int32($0) })
        for sequence in 0..<shape[0] {
          let row = mask[(sequence * shape[1])..<((sequence + 1) * shape[1])]
          pass.lengths.values[sequence] = Int32(row.reduce(0, +))
        }
      }
      let found = model.logits(pass).array
      #expect(found.count == logits.count)
      let vocabulary = logits.count / tokens.count
      var worst = 0.0
      for index in logits.indices where counted[index / vocabulary] {
        worst = max(worst, abs(Double(found[index]) - logits[index]))
      }
      #expect(worst <= tolerance, "\(name) in \(type): \(worst)")
      // Logits that are all alike would agree with anything.
      #expect((logits.max() ?? 0) - (logits.min() ?? 0) > 5)
    }
    try check(Float.self, tolerance: 1e-4)
    // LLaMA's rotations stay in single precision in `transformers`, whatever the model's.
    try check(Double.self, tolerance: name == "llama" ? 1e-5 : 1e-10)
  }

  @Test(arguments: ["gpt2", "llama", "bert"])
  func aSavedModelComesBackToTheBit(name: String) throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let folder = scratch.path("model")
    let model = try ModelCheckpoint.load(CheckpointFiles.golden(name), as: Float.self)
    try ModelCheckpoint.save(model, to: folder)
    let back = try ModelCheckpoint.load(folder, as: Float.self)
    #expect(back.configuration == model.configuration)
    for (one, other) in zip(model.parameters.parameters, back.parameters.parameters) {
      #expect(one.name == other.name)
      #expect(one.tensor.array == other.tensor.array)
    }
  }

  @Test func aModelThatTransformersDoesNotKnowKeepsItsOwnDescription() throws {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let folder = scratch.path("model")
    let model = try SmallModels.make(SmallModels.experts(SmallModels.sigmoidRouter), as: Float.self)
    model.parameters.buffers[0].tensor.values[1] = 0.5
    try ModelCheckpoint.save(model, to: folder)
    let back = try ModelCheckpoint.load(folder, as: Float.self)
    #expect(back.configuration == model.configuration)
    let all = zip(
      model.parameters.parameters + model.parameters.buffers,
      back.parameters.parameters + back.parameters.buffers)
    for (one, other) in all { #expect(one.tensor.array == other.tensor.array) }
    // A known model saved into the same folder is not read by the old description.
    let plain = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    try ModelCheckpoint.save(plain, to: folder)
    #expect(
      try ModelCheckpoint.load(folder, as: Float.self).configuration == SmallModels.gpt2)
  }
}
