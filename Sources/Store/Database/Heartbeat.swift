internal import Dispatch
internal import Synchronization
internal import Verdicts

/// Shows other hosts that a process with claims lives.
final class Heartbeat: Sendable {
  private struct State {
    var runs: Set<RunIdentity> = []
    var isBeating = false
  }

  private let state = Mutex(State())
  /// A queue of its own has a thread of its own, however busy the others are with training.
  private let queue = DispatchQueue(label: "allometry.store.heartbeat", qos: .utility)

  /// Beats from now on, as long as the store is there and has claims.
  func begin(_ run: RunIdentity, in store: RunStore) {
    let begins = state.withLock { state in
      state.runs.insert(run)
      defer { state.isBeating = true }
      return !state.isBeating
    }
    if begins { beatLater(store) }
  }

  func end(_ run: RunIdentity) { state.withLock { $0.runs.subtract([run]) } }

  private func beatLater(_ store: RunStore) {
    let interval = store.settings.heartbeatInterval
    queue.asyncAfter(deadline: .now() + interval) { [weak store] in
      guard let store else { return }
      let beats = self.state.withLock { state in
        state.isBeating = !state.runs.isEmpty
        return state.isBeating
      }
      guard beats else { return }
      // A beat that fails is made up for by the next one.
      try? store.refreshClaims()
      self.beatLater(store)
    }
  }
}
