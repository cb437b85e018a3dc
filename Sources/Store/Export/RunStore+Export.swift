internal import Foundation
public import Verdicts

extension RunStore {
  /// Writes the rows of a study to a file, in place of an old one in one step.
  ///
  /// A run that is compared may be one that chose a learning rate, too, and then has a row for each;
  /// fits should be given rows of one purpose.
  ///
  /// - Parameters:
  ///   - study: the name of the study.
  ///   - format: the form of the file.
  ///   - path: the file.
  ///   - purpose: only rows of this purpose; nil for all.
  /// - Throws: ``StoreError``: `missing` if there is no such study, `cannotCreate` or `inputOutput`
  ///   if the file cannot be written; an old file is as it was then.
  public func export(
    _ study: String, as format: StudyTable.Format, to path: String,
    purpose: StudyRow.Purpose? = nil
  ) throws(StoreError) {
    var rows = try rows(of: study)
    if let purpose { rows.removeAll { $0.purpose != purpose } }
    try AtomicFile.write(StudyTable(rows).text(format), to: path)
  }
}

/// Files that are whole or not there.
private enum AtomicFile {
  static func write(_ text: String, to path: String) throws(StoreError) {
    // Renaming over a device, a pipe or a link would put a file in its place.
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw StoreError(.cannotCreate, path, "found something other than a file")
    }
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(.cannotCreate, path, "the file cannot be made") }
    do throws(StoreError) {
      defer { close(descriptor) }
      try append(Array(text.utf8), to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw failure(.inputOutput, path, "writing failed") }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      defer { unlink(temporary) }
      throw failure(.cannotCreate, path, "the file cannot be replaced")
    }
  }

  private static func append(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Foundation.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(.inputOutput, path, "writing failed") }
      done += count
    }
  }

  private static func failure(
    _ code: StoreError.Code, _ path: String, _ what: String
  ) -> StoreError {
    StoreError(code, path, "\(what) (\(String(cString: strerror(errno))))")
  }
}
