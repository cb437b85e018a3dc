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
      isSame = RegularFile.contents(atPath: tokenizer) == Data(ByteTokenizer.json.utf8)
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
