import Foundation
import LanguageModels
import Testing

struct TensorMappingTests {
  /// Memory for all parameters of a mapping, filled with NaN so that a gap is seen.
  private final class Memories {
    private(set) var all: [String: ParameterMemory<Float>] = [:]

    init(_ mapping: TensorMapping, value: Float = .nan) {
      for correspondence in mapping.correspondences {
        let values = UnsafeMutableBufferPointer<Float>.allocate(
          capacity: correspondence.shape.reduce(1, *))
        values.initialize(repeating: value)
        all[correspondence.parameter] = ParameterMemory(
          shape: correspondence.shape, values: values)
      }
    }

    deinit {
      for memory in all.values { memory.values.deallocate() }
    }

    /// A number of a matrix or, with column zero alone, of a vector.
    func at(_ name: String, _ row: Int, _ column: Int = 0) throws -> Float {
      let memory = try #require(all[name])
      return memory.values[row * (memory.shape.count == 2 ? memory.shape[1] : 1) + column]
    }
  }

  private func loaded(
    _ name: String
  ) throws -> (mapping: TensorMapping, memories: Memories, file: SafetensorsFile) {
    let folder = CheckpointFiles.golden(name)
    let mapping = TensorMapping(try HuggingFaceConfig(path: folder))
    let memories = Memories(mapping)
    let checkpoint = try SafetensorsFolder(path: folder)
    try mapping.load(from: checkpoint) { memories.all[$0] }
    return (mapping, memories, checkpoint.files[0])
  }

  @Test(arguments: ["gpt2", "llama", "bert"]) func fillsEveryNumberOnce(name: String) throws {
    let (mapping, memories, file) = try loaded(name)
    var count = 0
    var sum = 0.0
    for memory in memories.all.values {
      #expect(memory.values.allSatisfy { $0.isFinite })
      count += memory.values.count
      sum += memory.values.reduce(0) { $0 + Double($1) }
    }
    #expect(count == file.entries.values.reduce(0) { $0 + $1.count })
    let expected = try file.names.reduce(0) { try $0 + file.read($1, as: Double.self).reduce(0, +) }
    #expect(abs(sum - expected) < 1e-9 * Double(count))
    #expect(Set(mapping.parameterNames).count == mapping.parameterNames.count)
  }

  @Test func gpt2KeepsItsLayout() throws {
    let (_, memories, file) = try loaded("gpt2")
    let qkv: [Float] = try file.read("transformer.h.1.attn.c_attn.weight")
    #expect(memories.all["layers.1.attention.qkv.weight"]?.shape == [32, 96])
    #expect(try memories.at("layers.1.attention.qkv.weight", 5, 70) == qkv[5 * 96 + 70])
    let gain: [Float] = try file.read("transformer.ln_f.weight")
    #expect(try memories.at("finalNorm.gain", 31) == gain[31])
    #expect(memories.all["head.weight"] == nil)
  }

