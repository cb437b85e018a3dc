import Foundation

/// The checksums of a checkpoint's files, which tell a damaged file from a sound one. Folders of
/// models that this program did not write have none.
public enum CheckpointSums {
  static let file = "checksums.json"
  /// What training alone reads: a checkpoint may be passed on without.
  private static let ofTraining: Set<String> = [
    CheckpointFolder.state, CheckpointFolder.moments,
  ]

  /// Makes sure that the files of a model are as they were written. A model from elsewhere is taken
  /// as it is.
  ///
  /// - Throws: ``TrainingError`` with `badData` and the name of the file that is not.
  public static func verify(_ folder: String) throws(TrainingError) {
    let path = "\(folder)/\(file)"
    let files = FileManager.default
    guard files.fileExists(atPath: path) else {
      guard !files.fileExists(atPath: "\(folder)/\(CheckpointFolder.state)") else {
        throw TrainingError(
          .badData, path,
          "the file is missing, and without it nobody can tell whether the checkpoint is sound")
      }
      return
    }
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
      let sums = try? JSONDecoder().decode([String: String].self, from: data), !sums.isEmpty
    else { throw TrainingError(.badData, path, "the file is damaged") }
    for (name, sum) in sums.sorted(by: { $0.key < $1.key }) where !ofTraining.contains(name) {
      // What reads weights reports that there are none.
      if name.hasSuffix(".safetensors"), !files.fileExists(atPath: "\(folder)/\(name)") { continue }
      guard try RunFile.checksum("\(folder)/\(name)") == sum else {
        throw TrainingError(
          .badData, "\(folder)/\(name)",
          "the file is not as it was written; take an older checkpoint or a copy")
      }
    }
    // A file that the checksums do not know may be read in place of one that they do.
    for name in (try? files.contentsOfDirectory(atPath: folder)) ?? []
    where isOfModel(name) && sums[name] == nil {
      throw TrainingError(
        .badData, "\(folder)/\(name)", "the file was not written with this checkpoint; remove it")
    }
  }

  private static func isOfModel(_ name: String) -> Bool {
    name == "config.json" || name == "allometry.json" || name == "model.safetensors.index.json"
      || (name.hasSuffix(".safetensors") && !ofTraining.contains(name))
  }
}
