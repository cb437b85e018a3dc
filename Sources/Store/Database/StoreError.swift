internal import GRDB

/// One thing that keeps the store from being opened, read or written, said in one sentence.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Code: Sendable, Hashable, CaseIterable {
    /// A file was read and its content is wrong, or newer than this program.
    case badData
    /// There is no store at the path.
    case noStore
    /// There is no such study, or the store's folder may not be looked into.
    case missing
    /// A file or folder cannot be made or written to.
    case cannotCreate
    /// Reading or writing failed, for instance because the disk is full.
    case inputOutput
    /// Other processes did not let go of the file in time; trying again may help.
    case busy

    /// The exit status of `sysexits.h`.
    public var status: Int32 {
      switch self {
      case .badData: 65
      case .noStore, .missing: 66
      case .cannotCreate: 73
      case .inputOutput: 74
      case .busy: 75
      }
    }
  }

  /// Which of the exit codes it ends with.
  public var code: Code
  /// The file that is to blame.
  public var place: String
  /// What was found, and what to do where there is something to do.
  public var message: String

  /// `place` is the file to blame; the message says what was found, and what to do.
  public init(_ code: Code, _ place: String, _ message: String) {
    self.code = code
    self.place = place
    self.message = message
  }

  /// The whole error as one sentence.
  public var description: String { "\(place): \(message)" }
}

extension StoreError {
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
