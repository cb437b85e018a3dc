internal import GRDB
public import Verdicts

/// What is known of a run at a glance.
public struct RunSummary: Hashable, Sendable, Identifiable {
  /// Where a run stands.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// All steps were taken.
    case finished
    /// A number was not finite.
    case diverged
    /// Something else ended it.
    case failed
    /// A process claimed it; see ``RunStore/claims()`` for whether it still lives.
    case claimed
    /// Nobody computes it.
    case open
  }

  /// The run.
  public var id: RunIdentity
  /// Where it stands.
  public var state: State
  /// Why it failed, or what diverged and when.
  public var message: String?
  /// The loss on held-out data at the end, in nats per token.
  public var loss: Double?
  /// Parameters, all of them; nil while it has not ended.
  public var parameters: Int?
  /// The number of tokens trained on; nil while it has not ended.
  public var tokens: Int?
  /// Arithmetic of training; nil while it has not ended.
  public var compute: Double?
  /// Seconds of training; nil while it has not ended.
  public var seconds: Double?
  /// Tokens a second; nil while it has not ended.
  public var tokensPerSecond: Double?
  /// When it ended, in seconds since 1970.
  public var ended: Double?
}

/// Which runs a list shows; what is nil is not looked at.
public struct RunFilter: Hashable, Sendable {
  /// Runs of this study.
  public var study: String?
  /// Runs of this arm of a study.
  public var arm: String?
  /// Runs that stand in one of these ways.
  public var states: Set<RunSummary.State>?
  /// Runs that ended then or later, in seconds since 1970.
  public var endedSince: Double?
  /// Runs whose identity begins like this.
  public var prefix: String?

  /// Runs of a study and an arm in some of the states, that ended then or later, and whose identity
  /// begins with a prefix.
  public init(
    study: String? = nil, arm: String? = nil, states: Set<RunSummary.State>? = nil,
    endedSince: Double? = nil, prefix: String? = nil
  ) {
    self.study = study
    self.arm = arm
    self.states = states
    self.endedSince = endedSince
    self.prefix = prefix
  }

  /// The condition on `runs` and `claims`.
  fileprivate var condition: SQLExpression {
    var conditions: [SQL] = []
    if study != nil || arm != nil {
      var inner: [SQL] = []
      if let study { inner.append("studies.name = \(study)") }
      if let arm { inner.append("study_rows.arm = \(arm)") }
      conditions.append(
        """
        runs.identity IN (SELECT study_rows.identity FROM study_rows
          JOIN studies ON studies.id = study_rows.study WHERE \(inner.joined(operator: .and)))
        """)
    }
    if let states {
      conditions.append("\(states.map(\.condition).joined(operator: .or))")
    }
    if let endedSince { conditions.append("runs.ended >= \(endedSince)") }
    if let prefix {
      let low = prefix.lowercased()
      conditions.append("runs.identity >= \(low) AND runs.identity < \(low + "g")")
    }
    return conditions.joined(operator: .and)
  }
}

extension RunSummary.State {
  fileprivate var condition: SQL {
    switch self {
    case .finished, .diverged, .failed: "runs.status = \(rawValue)"
    case .claimed: "runs.status IS NULL AND claims.run IS NOT NULL"
    case .open: "runs.status IS NULL AND claims.run IS NULL"
    }
  }
}

extension RunStore {
  /// Runs, those that ended last first, those that have not ended at the end.
  ///
  /// A run is known once it was claimed or recorded; what is only planned stands in ``rows(of:)``.
  public func runs(
    _ filter: RunFilter = RunFilter(), offset: Int = 0, limit: Int? = nil
  ) throws(StoreError) -> [RunSummary] {
    try reading { db in
      let request: SQLRequest<Row> = """
        SELECT runs.identity, runs.status, claims.run, message, loss, parameters, tokens, compute,
          seconds, tokens_per_second, ended
        FROM runs LEFT JOIN claims ON claims.run = runs.id
        WHERE \(filter.condition) ORDER BY runs.ended DESC, runs.id DESC
        LIMIT \(limit ?? -1) OFFSET \(offset)
        """
      var runs: [RunSummary] = []
      let rows = try request.fetchCursor(db)
      while let row = try rows.next() {
        let status: String? = row[1]
        let open: RunSummary.State = row.hasNull(atIndex: 2) ? .open : .claimed
        runs.append(
          RunSummary(
            id: try identity(row[0]), state: status.flatMap(RunSummary.State.init) ?? open,
            message: row[3], loss: row[4], parameters: row[5], tokens: row[6], compute: row[7],
            seconds: row[8], tokensPerSecond: row[9], ended: row[10]))
      }
      return runs
    }
  }

  /// The number of runs.
  public func runCount(_ filter: RunFilter = RunFilter()) throws(StoreError) -> Int {
    try reading { db in
      let request: SQLRequest<Int> = """
        SELECT count(*) FROM runs LEFT JOIN claims ON claims.run = runs.id
        WHERE \(filter.condition)
        """
      return try request.fetchOne(db) ?? 0
    }
  }
}
