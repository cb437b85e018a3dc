import Foundation
import LanguageModels
import Tensors
import Testing

/// Checkpoints as trainers and other libraries leave them: tied tensors under either name, names
/// inside wrappers, and files that are not there yet.
struct TensorNamesTests {
  /// The parameters of a golden model whose tensors are renamed, or left out where the name is nil.
  private static func parameters(
    _ golden: String, isTied: Bool? = nil, renaming: (String) -> String?
  ) throws -> [String: [Float]] {
    let source = CheckpointFiles.golden(golden)
    let file = try SafetensorsFile(path: source + "/model.safetensors")
    return try CheckpointFiles.withFolder { folder in
      var writer = SafetensorsWriter(metadata: ["format": "pt"])
      for name in file.names {
        guard let renamed = renaming(name) else { continue }
        let numbers: [Float] = try file.read(name)
        writer.add(renamed, shape: try file.entry(name).shape, values: numbers)
      }
      try writer.write(to: folder + "/model.safetensors")
      var config = try String(contentsOfFile: source + "/config.json", encoding: .utf8)
      if let isTied {
        config = config.replacingOccurrences(
          of: "\"tie_word_embeddings\": \(!isTied)", with: "\"tie_word_embeddings\": \(isTied)")
      }
      try Data(config.utf8).write(to: URL(filePath: folder + "/config.json"))
      let model: LanguageModel<Float> = try ModelCheckpoint.load(folder)
      return Dictionary(
        uniqueKeysWithValues: model.parameters.parameters.map {
          ($0.name, Array($0.tensor.buffer))
        })
    }
  }

  private static let wrappings: [@Sendable (String) -> String] = [
    { "_orig_mod." + $0 },
    { "module." + $0 },
    { "module._orig_mod." + $0 },
    { "_orig_mod.module." + $0 },
    { "_forward_module." + $0 },
    { "_fsdp_wrapped_module." + $0 },
    // Lightning and others keep a model under a name of their own.
    { "model." + $0 },
    { "net.module._orig_mod." + $0 },
    // Layers that were compiled or wrapped one by one.
    { $0.replacing("layers.", with: "layers._orig_mod.").replacing("h.", with: "h._orig_mod.") },
    { $0.replacing("layers.1.", with: "layers.1._checkpoint_wrapped_module.") },
  ]

  @Test(arguments: ["gpt2", "llama", "bert"]) func wrappersAreTakenOff(golden: String) throws {
    let plain = try Self.parameters(golden) { $0 }
    for (number, wrap) in Self.wrappings.enumerated() {
      #expect(try Self.parameters(golden, renaming: wrap) == plain, "wrapping \(number)")
    }
  }

  @Test func aTiedTensorMayHaveEitherName() throws {
    let forms: [(golden: String, isTied: Bool?, embedding: String, head: String)] = [
      ("gpt2", nil, "transformer.wte.weight", "lm_head.weight"),
      ("llama", true, "model.embed_tokens.weight", "lm_head.weight"),
      ("bert", nil, "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"),
    ]
    for form in forms {
      let names = { (name: String) -> String? in name == form.head ? nil : name }
      let both = try Self.parameters(form.golden, isTied: form.isTied, renaming: names)
      for prefix in ["", "_orig_mod.", "module._orig_mod."] {
        let headOnly = try Self.parameters(form.golden, isTied: form.isTied) { name in
          guard name != form.head else { return nil }
          return prefix + (name == form.embedding ? form.head : name)
        }
        #expect(headOnly == both, "\(form.golden) \(prefix)")
      }
    }
    // The bias of BERT's head goes by two names too.
    let bias = try Self.parameters("bert") { $0 }
    #expect(
      try Self.parameters("bert") {
        $0 == "cls.predictions.bias" ? "cls.predictions.decoder.bias" : $0
      } == bias)
  }

  /// A head of its own is not the embedding.
  @Test func anUntiedTensorIsMissed() throws {
    for absent in ["lm_head.weight", "model.embed_tokens.weight"] {
      let error = try #require(throws: CheckpointError.self) {
        try Self.parameters("llama") { $0 == absent ? nil : $0 }
      }
      #expect(error.message == "tensors are missing that config.json asks for: \(absent)")
    }
  }

  @Test func twoTensorsOfOneNameAreRefused() throws {
    let file = try SafetensorsFile(path: CheckpointFiles.golden("gpt2") + "/model.safetensors")
    let name = try #require(file.names.last)
    try CheckpointFiles.withFolder { folder in
      var writer = SafetensorsWriter()
      for stored in file.names + ["_orig_mod." + name] {
        let source = stored.replacing("_orig_mod.", with: "")
        writer.add(
          stored, shape: try file.entry(source).shape, values: try file.read(source) as [Float])
      }
      try writer.write(to: folder + "/model.safetensors")
      let mapping = TensorMapping(try HuggingFaceConfig(path: CheckpointFiles.golden("gpt2")))
      let checkpoint = try SafetensorsFolder(path: folder)
      let error = try #require(throws: CheckpointError.self) { try mapping.check(checkpoint) }
      #expect("\(error)".contains("without what trainers put into names"), "\(error)")
    }
  }

  /// Every file of a checkpoint may be a pointer, in a clone without `git lfs pull`.
  @Test(arguments: ["model.safetensors", "config.json", "tokenizer.json"])
  func pointersOfGitLFSAreNamed(name: String) throws {
    let source = CheckpointFiles.golden("gpt2")
    try CheckpointFiles.withFolder { folder in
      for file in ["model.safetensors", "config.json"] {
        try FileManager.default.copyItem(atPath: "\(source)/\(file)", toPath: "\(folder)/\(file)")
      }
      let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1f\nsize 548105171\n"
      try Data(pointer.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
      let sentence = CheckpointFiles.sentence {
        let _: LanguageModel<Float> = try ModelCheckpoint.load(folder)
        _ = try BytePairTokenizer(contentsOf: "\(folder)/tokenizer.json")
      }
      let problem =
        "found a Git LFS pointer, expected the file of 548.1 MB that it stands for; "
        + "`git lfs pull` fetches it"
      #expect(sentence?.hasSuffix(problem) == true, "\(sentence ?? "")")
      #expect(sentence?.contains(name) == true, "\(sentence ?? "")")
    }
  }

  @Test func aPointerAmongShardsIsNamed() throws {
    try CheckpointFiles.withFolder { folder in
      let index = #"{"weight_map": {"a": "model-00001-of-00002.safetensors"}}"#
      try Data(index.utf8).write(to: URL(filePath: folder + "/model.safetensors.index.json"))
      let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1f\nsize 9\n"
      try Data(pointer.utf8).write(
        to: URL(filePath: folder + "/model-00001-of-00002.safetensors"))
      let error = try #require(throws: CheckpointError.self) { try SafetensorsFolder(path: folder) }
      #expect(error.file == "model-00001-of-00002.safetensors")
      #expect(error.message.contains("the file of 9 bytes that it stands for"))
    }
  }
}
