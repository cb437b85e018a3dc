import Foundation
import LanguageModels
import Testing

struct SafetensorsFolderTests {
  /// Two shards of one tensor each, and an index.
  private func write(_ folder: String, index: String) throws {
    for (shard, value) in [("one", Float(1)), ("two", 2)] {
      var writer = SafetensorsWriter()
      writer.add("tensor.\(shard)", shape: [2], values: [value, value])
      try writer.write(to: "\(folder)/\(shard).safetensors")
    }
    try Data(index.utf8).write(to: URL(filePath: folder + "/model.safetensors.index.json"))
  }

  private let sound = """
    {"metadata": {"total_size": 16}, "weight_map":
      {"tensor.one": "one.safetensors", "tensor.two": "two.safetensors"}}
    """

  @Test func readsShards() throws {
    try CheckpointFiles.withFolder { folder in
      try write(folder, index: sound)
      for path in [folder, folder + "/model.safetensors.index.json"] {
        let checkpoint = try SafetensorsFolder(path: path)
        #expect(checkpoint.names == ["tensor.one", "tensor.two"])
        #expect(checkpoint.files.map(\.name) == ["one.safetensors", "two.safetensors"])
        #expect(try checkpoint.file(of: "tensor.two").read("tensor.two", as: Float.self) == [2, 2])
        #expect(checkpoint.entry("tensor.one")?.shape == [2])
        #expect(checkpoint.entry("tensor.three") == nil)
        #expect(
          CheckpointFiles.sentence { _ = try checkpoint.file(of: "tensor.three") }
            == "model.safetensors.index.json: tensor tensor.three: the checkpoint has no tensor of "
            + "this name")
      }
    }
  }

  @Test(arguments: [
    (
      #"{"weight_map": {"tensor.one": "one.safetensors", "tensor.two": "one.safetensors"}}"#,
      "one.safetensors: lacks tensors that the index model.safetensors.index.json promises: "
        + "tensor.two"
    ),
    (
      #"{"weight_map": {"other": "one.safetensors"}}"#,
      "one.safetensors: tensor tensor.one: the index model.safetensors.index.json says no file "
        + "instead of this file"
    ),
    (
      #"{"weight_map": {"tensor.one": "../one.safetensors"}}"#,
      "model.safetensors.index.json: found the file name ../one.safetensors, expected one in the "
        + "same folder"
    ),
    (
      #"{"weights": {}}"#,
      "model.safetensors.index.json: expected a JSON object whose weight_map gives each tensor the "
        + "name of its file"
    ),
  ])
  func namesTheFault(index: String, sentence: String) throws {
    try CheckpointFiles.withFolder { folder in
      try write(folder, index: index)
      #expect(CheckpointFiles.sentence { _ = try SafetensorsFolder(path: folder) } == sentence)
    }
  }

  @Test func namesAMissingShardOrFolder() throws {
    try CheckpointFiles.withFolder { folder in
      #expect(
        CheckpointFiles.sentence { _ = try SafetensorsFolder(path: folder) }
          == "\(folder): the folder has neither model.safetensors nor model.safetensors.index.json")
      try write(folder, index: sound)
      try FileManager.default.removeItem(atPath: folder + "/two.safetensors")
      #expect(
        CheckpointFiles.sentence { _ = try SafetensorsFolder(path: folder) }
          == "\(folder)/two.safetensors: cannot be opened (no such file or directory)")
      #expect(
        CheckpointFiles.sentence { _ = try SafetensorsFolder(path: folder + "/none") }
          == "\(folder)/none: there is no such file or folder")
    }
  }
}
