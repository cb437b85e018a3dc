internal import GRDB
public import Verdicts

/// A run that a process is computing.
public struct RunClaim: Hashable, Sendable {
  /// The run.
  public var identity: RunIdentity
  /// Who computes it.
  public var owner: ClaimOwner
  /// When it was claimed, in seconds since 1970.
  public var claimed: Double
  /// The last sign of life, in seconds since 1970.
  public var heartbeat: Double
  /// Whether the claim holds; the next one who asks takes over a claim that does not.
  public var isHeld: Bool
}

extension RunStore {
  /// Claims a run, whose canonical text is kept with it; whether it is this process's now.
  ///
  /// A claim of a process of this machine holds while that process lives. One of another machine
  /// (or container) holds while its signs of life are younger than ``StoreSettings/staleAfter``.
  public func claim(_ identity: RunIdentity, definition: String) throws(StoreError) -> Bool {
    // Most runs that are asked for have ended; seeing that takes no turn among the writers.
    if try reading({ db in try isTaken(identity, db) }) { return false }
    let isClaimed = try writing { db in
      if try isTaken(identity, db) { return false }
      let run = try key(of: identity, db)
      try db.execute(
        literal: "INSERT OR IGNORE INTO definitions (run, text) VALUES (\(run), \(definition))")
      let now = RunStore.now
      try db.execute(
        literal: """
          INSERT OR REPLACE INTO claims (run, host, session, process, started, claimed, heartbeat)
          VALUES (\(run), \(owner.host), \(owner.session), \(owner.process), \(owner.started),
            \(now), \(now))
          """)
      return true
    }
    if isClaimed { heartbeat.begin(identity, in: self) }
    return isClaimed
  }

  /// Gives up a claim of this process without an outcome.
  public func release(_ identity: RunIdentity) throws(StoreError) {
    heartbeat.end(identity)
    try writing { db in
      try db.execute(
        literal: """
          DELETE FROM claims WHERE run = (SELECT id FROM runs WHERE identity = \(identity.description))
            AND host = \(owner.host) AND session = \(owner.session)
            AND process = \(owner.process) AND started = \(owner.started)
          """)
    }
  }

  /// The runs that a process which lives is computing, by run.
  public func heldClaims() throws(StoreError) -> [RunIdentity: RunClaim] {
    Dictionary(
      try claims().filter(\.isHeld).map { ($0.identity, $0) }, uniquingKeysWith: { $1 })
  }

  /// All claims, oldest first, those of dead processes included.
  public func claims() throws(StoreError) -> [RunClaim] {
    try reading { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT host, session, process, started, heartbeat, claimed, identity
          FROM claims JOIN runs ON runs.id = claims.run ORDER BY claimed, runs.id
          """)
      return try rows.map { row in
        RunClaim(
          identity: try identity(row[6]), owner: Self.owner(row), claimed: row[5],
          heartbeat: row[4], isHeld: isHeld(row))
      }
    }
  }

  func refreshClaims() throws(StoreError) {
    try writing { db in
      try db.execute(
        literal: """
          UPDATE claims SET heartbeat = \(RunStore.now)
          WHERE host = \(owner.host) AND session = \(owner.session)
            AND process = \(owner.process) AND started = \(owner.started)
          """)
    }
  }

  /// Whether a run has ended or somebody who lives has it.
  private func isTaken(_ identity: RunIdentity, _ db: Database) throws -> Bool {
    let row = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT host, session, process, started, heartbeat, status
          FROM runs LEFT JOIN claims ON claims.run = runs.id WHERE identity = ?
          """), arguments: [identity.description])
    guard let row else { return false }
    if row.hasNull(atIndex: 5) == false { return true }
    return !row.hasNull(atIndex: 0) && isHeld(row)
  }

  private func isHeld(_ row: Row) -> Bool {
    let holder = Self.owner(row)
    if let isAlive = holder.isAlive {
      return isAlive && !(settings.takesOver && holder.isStopped == true)
    }
    if settings.takesOver { return false }
    let heartbeat: Double = row[4]
    // A sign of life from the future is that of a clock that was wrong.
    return abs(RunStore.now - heartbeat) < settings.staleAfter
  }

  private static func owner(_ row: Row) -> ClaimOwner {
    ClaimOwner(host: row[0], session: row[1], process: row[2], started: row[3])
  }

  /// Made if there is none.
  func key(of identity: RunIdentity, _ db: Database) throws -> Int64 {
    let text = identity.description
    let statement = try db.cachedStatement(sql: "SELECT id FROM runs WHERE identity = ?")
    if let key = try Int64.fetchOne(statement, arguments: [text]) { return key }
    try db.cachedStatement(sql: "INSERT INTO runs (identity) VALUES (?)")
      .execute(arguments: [text])
    return db.lastInsertedRowID
  }

  func identity(_ text: String) throws -> RunIdentity {
    guard let identity = RunIdentity(text) else {
      throw StoreError(.badData, path, "a run has the name \"\(text)\", expected 32 hex digits")
    }
    return identity
  }
}
