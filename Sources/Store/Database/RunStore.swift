internal import Foundation
internal import GRDB
public import Verdicts

/// What was run, in one SQLite file: runs by the hash of what decides them, their curves, the
/// studies they belong to, and who is computing what.
///
/// Any number of threads and processes may use one file. A commit is on the disk when a call
/// returns: `synchronous=FULL` costs a few milliseconds for runs of seconds to hours. A process that
/// is killed loses at most the call it was in, and so does a machine that loses power (with
/// `NORMAL`, power loss could take the last commits with it, though not harm the file).
///
/// On disks of this machine the file is kept with a write-ahead log. That log cannot be shared by
/// several machines, so that on a network file system a rollback journal takes its place; there the
/// file system's locks must work, and ``isOnNetwork`` lets a caller say so.
public final class RunStore: RunLog, Sendable {
  /// Where a project keeps its store.
  public static let defaultPath = ".allometry/allometry.sqlite"

  /// The file.
  public let path: String
  /// Whether the file lies on a network file system.
  public let isOnNetwork: Bool
  /// Whether the file is only read: it, its folder or its disk cannot be written to.
  public let isReadOnly: Bool
  /// The process on whose behalf runs are claimed.
  public let owner: ClaimOwner
  /// How the store waits for other processes.
  public let settings: StoreSettings

  let queue: DatabaseQueue
  let heartbeat = Heartbeat()

  /// Opens a store; makes the file and its folder if `creating`, and brings an older file up to
  /// date. With `reading` a file that cannot be written to is opened for reading alone.
  ///
  /// - Throws: ``StoreError``: `noStore` if there is no file, `cannotCreate` if it cannot be made
  ///   or written to, `badData` if it is something else, damaged or of a newer version.
  public init(
    _ path: String = RunStore.defaultPath, creating: Bool = true,
    settings: StoreSettings = StoreSettings(), owner: ClaimOwner = .current,
    reading: Bool = false
  ) throws(StoreError) {
    self.path = path
    self.settings = settings
    self.owner = owner
    let folder = Self.folder(of: path)
    let place = Self.absolute(path)
    var status = stat()
    if stat(path, &status) != 0 {
      guard errno != EACCES else {
        throw StoreError(.missing, path, "the folder may not be looked into; check its rights")
      }
      guard creating else { throw StoreError(.noStore, path, "there is no store here") }
      try Self.makeFolder(folder, for: path)
    } else if status.st_mode & S_IFMT != S_IFREG {
      throw StoreError(.cannotCreate, path, "found something other than a file")
    }
    isOnNetwork = FileSystemKind.isNetwork(folder: folder)
    isReadOnly = reading && (access(path, W_OK) != 0 || access(folder, W_OK) != 0)
    if isReadOnly {
      queue = try Self.openForReading(path, place)
    } else {
      queue = try Self.open(path, place, settings, isOnNetwork: isOnNetwork)
    }
  }

  /// The folder of a store's file.
  public static func folder(of path: String) -> String {
    // Foundation's own function traps for "./".
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path from the root: SQLite has other meanings for `:memory:` and for what begins with `file:`,
  /// under which runs would be lost or found elsewhere.
  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
  }

  private static func openForReading(
    _ path: String, _ absolute: String
  ) throws(StoreError) -> DatabaseQueue {
    do {
      var configuration = Configuration()
      configuration.label = "allometry.store"
      configuration.readonly = true
      configuration.busyMode = .timeout(1)
      // A write-ahead log needs a file beside the store; where that cannot be made, a store that
      // nobody writes to is read as it is.
      let log = (try? FileManager.default.attributesOfItem(atPath: "\(path)-wal")) ?? [:]
      let isWhole = (log[.size] as? Int ?? 0) == 0
      if !isWhole, access("\(path)-shm", R_OK) != 0 {
        // To pass over the log would be to answer from what the store held before.
        throw StoreError(
          .cannotCreate, path,
          "the last runs are in \(path)-wal, which is read only where its folder can be written to; "
            + "copy both files to such a folder")
      }
      let name = absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
      let place = isWhole ? "file://\(name ?? absolute)?immutable=1" : absolute
      let queue = try DatabaseQueue(path: place, configuration: configuration)
      let mark = try queue.read { try Int.fetchOne($0, sql: "PRAGMA application_id") }
      guard mark == StoreSchema.applicationID else {
        throw StoreError(.badData, path, "the file is not a store; name another file")
      }
      let migrator = StoreSchema.migrator
      guard try queue.read(migrator.hasCompletedMigrations) else {
        throw StoreError(
          .cannotCreate, path,
          "the file is of another version and cannot be written to; copy it to where it can be")
      }
      return queue
    } catch {
      throw StoreError(error, path)
    }
  }

