internal import Foundation
internal import Synchronization

/// Asks a run to finish its step, write a checkpoint and end.
public final class StopRequest: Sendable {
  private let isSet = Atomic<Bool>(false)
  private let heedsSignals: Bool

  /// Nothing is asked for yet.
  public init() { heedsSignals = false }

  private init(heedsSignals: Bool) { self.heedsSignals = heedsSignals }

  /// Asks.
  public func stop() { isSet.store(true, ordering: .relaxed) }

  /// Whether somebody asked.
  public var isStopped: Bool {
    isSet.load(ordering: .relaxed) || (heedsSignals && interrupted.load(ordering: .acquiring))
  }

  /// A request that the first interrupt (Ctrl-C) or termination signal of the process makes; the
  /// second one ends the process at once.
  ///
  /// Call this once in a process, from its main command.
  public static func onInterrupt() -> StopRequest {
    // A handler may not be the first to touch a global, which would be made under a lock.
    interrupted.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // In this order: whoever sees the request can count on the second signal.
        signal(number, SIG_DFL)
        interrupted.store(true, ordering: .releasing)
      }
    }
    return StopRequest(heedsSignals: true)
  }
}

/// Whether a signal came; all that its handler writes.
private let interrupted = Atomic<Bool>(false)
