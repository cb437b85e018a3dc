internal import Files
internal import Foundation
internal import LanguageModels
internal import Training

/// Where the files of a trained model are: in a run's folder or in a folder of `transformers`.
struct RunLocation {
  var checkpoint: String
  var tokenizer: String?

  /// Finds the newest checkpoint of a run, or the model in a folder.
  init(_ path: String) throws {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    guard files.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure(.missingInput, "\(path): there is no such folder")
    }
    guard isFolder.boolValue else {
      throw CommandFailure(
        .missingInput, "\(path): found a file, expected the folder of a run or a checkpoint")
    }
    let names = (try? files.contentsOfDirectory(atPath: "\(path)/checkpoints")) ?? []
    let steps = names.filter { $0.hasPrefix("step-") }
      .compactMap { name in Int(name.dropFirst(5)).map { (step: $0, name: name) } }
    if let newest = steps.max(by: { $0.step < $1.step }) {
      checkpoint = "\(path)/checkpoints/\(newest.name)"
    } else if ["config.json", "allometry.json", "model.safetensors"].contains(where: {
      files.fileExists(atPath: "\(path)/\($0)")
    }) {
      checkpoint = path
    } else if files.fileExists(atPath: "\(path)/run.json") {
      throw CommandFailure(
        .missingInput, "\(path): the run has no checkpoint yet; let it train on")
    } else {
      throw CommandFailure(
        .missingInput, "\(path): found neither a run's checkpoints nor a model.safetensors")
    }
    // A checkpoint inside a run's folder has its tokenizer two folders above.
    let folders = [path, "\(path)/../.."]
    tokenizer = folders.map { "\($0)/tokenizer.json" }.first { files.fileExists(atPath: $0) }
    run = try Self.run(at: path)
    InputFiles.note(checkpoint)
    if let tokenizer { InputFiles.note(tokenizer) }
  }

  /// The run whose folder, or a checkpoint of which, a path names; nil where it names none.
  static func run(at path: String) throws -> (folder: String, record: RunRecord)? {
    for folder in [path, "\(path)/../.."] {
      if let record = try RunRecord.read(folder) { return (folder, record) }
    }
    return nil
  }

  /// The run that the model comes from; nil where it comes from elsewhere.
  let run: (folder: String, record: RunRecord)?

  /// What stands before a text of nothing, as the model's own configuration says it; nil where it
  /// says nothing.
  var beginOfText: Int32? {
    struct Tokens: Decodable { var bos_token_id: Int32? }
    return ["generation_config.json", "config.json"].lazy.compactMap { name in
      RegularFile.contents(atPath: "\(checkpoint)/\(name)")
        .flatMap { try? JSONDecoder().decode(Tokens.self, from: $0) }?.bos_token_id
    }.first
  }

  /// The model, from files that are as they were written.
  func model() throws -> LanguageModel<Float> { try Self.model(in: checkpoint) }

  /// The model of a checkpoint's folder, from files that are as they were written.
  static func model(in checkpoint: String) throws -> LanguageModel<Float> {
    try CheckpointSums.verify(checkpoint)
    return try ModelCheckpoint.load(checkpoint)
  }

  /// What cuts text into the model's tokens; nil for models of numbers.
  func loadTokenizer() throws -> (any Tokenizer)? {
    guard let tokenizer else { return nil }
    let read = try BytePairTokenizer(contentsOf: tokenizer)
    let isSame: Bool
    let data = run?.record.data
    switch data?.tokenizer {
    case nil: isSame = true
    case "bytes":
      isSame = RegularFile.contents(atPath: tokenizer) == Data(ByteTokenizerFile.json().utf8)
    default:
      isSame = data?.tokenizerFingerprint == read.fingerprint.hexadecimal
      // Runs of before templates counted were trained without them.
      let bare = read.withoutTemplate()
      if !isSame, data?.tokenizerFingerprint == bare.fingerprint.hexadecimal { return bare }
    }
    guard isSame else {
      throw CommandFailure(
        .badData,
        "\(tokenizer): the file is not the tokenizer that the run was trained with; "
          + "`allometry train --resume` writes that of bytes again, any other comes from a copy")
    }
    return read
  }
}

/// The bytes as a vocabulary of `tokenizer.json`, so that a run folder says how text was cut and
/// other tools can read it.
enum ByteTokenizerFile {
  /// The text of the file: byte b is token b, the end of text is 256, and nothing is merged.
  static func json() -> String {
    var shifted: UInt32 = 0x100
    let spellings = (0..<256).map { (byte: UInt32) -> String in
      // GPT-2's table: printable characters stand for themselves.
      let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
      let scalar = isPrintable ? byte : shifted
      if !isPrintable { shifted += 1 }
      let text = String(String.UnicodeScalarView([Unicode.Scalar(scalar) ?? " "]))
      let quoted = text == "\"" || text == "\\" ? "\\\(text)" : text
      return "      \"\(quoted)\": \(byte)"
    }
    return """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
          {"id": 256, "content": "<|endoftext|>", "single_word": false, "lstrip": false, \
      "rstrip": false, "normalized": false, "special": true}
        ],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, \
      "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, \
      "use_regex": false},
        "model": {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": false,
          "vocab": {
      \(spellings.joined(separator: ",\n"))
          },
          "merges": []
        }
      }

      """
  }
}
