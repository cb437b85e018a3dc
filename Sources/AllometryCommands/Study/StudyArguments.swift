internal import ArgumentParser
internal import Foundation
internal import Store
internal import Studies

/// Where a study is kept.
struct StudyStoreArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The file in which runs are kept; default .allometry/allometry.sqlite here.",
      valueName: "file"))
  var store: String?

  /// The store's file.
  var path: String { store ?? RunStore.defaultPath }

  /// The folder beside the store for checkpoints and learned tokenizers.
  var folder: String { RunStore.folder(of: path) }

  /// The store, which must be there.
  func open() throws -> RunStore {
    do throws(StoreError) {
      return try RunStore(path, creating: false, reading: true)
    } catch {
      guard error.code == .noStore else { throw error }
      throw CommandFailure(
        .missingInput,
        "\(path): there is no store; `allometry study run` makes one, --store names another")
    }
  }

  /// The study that is meant: the named one or the one in the named file, else the last one
  /// planned.
  func name(_ name: String?, in store: RunStore) throws -> String {
    let studies = try store.studies().map(\.id)
    guard let name else {
      guard let last = studies.first else {
        throw CommandFailure(.missingInput, "\(path): the store has no study yet")
      }
      return last
    }
    guard !studies.isEmpty else {
      throw CommandFailure(.missingInput, "\(path): the store has no study yet")
    }
    if studies.contains(name) { return name }
    let plain = ((name as NSString).lastPathComponent as NSString).deletingPathExtension
    if studies.contains(plain) { return plain }
    if FileManager.default.fileExists(atPath: name),
      let file = try? StudyFile(contentsOf: name), studies.contains(file.name)
    {
      return file.name
    }
    throw OptionCheck.unknown(name, among: studies, option: "study")
  }
}
