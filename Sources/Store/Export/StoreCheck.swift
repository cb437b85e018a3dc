internal import Foundation
internal import GRDB
public import Verdicts

/// What was found in a store whose every row was read.
public struct StoreCheck: Hashable, Sendable {
  /// Something that is not as it was written.
  public struct Fault: Hashable, Sendable {
    /// The run that can be trained again to mend it; nil where there is none.
    public var run: RunIdentity?
    /// The studies that it is a part of.
    public var studies: [String]
    /// What is wrong, in a few words.
    public var problem: String
  }

  /// The number of runs that have ended.
  public var runs = 0
  /// The number of curves.
  public var curves = 0
  /// The number of rows of studies.
  public var rows = 0
  /// The number of studies.
  public var studies = 0
  /// What is wrong; empty for a sound store.
  public var faults: [Fault] = []

  /// The runs that are to be trained again.
  public var damagedRuns: [RunIdentity] {
    var seen: Set<RunIdentity> = []
    return faults.compactMap(\.run).filter { seen.insert($0).inserted }
  }
}

extension RunStore {
  /// Reads everything and compares it with the hashes beside it.
  ///
  /// - Throws: ``StoreError`` if the file cannot be read at all.
  public func check() throws(StoreError) -> StoreCheck {
    try reading { db in
      var check = StoreCheck()
      let problems = (try? String.fetchAll(db, sql: "PRAGMA integrity_check(8)")) ?? ["unreadable"]
      for problem in problems where problem != "ok" {
        check.faults.append(.init(run: nil, studies: [], problem: "the file: \(problem)"))
      }
      try checkRuns(db, &check)
      try checkRows(db, &check)
      return check
    }
  }

  /// Throws ``StoreError`` with `badData` unless tables and their indices agree, so that nothing is
  /// missing from what is read.
  public func verify() throws(StoreError) {
    try reading { db in
      let problem = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
      guard problem == "ok" else {
        throw StoreError(
          .badData, path,
          "the file is damaged (\(problem ?? "unreadable")); `allometry study check` says more")
      }
    }
  }

  private func checkRuns(_ db: Database, _ check: inout StoreCheck) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT \(OutcomeCoding.columns), runs.id, definitions.text,
          (SELECT count(*) FROM curves WHERE run = runs.id AND name = 'loss')
        FROM runs LEFT JOIN details ON details.run = runs.id
        LEFT JOIN definitions ON definitions.run = runs.id ORDER BY runs.id
        """)
    var coding = OutcomeCoding()
    let after = RowChecksum.runColumnCount + 1
    while let row = try rows.next() {
      guard let text = String.fromDatabaseValue(row[0]), let identity = RunIdentity(text) else {
        check.faults.append(.init(run: nil, studies: [], problem: "a run without a name"))
        continue
      }
      func fault(_ problem: String) throws {
        check.faults.append(
          .init(run: identity, studies: try studies(of: text, db), problem: problem))
      }
      if let definition = String.fromDatabaseValue(row[after + 1]),
        RunIdentity(of: definition) != identity
      {
        try fault("the definition is not the one that names the run")
      }
      let outcome: RunOutcome?
      do { outcome = try coding.outcome(row) } catch {
        outcome = nil
        try fault("a stored number is not the one that was written")
        check.runs += 1
      }
      let isSealed = row[RowChecksum.runColumnCount] as Int64? != nil
      if let outcome {
        check.runs += 1
        let losses: Int = row[after + 2]
        if outcome.status == .finished, losses == 0 {
          try fault("the curve of the loss is missing")
        }
      } else if row.hasNull(atIndex: 1), isSealed {
        try fault("the run has ended, but not how")
      }
      for curve in try Row.fetchAll(
        db, sql: "SELECT \(RowChecksum.curveColumns), checksum FROM curves WHERE run = ?",
        arguments: [row[after] as Int64])
      {
        check.curves += 1
        let count = RowChecksum.curveColumnCount
        let name = String.fromDatabaseValue(curve[0]) ?? "without a name"
        let isSound = RowChecksum.holds(Int64.fromDatabaseValue(curve[count]), curve, 0..<count)
        let data = Data.fromDatabaseValue(curve[2])
        guard isSound, let data, (try? CurveCoding.decode([UInt8](data), name: name)) != nil else {
          try fault("the curve \(name) is damaged")
          continue
        }
      }
    }
  }

  private func checkRows(_ db: Database, _ check: inout StoreCheck) throws {
    let count = RowChecksum.studyColumnCount
    let head = RowChecksum.headColumnCount
    for study in try Row.fetchAll(
      db,
      sql: """
        SELECT \(RowChecksum.headColumns), head_checksum, checksum, id FROM studies ORDER BY id
        """)
    {
      check.studies += 1
      let name = String.fromDatabaseValue(study[0]) ?? "without a name"
      func fault(_ problem: String) {
        check.faults.append(.init(run: nil, studies: [name], problem: problem))
      }
      if !RowChecksum.holds(Int64.fromDatabaseValue(study[head]), study, 0..<head) {
        fault("the file or the settings of the study are not as they were written")
      }
      let key: Int64 = study[head + 2]
      let document = RowChecksum.documentColumnCount
      for row in try Row.fetchAll(
        db, sql: "SELECT \(RowChecksum.documentColumns), checksum FROM documents WHERE study = ?",
        arguments: [key])
      where !RowChecksum.holds(Int64.fromDatabaseValue(row[document]), row, 0..<document) {
        let name = String.fromDatabaseValue(row[0]) ?? "without a name"
        fault("the result \(name) of the study is not as it was written")
      }
      var whole = StudyChecksum()
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT \(RowChecksum.studyColumns), checksum, position FROM study_rows
          WHERE study = ? ORDER BY position
          """, arguments: [key])
      while let row = try rows.next() {
        check.rows += 1
        let sum = Int64.fromDatabaseValue(row[count])
        whole.add(sum ?? 0)
        if !RowChecksum.holds(sum, row, 0..<count) {
          fault("row \(row[count + 1] as Int) of the study is not as it was written")
        }
      }
      let kept = Int64.fromDatabaseValue(study[head + 1])
      if kept != whole.value { fault("rows of the study are missing or out of order") }
    }
  }

  private func studies(of run: String, _ db: Database) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT DISTINCT studies.name FROM study_rows JOIN studies ON studies.id = study_rows.study
        WHERE identity = ? ORDER BY studies.name
        """, arguments: [run])
  }
}
