import Files
import Foundation

/// The tensors of a checkpoint, in one safetensors file or in several with an index.
public struct SafetensorsFolder: Sendable {
  /// The files, in alphabetical order.
  public let files: [SafetensorsFile]
  /// What messages call the whole: the index's name, or the only file's.
  public let name: String

  private let places: [String: Int]

  /// The names of the tensors of all files in alphabetical order.
  public var names: [String] { places.keys.sorted() }

  /// Opens a checkpoint: a `.safetensors` file, a `.safetensors.index.json`, or a folder that holds
  /// `model.safetensors` or `model.safetensors.index.json`.
  ///
  /// - Throws: ``CheckpointError`` if a file is missing or unsound, or if the index and the files
  ///   do not name the same tensors.
  public init(path: String) throws(CheckpointError) {
    let path = try Self.resolved(path)
    name = (path as NSString).lastPathComponent
    guard path.hasSuffix(".json") else {
      let file = try SafetensorsFile(path: path)
      files = [file]
      places = file.entries.mapValues { _ in 0 }
      return
    }
    guard let json = RegularFile.contents(atPath: path) else {
      throw CheckpointError(.missingFile, file: name, "cannot be read")
    }
    try CheckpointError.refusePointer(json, file: name)
    guard let index = try? JSONDecoder().decode(Index.self, from: json) else {
      throw CheckpointError(
        .badData, file: name,
        "expected a JSON object whose weight_map gives each tensor the name of its file")
    }
    let folder = (path as NSString).deletingLastPathComponent
    let shards = Set(index.weight_map.values).sorted()
    // A shard beside the index, never elsewhere: an index is not to be trusted.
    if let stray = shards.first(where: { $0.contains("/") || $0.hasPrefix(".") }) {
      throw CheckpointError(
        .badData, file: name, "found the file name \(stray), expected one in the same folder")
    }
    var files: [SafetensorsFile] = []
    var places: [String: Int] = [:]
    for shard in shards {
      let file = try SafetensorsFile(path: (folder as NSString).appendingPathComponent(shard))
      for tensor in file.names {
        guard index.weight_map[tensor] == shard else {
          throw CheckpointError(
            .badData, file: shard, part: "tensor \(tensor)",
            "the index \(name) says \(index.weight_map[tensor] ?? "no file") instead of this file")
        }
        places[tensor] = files.count
      }
      files.append(file)
    }
    let absent = index.weight_map.keys.filter { places[$0] == nil }.sorted()
    if let first = absent.first {
      throw CheckpointError(
        .badData, file: index.weight_map[first] ?? name,
        "lacks tensors that the index \(name) promises: \(CheckpointError.listed(absent))")
    }
    self.files = files
    self.places = places
  }

  /// What the header says of a tensor, or nil.
  public func entry(_ name: String) -> SafetensorsFile.Entry? {
    places[name].flatMap { files[$0].entries[name] }
  }

  /// The file that holds a tensor.
  ///
  /// - Throws: ``CheckpointError`` if none does.
  public func file(of name: String) throws(CheckpointError) -> SafetensorsFile {
    guard let place = places[name] else {
      throw CheckpointError(
        .badData, file: self.name, part: "tensor \(name)",
        "the checkpoint has no tensor of this name")
    }
    return files[place]
  }

  private struct Index: Decodable {
    var weight_map: [String: String]
  }

  private static func resolved(_ path: String) throws(CheckpointError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CheckpointError(.missingFile, file: path, "there is no such file or folder")
    }
    guard isFolder.boolValue else { return path }
    for candidate in ["model.safetensors", "model.safetensors.index.json"] {
      let inside = (path as NSString).appendingPathComponent(candidate)
      if FileManager.default.fileExists(atPath: inside) { return inside }
    }
    throw CheckpointError(
      .missingFile, file: path,
      "the folder has neither model.safetensors nor model.safetensors.index.json")
  }
}
