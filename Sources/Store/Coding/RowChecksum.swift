internal import Files
internal import Foundation
internal import GRDB
internal import Verdicts

/// The hash of a row, kept beside it: SQLite itself does not notice a bit that changed in a number.
enum RowChecksum {
  static let runColumns = """
    runs.identity, runs.status, runs.message, runs.loss, runs.parameters, runs.active_parameters,
    runs.tokens, runs.compute, runs.seconds, runs.tokens_per_second, runs.kernels, runs.ended,
    details.costs, details.measures
    """
  static let runColumnCount = 14

  static let studyColumns = """
    study_rows.identity, arm, rung, size, seed, branch, trunk, purpose, learning_rate,
    study_rows.tokens, study_rows.compute, study_rows.costs
    """
  static let studyColumnCount = 12

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
    var hash = FNV1a()
    for column in columns {
      let value: DatabaseValue = row[column]
      switch value.storage {
      case .null: hash.mix(0)
      case .int64(let number):
        hash.mix(1)
        hash.mix(bytesOf: UInt64(bitPattern: number))
      case .double(let number):
        hash.mix(2)
        hash.mix(bytesOf: number.bitPattern)
      case .string(let text):
        hash.mix(3)
        hash.mix(bytes: text.utf8)
        hash.mix(0)
      case .blob(let data):
        hash.mix(4)
        hash.mix(bytes: data)
      }
    }
    return Int64(bitPattern: hash.value)
  }

  /// A row without a hash was not written by us: those of earlier versions are hashed when the file
  /// is brought up to date.
  static func holds(_ kept: Int64?, _ row: Row, _ columns: Range<Int>) -> Bool {
    kept == of(row, columns)
  }

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

  static func seal(headOf study: Int64, _ db: Database) throws {
    try seal(
      "SELECT \(headColumns) FROM studies WHERE id = ?", [study], headColumnCount,
      "UPDATE studies SET head_checksum = ? WHERE id = ?", db)
  }

  static func seal(document name: String, of study: Int64, _ db: Database) throws {
    try seal(
      "SELECT \(documentColumns) FROM documents WHERE study = ? AND name = ?", [study, name],
      documentColumnCount, "UPDATE documents SET checksum = ? WHERE study = ? AND name = ?", db)
  }

  static func seal(curve name: String, of run: Int64, _ db: Database) throws {
    try seal(
      "SELECT \(curveColumns) FROM curves WHERE run = ? AND name = ?", [run, name],
      curveColumnCount, "UPDATE curves SET checksum = ? WHERE run = ? AND name = ?", db)
  }

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
  private var hash = FNV1a()

  mutating func add(_ row: Int64) {
    hash.mix(UInt64(bitPattern: row))
    hash.value ^= hash.value >> 29
  }

  var value: Int64 { Int64(bitPattern: hash.value) }
}
