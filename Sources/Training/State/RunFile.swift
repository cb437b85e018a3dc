internal import Files
internal import Foundation

/// Files of a run, with what goes wrong said as ``TrainingError``.
enum RunFile {
  /// Writes a file and forces it to the disk; an old one is replaced only once the new one is whole.
  static func write(_ bytes: Data, to path: String) throws(TrainingError) {
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw TrainingError(
        error, path, error.problem == .cannotCreate ? "cannot be written" : "writing failed")
    }
  }

  static func checksum(_ path: String) throws(TrainingError) -> String {
    do { return try FileChecksum.of(path) } catch {
      throw TrainingError(
        .badData, (path as NSString).lastPathComponent, "the file cannot be read")
    }
  }

  /// What the last system call says went wrong.
  static func failure(_ path: String, _ what: String) -> TrainingError {
    TrainingError(
      .inputOutput, (path as NSString).lastPathComponent,
      "\(what) (\(String(cString: strerror(errno))))")
  }
}

extension TrainingError {
  init(_ error: FileError, _ path: String, _ what: String) {
    self.init(
      .inputOutput, (path as NSString).lastPathComponent, "\(what) (\(error.systemText))")
  }
}
