internal import Files
internal import Foundation
public import Verdicts

extension RunStore {
  /// Writes the rows of a study, or those of one purpose, to a file, in place of an old one in one
  /// step.
  ///
  /// A run that is compared may be one that chose a learning rate, too, and then has a row for
  /// each; fits should be given rows of one purpose.
  ///
  /// - Throws: ``StoreError``: `missing` if there is no such study, `cannotCreate` or `inputOutput`
  ///   if the file cannot be written; an old file is as it was then.
  public func export(
    _ study: String, as format: StudyTable.Format, to path: String,
    purpose: StudyRow.Purpose? = nil
  ) throws(StoreError) {
    var rows = try rows(of: study)
    if let purpose { rows.removeAll { $0.purpose != purpose } }
    // Renaming over a device, a pipe or a link would put a file in its place.
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw StoreError(.cannotCreate, path, "found something other than a file")
    }
    do {
      try AtomicFile.write(Array(StudyTable(rows).text(format).utf8), to: path)
    } catch {
      let (code, what): (StoreError.Code, String) =
        switch error.problem {
        case .cannotCreate: (.cannotCreate, "the file cannot be made")
        case .cannotReplace: (.cannotCreate, "the file cannot be replaced")
        default: (.inputOutput, "writing failed")
        }
      throw StoreError(code, path, "\(what) (\(error.systemText))")
    }
  }
}
