internal import GRDB
public import Verdicts

extension RunStore {
  /// Keeps a study, its rows in order, and how it is to be carried out as JSON, in place of what
  /// was kept under its name.
  ///
  /// Outcomes belong to runs, not to rows: those of `rows` are not looked at.
  public func save(
    study: String, file: String, settings: String = "{}", rows: [StudyRow]
  ) throws(StoreError) {
    let now = RunStore.now
    try writing { db in
      try db.execute(
        literal: """
          INSERT INTO studies (name, file, settings, created, planned)
          VALUES (\(study), \(file), \(settings), \(now), \(now))
          ON CONFLICT (name) DO UPDATE SET
            file = excluded.file, settings = excluded.settings, planned = excluded.planned
          """)
      let key = try self.key(ofStudy: study, db)
      try db.execute(literal: "DELETE FROM study_rows WHERE study = \(key)")
      try StudyRowCoding().write(rows, study: key, db)
      try RowChecksum.seal(headOf: key, db)
    }
  }

  /// The studies, the last planned first.
  public func studies() throws(StoreError) -> [StudySummary] {
    // What a dead process had claimed, nobody is computing.
    let held = Set(try heldClaims().keys.map(\.description))
    return try reading { db in
      try checkWhatIsListed(db)
      let claimed = try Row.fetchAll(
        db,
        sql: """
          SELECT DISTINCT study, study_rows.identity FROM study_rows
          JOIN runs ON runs.identity = study_rows.identity JOIN claims ON claims.run = runs.id
          WHERE runs.status IS NULL
          """)
      var counts: [Int64: Int] = [:]
      for row in claimed where held.contains(row[1] as String) {
        counts[row[0] as Int64, default: 0] += 1
      }
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT studies.name, created, planned, count(planned_runs.identity),
            total(runs.status = 'finished'), total(runs.status = 'diverged'),
            total(runs.status = 'failed'), studies.id
          FROM studies
          LEFT JOIN (SELECT DISTINCT study, identity FROM study_rows) AS planned_runs
            ON planned_runs.study = studies.id
          LEFT JOIN runs ON runs.identity = planned_runs.identity
          GROUP BY studies.id ORDER BY planned DESC, studies.id DESC
          """)
      return rows.map { row in
        StudySummary(
          id: row[0], created: row[1], planned: row[2], runs: row[3], finished: row[4],
          diverged: row[5], failed: row[6], claimed: counts[row[7] as Int64] ?? 0)
      }
    }
  }

  /// A study; throws ``StoreError`` with `missing` if there is none of this name.
  public func study(_ name: String) throws(StoreError) -> StudyRecord {
    try reading { db in
      let key = try key(ofStudy: name, db)
      let row = try Row.fetchOne(
        db, sql: "SELECT \(RowChecksum.headColumns), head_checksum FROM studies WHERE id = ?",
        arguments: [key])
      guard let row else { throw StoreError(.missing, path, "there is no study \"\(name)\"") }
      let count = RowChecksum.headColumnCount
      guard RowChecksum.holds(row[count], row, 0..<count) else {
        throw DamagedRow(name: "what is kept of the study \(name)")
      }
      return StudyRecord(
        id: row[0], file: row[1], settings: row[2], created: row[3], planned: row[4])
    }
  }

  /// Compares what lists of studies are made of with the hashes beside it.
  private func checkWhatIsListed(_ db: Database) throws {
    let heads = try Row.fetchCursor(
      db, sql: "SELECT \(RowChecksum.headColumns), head_checksum FROM studies")
    let last = RowChecksum.headColumnCount
    while let row = try heads.next() {
      guard RowChecksum.holds(row[last], row, 0..<last) else {
        throw DamagedRow(name: "what is kept of a study")
      }
    }
    let runs = try Row.fetchCursor(
      db,
      sql: """
        SELECT \(OutcomeCoding.columns)
        FROM runs JOIN details ON details.run = runs.id WHERE runs.status IS NOT NULL
        """)
    let count = RowChecksum.runColumnCount
    while let row = try runs.next() {
      guard RowChecksum.holds(row[count], row, 0..<count) else {
        throw DamagedRow(name: String.fromDatabaseValue(row[0]) ?? "a run of the store")
      }
    }
  }

  /// The rows of a study, in order, with the outcomes of those that have ended; throws
  /// ``StoreError`` with `missing` if there is no such study.
  public func rows(of study: String) throws(StoreError) -> [StudyRow] {
    try reading { db in
      try StudyRowCoding().rows(study: try key(ofStudy: study, db), db, path)
    }
  }

  /// Removes a study with its rows and documents; its runs stay. Throws ``StoreError`` with
  /// `missing` if there is none of this name.
  public func remove(study name: String) throws(StoreError) {
    try writing { db in
      let key = try key(ofStudy: name, db)
      try db.execute(literal: "DELETE FROM studies WHERE id = \(key)")
    }
  }

  /// Keeps a result (`verdict`, `fit.baseline`) of a study as JSON, in place of what was kept under
  /// its name.
  public func save(_ json: String, as name: String, study: String) throws(StoreError) {
    try writing { db in
      let key = try key(ofStudy: study, db)
      try db.execute(
        literal: """
          INSERT OR REPLACE INTO documents (study, name, json, saved)
          VALUES (\(key), \(name), \(json), \(RunStore.now))
          """)
      try RowChecksum.seal(document: name, of: key, db)
    }
  }

  /// One result of a study, such as `verdict`; nil if there is none of the name.
  ///
  /// - Throws: ``StoreError``: `missing` if there is no such study, `badData` if the result is not
  ///   as it was written.
  public func document(_ name: String, of study: String) throws(StoreError) -> StudyDocument? {
    try reading { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT \(RowChecksum.documentColumns), checksum FROM documents
          WHERE study = ? AND name = ?
          """, arguments: [try key(ofStudy: study, db), name])
      return try row.map(Self.document)
    }
  }

  /// Throws unless it is as it was written.
  private static func document(_ row: Row) throws -> StudyDocument {
    let count = RowChecksum.documentColumnCount
    guard RowChecksum.holds(row[count], row, 0..<count) else {
      throw DamagedRow(name: "a result of the study")
    }
    return StudyDocument(id: row[0], json: row[1], saved: row[2])
  }

  /// The results of a study, in the order of their names; throws ``StoreError`` with `missing` if
  /// there is no such study.
  public func documents(of study: String) throws(StoreError) -> [StudyDocument] {
    try reading { db in
      let key = try key(ofStudy: study, db)
      return try Row.fetchAll(
        db,
        sql: """
          SELECT \(RowChecksum.documentColumns), checksum FROM documents
          WHERE study = ? ORDER BY name
          """, arguments: [key]
      ).map(Self.document)
    }
  }

  private func key(ofStudy name: String, _ db: Database) throws -> Int64 {
    let key = try Int64.fetchOne(
      db, sql: "SELECT id FROM studies WHERE name = ?", arguments: [name])
    if let key { return key }
    let names = try String.fetchAll(db, sql: "SELECT name FROM studies ORDER BY name LIMIT 8")
    let known = names.isEmpty ? "none yet" : names.joined(separator: ", ")
    throw StoreError(.missing, path, "there is no study \"\(name)\"; the store has \(known)")
  }
}
