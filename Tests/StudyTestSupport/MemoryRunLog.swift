internal import Synchronization
public import Verdicts

/// A log of runs in memory.
public final class MemoryRunLog: RunLog, Sendable {
  private struct State {
    var outcomes: [RunIdentity: RunOutcome] = [:]
    var curves: [RunIdentity: [StepCurve]] = [:]
    var definitions: [RunIdentity: String] = [:]
    var claims: Set<RunIdentity> = []
  }

  private let state = Mutex(State())

  /// An empty log.
  public init() {}

  /// What is known of runs.
  ///
  /// - Returns: the outcomes of those that have ended.
  public func outcomes(of identities: [RunIdentity]) -> [RunIdentity: RunOutcome] {
    state.withLock { state in
      var found: [RunIdentity: RunOutcome] = [:]
      for identity in identities { found[identity] = state.outcomes[identity] }
      return found
    }
  }

  /// Claims a run.
  ///
  /// - Parameters:
  ///   - identity: the run.
  ///   - definition: its canonical text, kept with it.
  /// - Returns: whether the run had not ended and nobody had it.
  public func claim(_ identity: RunIdentity, definition: String) -> Bool {
    state.withLock { state in
      guard state.outcomes[identity] == nil, state.claims.insert(identity).inserted else {
        return false
      }
      if state.definitions[identity] == nil { state.definitions[identity] = definition }
      return true
    }
  }

  /// Gives up a claim without an outcome.
  public func release(_ identity: RunIdentity) {
    state.withLock { _ = $0.claims.remove(identity) }
  }

  /// Keeps an outcome with its curves and ends the claim.
  ///
  /// A run has one result: an outcome that is there already stays, unless it says that the run
  /// failed.
  public func record(_ outcome: RunOutcome, curves: [StepCurve], of identity: RunIdentity) {
    state.withLock { state in
      state.claims.remove(identity)
      if let old = state.outcomes[identity], old.status != .failed { return }
      state.outcomes[identity] = outcome
      state.curves[identity] = curves.sorted { $0.name < $1.name }
    }
  }

  /// The curves of a run that has ended, in the order of their names.
  public func curves(of identity: RunIdentity) -> [StepCurve] {
    state.withLock { $0.curves[identity] ?? [] }
  }

  /// The canonical text that decides a run; nil for runs that nobody claimed.
  public func definition(of identity: RunIdentity) -> String? {
    state.withLock { $0.definitions[identity] }
  }
}
