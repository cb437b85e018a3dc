internal import GRDB

/// One thing that keeps the store from being opened, read or written, said in one sentence.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is, named after the exit codes of `sysexits.h`.
  public enum Code: Int32, Sendable, Hashable, CaseIterable {
    /// A file was read and its content is wrong, or newer than this program: 65.
    case badData = 65
    /// There is no such store or study: 66.
    case missing = 66
    /// A file or folder cannot be made or written to: 73.
    case cannotCreate = 73
    /// Reading or writing failed, for instance because the disk is full: 74.
    case inputOutput = 74
    /// Other processes did not let go of the file in time; trying again may help: 75.
    case busy = 75
  }

  /// The kind of mistake; its raw value is the exit status.
  public var code: Code
  /// The file that is to blame.
  public var place: String
  /// What was found, and what to do where there is something to do.
  public var message: String

  /// - Parameters:
  ///   - code: the kind of mistake.
  ///   - place: the file to blame.
  ///   - message: what was found, and what to do.
  public init(_ code: Code, _ place: String, _ message: String) {
    self.code = code
    self.place = place
    self.message = message
  }

  /// The whole error as one sentence.
  public var description: String { "\(place): \(message)" }
}

extension StoreError {
  /// What went wrong with the file at `path`.
  init(_ error: any Error, _ path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as DatabaseError: self.init(error, path)
    case let error as DamagedRow:
      let name = error.name.contains(" ") ? error.name : "run \(error.name)"
      self.init(
        .badData, path,
        "\(name) is not as it was written; `allometry study check` names all such, and "
          + "`allometry study run --retry` with the study's file makes them again")
    case let error as DecodingError:
      self.init(.badData, path, "a stored value cannot be read (\(Self.reason(error)))")
    default: self.init(.inputOutput, path, "reading or writing failed (\(error))")
    }
  }

  /// What SQLite says, in words that tell what to do.
  private init(_ error: DatabaseError, _ path: String) {
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT:
      self.init(
        .badData, path,
        "the file is not a store or is damaged; restore it from a copy or move it "
          + "away to begin anew")
    case .SQLITE_FULL:
      self.init(.inputOutput, path, "the disk is full; what was stored before is unharmed")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self.init(
        .cannotCreate, path,
        "the file cannot be opened for writing; check the rights of the file "
          + "and its folder")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(.busy, path, "other processes did not let go of the file in time; try again")
    case .SQLITE_IOERR:
      self.init(
        .inputOutput, path,
        "reading or writing failed (\(error.extendedResultCode)); what was "
          + "stored before is unharmed")
    default:
      self.init(.inputOutput, path, "the store failed (\(error.message ?? "\(error.resultCode)"))")
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .dataCorrupted(let context), .keyNotFound(_, let context),
      .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.debugDescription
    @unknown default: "\(error)"
    }
  }
}