  private static func makeFolder(_ folder: String, for path: String) throws(StoreError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StoreError(.cannotCreate, path, "the folder \(folder) cannot be made")
    }
  }
}

extension RunStore {
  /// Opens the file, as often as others are just making it.
  private static func open(
    _ path: String, _ place: String, _ settings: StoreSettings, isOnNetwork: Bool
  ) throws(StoreError) -> DatabaseQueue {
    let deadline = Date(timeIntervalSinceNow: settings.patience)
    while true {
      do {
        let configuration = configuration(path, settings, isOnNetwork: isOnNetwork)
        let queue = try DatabaseQueue(path: place, configuration: configuration)
        try migrate(queue, path)
        return queue
      } catch {
        let error = StoreError(error, path)
        guard error.code == .busy, Date() < deadline else { throw error }
        // Changing the journal's mode does not wait for others as transactions do.
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  private static func configuration(
    _ path: String, _ settings: StoreSettings, isOnNetwork: Bool
  ) -> Configuration {
    let isLogged =
      switch settings.journal {
      case .automatic: !isOnNetwork
      case .writeAheadLog: true
      case .rollback: false
      }
    let mode = isLogged ? "wal" : "delete"
    var configuration = Configuration()
    configuration.label = "allometry.store"
    configuration.busyMode = .timeout(settings.patience)
    configuration.prepareDatabase { db in
      try claimFile(db, path)
      if try String.fetchOne(db, sql: "PRAGMA journal_mode") != mode {
        try db.execute(sql: "PRAGMA journal_mode = \(mode)")
      }
      // Apple's systems leave what is synchronised in the drive unless asked for more.
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA journal_size_limit = 67108864
          """)
    }
    return configuration
  }

  /// Marks an empty file as a store; refuses any other that is not one.
  private static func claimFile(_ db: Database, _ path: String) throws {
    // One statement sees one state of the file, whatever other processes do meanwhile.
    let row = try Row.fetchOne(
      db,
      sql: "SELECT application_id, (SELECT count(*) FROM sqlite_master)"
        + " FROM pragma_application_id")
    let mark: Int = row?[0] ?? 0
    let tables: Int = row?[1] ?? 0
    guard mark != StoreSchema.applicationID else { return }
    guard mark == 0, tables == 0 else {
      throw StoreError(
        .badData, path, "the file is a database of another program; name another file")
    }
    try db.execute(sql: "PRAGMA application_id = \(StoreSchema.applicationID)")
  }

  private static func migrate(_ queue: DatabaseQueue, _ path: String) throws {
    let migrator = StoreSchema.migrator
    for _ in migrator.migrations {
      if try look(queue, migrator.hasBeenSuperseded) {
        throw StoreError(
          .badData, path, "the file was written by a newer version of allometry; update allometry")
      }
      if try look(queue, migrator.hasCompletedMigrations) { return }
      do {
        return try migrator.migrate(queue)
      } catch {
        // Another process may have done a migration between the look and the leap.
        let rest = try look(queue, migrator.appliedIdentifiers)
        guard rest.count > 0 else { throw error }
      }
    }
    guard try look(queue, migrator.hasCompletedMigrations) else {
      throw StoreError(.busy, path, "another process is bringing the file up to date; try again")
    }
  }

  /// Reads one state of a file that others may be making.
  private static func look<Value>(
    _ queue: DatabaseQueue, _ body: (Database) throws -> Value
  ) throws -> Value {
    try queue.read { db in
      // A statement about a table that is not there begins no transaction; this one does.
      _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master")
      return try body(db)
    }
  }

  func reading<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.read(body) } catch { throw StoreError(error, path) }
  }

  func writing<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.write(body) } catch { throw StoreError(error, path) }
  }

  static var now: Double { Date().timeIntervalSince1970 }
}