  @Test func llamaIsTransposedAndFused() throws {
    let (_, memories, file) = try loaded("llama")
    let layer = "model.layers.1."
    func at(_ name: String, _ output: Int, _ input: Int, _ inputs: Int = 32) throws -> Float {
      try file.read(name, as: Float.self)[output * inputs + input]
    }
    // 4 query heads and 2 key and 2 value heads of width 8: columns 0–31, 32–47 and 48–63.
    let qkv = "layers.1.attention.qkv.weight"
    #expect(memories.all[qkv]?.shape == [32, 64])
    #expect(try memories.at(qkv, 3, 17) == at(layer + "self_attn.q_proj.weight", 17, 3))
    #expect(try memories.at(qkv, 3, 32) == at(layer + "self_attn.k_proj.weight", 0, 3))
    #expect(try memories.at(qkv, 30, 63) == at(layer + "self_attn.v_proj.weight", 15, 30))
    let gateUp = "layers.1.mlp.gateUp.weight"
    #expect(memories.all[gateUp]?.shape == [32, 176])
    #expect(try memories.at(gateUp, 9, 87) == at(layer + "mlp.gate_proj.weight", 87, 9))
    #expect(try memories.at(gateUp, 9, 88) == at(layer + "mlp.up_proj.weight", 0, 9))
    #expect(
      try memories.at("layers.1.mlp.down.weight", 80, 4)
        == at(layer + "mlp.down_proj.weight", 4, 80, 88))
    #expect(memories.all["head.weight"]?.shape == [32, 96])
    #expect(try memories.at("head.weight", 7, 90) == at("lm_head.weight", 90, 7))
    #expect(try memories.at("embedding.token", 90, 7) == at("model.embed_tokens.weight", 90, 7))
  }

  @Test func bertFusesBiasesToo() throws {
    let (_, memories, file) = try loaded("bert")
    let layer = "bert.encoder.layer.0."
    let key: [Float] = try file.read(layer + "attention.self.key.bias")
    #expect(try memories.at("layers.0.attention.qkv.bias", 32 + 6) == key[6])
    let value: [Float] = try file.read(layer + "attention.self.value.weight")
    #expect(try memories.at("layers.0.attention.qkv.weight", 2, 64 + 9) == value[9 * 32 + 2])
    let norm: [Float] = try file.read(layer + "attention.output.LayerNorm.weight")
    #expect(try memories.at("layers.0.attentionNorm.gain", 4) == norm[4])
    let bias: [Float] = try file.read("cls.predictions.bias")
    #expect(try memories.at("head.bias", 71) == bias[71])
  }

  /// What was loaded and is written again has the same names, shapes and bits.
  @Test(arguments: ["gpt2", "llama", "bert"]) func writesWhatItRead(name: String) throws {
    let (mapping, memories, file) = try loaded(name)
    try CheckpointFiles.withFolder { folder in
      let path = folder + "/model.safetensors"
      try mapping.writer { memories.all[$0] }.write(to: path)
      let written = try SafetensorsFile(path: path)
      #expect(written.names == file.names)
      #expect(written.metadata["format"] == "pt")
      for tensor in file.names {
        #expect(try written.entry(tensor).shape == file.entry(tensor).shape)
        #expect(
          try written.read(tensor, as: Float.self) == file.read(tensor, as: Float.self), "\(tensor)"
        )
      }
    }
  }

  /// A tiny GPT-2 under other names, with other tensors beside it, or with one taken away.
  private func attempt(
    _ change: (inout [String: (shape: [Int], values: [Float])]) -> Void
  ) throws -> String? {
    let shape = HuggingFaceConfig.GPT2(
      HuggingFaceConfig.Sizes(
        vocabularyCount: 3, contextLength: 2, width: 2, layerCount: 1, headCount: 1))
    let mapping = TensorMapping(.gpt2(shape))
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for correspondence in mapping.correspondences {
      let count = correspondence.shape.reduce(1, *)
      tensors[correspondence.pieces[0].names[0]] = (
        correspondence.shape, (0..<count).map { Float($0) }
      )
    }
    change(&tensors)
    return try CheckpointFiles.withFolder { folder in
      var writer = SafetensorsWriter()
      for (name, tensor) in tensors {
        writer.add(name, shape: tensor.shape, values: tensor.values)
      }
      try writer.write(to: folder + "/model.safetensors")
      let memories = Memories(mapping)
      let checkpoint = try SafetensorsFolder(path: folder)
      return CheckpointFiles.sentence {
        do {
          try mapping.load(from: checkpoint) { memories.all[$0] }
        } catch {
          // Nothing is written unless everything fits.
          let isUntouched = memories.all.values.allSatisfy { $0.values.allSatisfy(\.isNaN) }
          #expect(isUntouched)
          throw error
        }
      }
    }
  }

  @Test func acceptsOtherSpellings() throws {
    #expect(
      try attempt { tensors in
        // The names of the original release, with the masks it saved.
        tensors = Dictionary(
          uniqueKeysWithValues: tensors.map {
            ($0.key.replacing("transformer.", with: ""), $0.value)
          })
        tensors["h.0.attn.bias"] = ([1, 1, 2, 2], [1, 0, 1, 1])
        tensors["h.0.attn.masked_bias"] = ([], [-1e4])
      } == nil)
    #expect(
      try attempt { $0["lm_head.weight"] = $0["transformer.wte.weight"] } == nil)
  }

  @Test func listsWhatDoesNotFit() throws {
    #expect(
      try attempt { tensors in
        tensors["transformer.ln_f.bias"] = nil
        tensors["transformer.wpe.weight"] = nil
      }
        == "model.safetensors: tensors are missing that config.json asks for: "
        + "transformer.wpe.weight, transformer.ln_f.bias")
    #expect(
      try attempt { tensors in
        for layer in 1...7 { tensors["transformer.h.\(layer).ln_1.bias"] = ([2], [0, 0]) }
      }
        == "model.safetensors: tensors are there that config.json has no place for: "
        + (1...5).map { "transformer.h.\($0).ln_1.bias" }.joined(separator: ", ") + " and 2 more")
    #expect(
      try attempt { $0["transformer.wte.weight"] = ([2, 3], [0, 1, 2, 3, 4, 5]) }
        == "model.safetensors: tensors do not fit config.json: transformer.wte.weight (found [2, 3], "
        + "expected [3, 2])")
    #expect(
      try attempt { $0["lm_head.weight"] = ([3, 2], [9, 1, 2, 3, 4, 5]) }
        == "model.safetensors: tensor lm_head.weight: config.json ties it to transformer.wte.weight, "
        + "but the two differ")
  }

  @Test func listsParametersThatTheModelLacks() throws {
    let folder = CheckpointFiles.golden("llama")
    let mapping = TensorMapping(try HuggingFaceConfig(path: folder))
    let memories = Memories(mapping)
    let sentence = CheckpointFiles.sentence {
      try mapping.load(from: SafetensorsFolder(path: folder)) { name in
        name == "finalNorm.gain"
          ? nil : memories.all[name == "head.weight" ? "embedding.token" : name]
      }
    }
    #expect(
      sentence == "the model: its parameters are not those of the checkpoint's architecture: "
        + "finalNorm.gain (no such parameter, expected [32]), head.weight (found [96, 32], expected "
        + "[32, 96])")
  }

  @Test func tiedLlamaAndUntiedGPT2() {
    var llama = HuggingFaceConfig.Llama(
      HuggingFaceConfig.Sizes(
        vocabularyCount: 5, contextLength: 4, width: 4, layerCount: 1, headCount: 2, innerWidth: 6))
    #expect(TensorMapping(.llama(llama)).parameterNames.last == "head.weight")
    llama.tiesEmbeddings = true
    llama.hasAttentionBias = true
    let names = TensorMapping(.llama(llama)).parameterNames
    #expect(names.last == "finalNorm.gain")
    #expect(names.contains("layers.0.attention.qkv.bias"))
    #expect(names.contains("layers.0.attention.output.bias"))
    var gpt2 = HuggingFaceConfig.GPT2(
      HuggingFaceConfig.Sizes(
        vocabularyCount: 5, contextLength: 4, width: 4, layerCount: 1, headCount: 2))
    gpt2.tiesEmbeddings = false
    let head = TensorMapping(.gpt2(gpt2)).correspondences.last
    #expect(head?.parameter == "head.weight")
    #expect(head?.shape == [4, 5])
    #expect(head?.pieces[0].isTransposed == true)
  }
}
