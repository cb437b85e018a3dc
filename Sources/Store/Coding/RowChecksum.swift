internal import Foundation
internal import GRDB
internal import Verdicts

/// The hash of a row, kept beside it: SQLite itself does not notice a bit that changed in a number.
enum RowChecksum {
  /// What is hashed of a run, from the tables `runs` and `details`.
  static let runColumns = """
    runs.identity, runs.status, runs.message, runs.loss, runs.parameters, runs.active_parameters,
    runs.tokens, runs.compute, runs.seconds, runs.tokens_per_second, runs.kernels, runs.ended,
    details.costs, details.measures
    """
  static let runColumnCount = 14

  /// What is hashed of a row of a study.
  static let studyColumns = """
    study_rows.identity, arm, rung, size, seed, branch, trunk, purpose, learning_rate,
    study_rows.tokens, study_rows.compute, study_rows.costs
    """
  static let studyColumnCount = 12

  /// What is hashed of a study besides its rows.
  static let headColumns = "studies.name, file, settings, created, planned"
  static let headColumnCount = 5

  /// What is hashed of a result of a study: which study's it is, too.
  static let documentColumns = "documents.name, json, saved, study"
  static let documentColumnCount = 4

  /// What is hashed of a curve: its bytes have a hash of their own, but not whose they are.
  static let curveColumns = "curves.name, points, data, run"
  static let curveColumnCount = 4

  /// The hash of some columns of a row: FNV-1a of 64 bits over type and bytes of each value.
  static func of(_ row: Row, _ columns: Range<Int>) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    func mix(_ word: UInt64) {
      for place in 0..<8 { mix(UInt8(truncatingIfNeeded: word >> UInt64(8 * place))) }
    }
    for column in columns {
      let value: DatabaseValue = row[column]
      switch value.storage {
      case .null: mix(0 as UInt8)
      case .int64(let number):
        mix(1 as UInt8)
        mix(UInt64(bitPattern: number))
      case .double(let number):
        mix(2 as UInt8)
        mix(number.bitPattern)
      case .string(let text):
        mix(3 as UInt8)
        for byte in text.utf8 { mix(byte) }
        mix(0 as UInt8)
      case .blob(let data):
        mix(4 as UInt8)
        for byte in data { mix(byte) }
      }
    }
    return Int64(bitPattern: hash)
  }

  /// Whether a hash that is kept is that of the row; one that has none was not written by us, for
  /// those of earlier versions are hashed when the file is brought up to date.
  static func holds(_ kept: Int64?, _ row: Row, _ columns: Range<Int>) -> Bool {
    kept == of(row, columns)
  }

  /// Hashes a run that was just written.
  static func seal(run: Int64, _ db: Database) throws {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT \(runColumns) FROM runs LEFT JOIN details ON details.run = runs.id
          WHERE runs.id = ?
          """), arguments: [run])
    guard let row else { return }
    try db.cachedStatement(sql: "UPDATE runs SET checksum = ? WHERE id = ?")
      .execute(arguments: [of(row, 0..<runColumnCount), run])
  }

  /// Hashes the rows of a study that were just written, and all of them together, so that one that is
  /// lost is missed.
  static func seal(study: Int64, _ db: Database) throws {
    let rows = try Row.fetchAll(
      db,
      sql: "SELECT \(studyColumns), position FROM study_rows WHERE study = ? ORDER BY position",
      arguments: [study])
    let statement = try db.makeStatement(
      sql: "UPDATE study_rows SET checksum = ? WHERE study = ? AND position = ?")
    var whole = StudyChecksum()
    for row in rows {
      let sum = of(row, 0..<studyColumnCount)
      whole.add(sum)
      try statement.execute(arguments: [sum, study, row[studyColumnCount] as Int64])
    }
    try db.execute(
      sql: "UPDATE studies SET checksum = ? WHERE id = ?", arguments: [whole.value, study])
  }

  /// Hashes what a study is, besides its rows.
  static func seal(headOf study: Int64, _ db: Database) throws {
    try seal(
      "SELECT \(headColumns) FROM studies WHERE id = ?", [study], headColumnCount,
      "UPDATE studies SET head_checksum = ? WHERE id = ?", db)
  }

  /// Hashes a result of a study.
  static func seal(document name: String, of study: Int64, _ db: Database) throws {
    try seal(
      "SELECT \(documentColumns) FROM documents WHERE study = ? AND name = ?", [study, name],
      documentColumnCount, "UPDATE documents SET checksum = ? WHERE study = ? AND name = ?", db)
  }

  /// Hashes a curve of a run.
  static func seal(curve name: String, of run: Int64, _ db: Database) throws {
    try seal(
      "SELECT \(curveColumns) FROM curves WHERE run = ? AND name = ?", [run, name],
      curveColumnCount, "UPDATE curves SET checksum = ? WHERE run = ? AND name = ?", db)
  }

  /// Reads one row, and writes its hash into it.
  private static func seal(
    _ select: String, _ key: [any DatabaseValueConvertible], _ count: Int, _ update: String,
    _ db: Database
  ) throws {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: select), arguments: StatementArguments(key))
    guard let row else { return }
    let sum: [any DatabaseValueConvertible] = [of(row, 0..<count)]
    try db.cachedStatement(sql: update).execute(arguments: StatementArguments(sum + key))
  }

  /// Hashes what stores of the second version kept without.
  static func fillTexts(_ db: Database) throws {
    for study in try Int64.fetchAll(db, sql: "SELECT id FROM studies") {
      try seal(headOf: study, db)
    }
    for row in try Row.fetchAll(db, sql: "SELECT name, study FROM documents") {
      try seal(document: row[0], of: row[1], db)
    }
    for row in try Row.fetchAll(db, sql: "SELECT name, run FROM curves") {
      try seal(curve: row[0], of: row[1], db)
    }
  }

  /// Hashes everything in a file of an earlier version.
  static func fill(_ db: Database) throws {
    for run in try Int64.fetchAll(db, sql: "SELECT id FROM runs WHERE status IS NOT NULL") {
      try seal(run: run, db)
    }
    for study in try Int64.fetchAll(db, sql: "SELECT id FROM studies") {
      try seal(study: study, db)
    }
  }
}

/// The hash of the rows of a study together, in their order.
struct StudyChecksum {
  private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Adds the hash of the next row.
  mutating func add(_ row: Int64) {
    hash = (hash ^ UInt64(bitPattern: row)) &* 0x100_0000_01B3
    hash ^= hash >> 29
  }

  /// The hash of all rows so far.
  var value: Int64 { Int64(bitPattern: hash) }
}
