internal import Foundation
internal import GRDB
public import Verdicts

extension RunStore {
  /// The outcomes of those runs that have ended.
  public func outcomes(
    of identities: [RunIdentity]
  ) throws(StoreError) -> [RunIdentity: RunOutcome] {
    try reading { db in
      var coding = OutcomeCoding()
      let statement = try db.cachedStatement(
        sql: """
          SELECT \(OutcomeCoding.columns)
          FROM runs JOIN details ON details.run = runs.id
          WHERE runs.identity IN (SELECT value FROM json_each(?)) AND runs.status IS NOT NULL
          """)
      let list = "[" + identities.map { "\"\($0)\"" }.joined(separator: ",") + "]"
      let rows = try Row.fetchCursor(statement, arguments: [list])
      var outcomes: [RunIdentity: RunOutcome] = [:]
      while let row = try rows.next() {
        outcomes[try identity(row[0])] = try coding.outcome(row)
      }
      return outcomes
    }
  }

  /// Keeps an outcome with its curves, each of another name, whole or not at all, and ends the
  /// claim.
  ///
  /// A run has one result: an outcome that is there already stays, unless it says that the run
  /// failed. That it failed is heeded only from the process whose claim it is, or while nobody has
  /// one. (Two processes compute the same run only if a claim was taken over from a host that was
  /// cut off.)
  public func record(
    _ outcome: RunOutcome, curves: [StepCurve], of identity: RunIdentity
  ) throws(StoreError) {
    try record([(identity, outcome, curves)])
  }

  /// Keeps many results, all or none, as ``record(_:curves:of:)`` keeps one; far quicker.
  public func record(
    _ results: [(identity: RunIdentity, outcome: RunOutcome, curves: [StepCurve])]
  ) throws(StoreError) {
    // Packing needs no turn among the writers.
    let packed = results.map { $0.curves.map { ($0, Data(CurveCoding.encode($0))) } }
    try writing { db in
      for (result, curves) in zip(results, packed) {
        try write(result.outcome, curves, of: try key(of: result.identity, db), db)
      }
    }
    for result in results { heartbeat.end(result.identity) }
  }

  private func write(
    _ outcome: RunOutcome, _ curves: [(StepCurve, Data)], of run: Int64, _ db: Database
  ) throws {
    func execute(_ sql: String, _ arguments: StatementArguments) throws {
      try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }
    if outcome.status == .failed, try !isMine(run, db) { return }
    try execute("DELETE FROM claims WHERE run = ?", [run])
    let old = try String.fetchOne(
      db.cachedStatement(sql: "SELECT status FROM runs WHERE id = ?"), arguments: [run])
    guard old == nil || old == RunOutcome.Status.failed.rawValue else { return }
    try OutcomeCoding.write(outcome, of: run, db)
    try execute("DELETE FROM curves WHERE run = ?", [run])
    for (curve, bytes) in curves {
      try execute(
        "INSERT INTO curves (run, name, points, data) VALUES (?, ?, ?, ?)",
        [run, curve.name, curve.steps.count, bytes])
      try RowChecksum.seal(curve: curve.name, of: run, db)
    }
  }

  private func isMine(_ run: Int64, _ db: Database) throws -> Bool {
    try Int.fetchOne(
      db,
      sql: """
        SELECT count(*) FROM claims WHERE run = ? AND NOT
          (host = ? AND session = ? AND process = ? AND started = ?)
        """,
      arguments: [run, owner.host, owner.session, owner.process, owner.started]) == 0
  }

  /// The curves of a run, in the order of their names.
  public func curves(of identity: RunIdentity) throws(StoreError) -> [StepCurve] {
    let packed = try reading { db in
      try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT \(RowChecksum.curveColumns), checksum FROM curves
            WHERE run = (SELECT id FROM runs WHERE identity = ?) ORDER BY name
            """), arguments: [identity.description]
      ).map { row in
        let count = RowChecksum.curveColumnCount
        guard RowChecksum.holds(row[count], row, 0..<count) else {
          throw DamagedRow(name: "a curve of run \(identity)")
        }
        return (name: row[0] as String, bytes: row[2] as Data)
      }
    }
    var curves: [StepCurve] = []
    for (name, bytes) in packed {
      do throws(CurveCodingError) {
        curves.append(try CurveCoding.decode([UInt8](bytes), name: name))
      } catch {
        throw StoreError(.badData, path, "run \(identity): curve \(name): found \(error)")
      }
    }
    return curves
  }

  /// The canonical text that decides a run; nil for runs that nobody claimed.
  public func definition(of identity: RunIdentity) throws(StoreError) -> String? {
    try reading { db in
      try String.fetchOne(
        db, sql: "SELECT text FROM definitions JOIN runs ON runs.id = run WHERE identity = ?",
        arguments: [identity.description])
    }
  }

  /// Removes outcomes and curves, so that the runs (failed ones, say) can be claimed again; claims
  /// of processes that compute them stay.
  public func forget(_ identities: [RunIdentity]) throws(StoreError) {
    try writing { db in
      for identity in identities {
        let run = try key(of: identity, db)
        try db.execute(
          literal: """
            UPDATE runs SET status = NULL, message = NULL, loss = NULL, parameters = NULL,
              active_parameters = NULL, tokens = NULL, compute = NULL, seconds = NULL,
              tokens_per_second = NULL, kernels = NULL, ended = NULL, checksum = NULL
            WHERE id = \(run)
            """)
        try db.execute(literal: "DELETE FROM details WHERE run = \(run)")
        try db.execute(literal: "DELETE FROM curves WHERE run = \(run)")
      }
    }
  }
}
