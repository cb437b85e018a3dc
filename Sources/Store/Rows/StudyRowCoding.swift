internal import Foundation
internal import GRDB
internal import Verdicts

struct StudyRowCoding {
  /// Writes rows; there are none of this study yet.
  func write(_ rows: [StudyRow], study: Int64, _ db: Database) throws {
    let statement = try db.makeStatement(
      sql: """
        INSERT INTO study_rows (study, position, identity, arm, rung, size, seed, branch, trunk,
          purpose, learning_rate, tokens, compute, costs)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    // Runs of one arm and size cost the same.
    var texts: [StudyRow.Costs: String] = [:]
    for (position, row) in rows.enumerated() {
      let costs = try texts[row.costs] ?? StoredJSON.text(row.costs)
      texts[row.costs] = costs
      try statement.execute(arguments: [
        study, position, row.identity.description, row.arm, row.rung, row.size,
        Int64(bitPattern: row.seed), row.branch, row.trunk, row.purpose.rawValue,
        row.learningRate, row.tokens, row.compute, costs,
      ])
    }
    try RowChecksum.seal(study: study, db)
  }

  func rows(study: Int64, _ db: Database, _ path: String) throws -> [StudyRow] {
    let cursor = try Row.fetchCursor(
      db,
      sql: """
        SELECT \(RowChecksum.studyColumns), study_rows.checksum, \(OutcomeCoding.columns)
        FROM study_rows
        LEFT JOIN runs ON runs.identity = study_rows.identity
        LEFT JOIN details ON details.run = runs.id
        WHERE study = ? ORDER BY position
        """, arguments: [study])
    var coding = OutcomeCoding()
    var rows: [StudyRow] = []
    let count = RowChecksum.studyColumnCount
    var whole = StudyChecksum()
    while let row = try cursor.next() {
      guard RowChecksum.holds(row[count], row, 0..<count) else {
        throw DamagedRow(name: "row \(rows.count) of the study")
      }
      whole.add(row[count] ?? 0)
      guard let identity = RunIdentity(row[0] as String),
        let purpose = StudyRow.Purpose(rawValue: row[7])
      else {
        throw StoreError(.badData, path, "row \(rows.count) of the study is of an unknown kind")
      }
      var result = StudyRow(
        identity: identity, arm: row[1], rung: row[2], size: row[3],
        seed: UInt64(bitPattern: row[4] as Int64), branch: row[5], trunk: row[6], purpose: purpose,
        learningRate: row[8] ?? .nan, costs: try coding.costs(row[11]), tokens: row[9])
      result.compute = row[10] ?? .nan
      result.outcome = try coding.outcome(row, first: count + 1)
      rows.append(result)
    }
    let kept = try Int64.fetchOne(
      db, sql: "SELECT checksum FROM studies WHERE id = ?", arguments: [study])
    guard kept == whole.value else {
      throw DamagedRow(name: "the list of the study's rows")
    }
    return rows
  }
}
