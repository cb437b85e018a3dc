internal import Foundation
internal import Synchronization

/// Asks a run to finish its step, write a checkpoint and end.
public final class StopRequest: Sendable {
  private let isSet = Atomic<Bool>(false)
  private let heedsSignals: Bool

  /// No request yet.
  public init() { heedsSignals = false }

  private init(heedsSignals: Bool) { self.heedsSignals = heedsSignals }

  /// Asks the run to stop.
  public func stop() { isSet.store(true, ordering: .relaxed) }

  /// Whether a stop was asked for.
  public var isStopped: Bool {
    isSet.load(ordering: .relaxed) || (heedsSignals && interrupted.load(ordering: .acquiring))
  }

  /// A request that the first interrupt (Ctrl-C), termination, hang-up or user signal of the process
  /// makes; the second one ends the process at once. A hang-up that the caller has ignored, as `nohup`
  /// does, stays ignored.
  ///
  /// Call this once in a process, from its main command.
  public static func onInterrupt() -> StopRequest {
    // A handler may not be the first to touch a global, which would be made under a lock.
    interrupted.store(false, ordering: .relaxed)
    for number in signals {
      var action = sigaction()
      if number == SIGHUP, sigaction(number, nil, &action) == 0, isIgnored(action) { continue }
      signal(number) { number in
        // In this order: whoever sees the request can count on the second signal.
        signal(number, SIG_DFL)
        interrupted.store(true, ordering: .releasing)
      }
    }
    return StopRequest(heedsSignals: true)
  }

  /// The signals that ask a process to end, or that end one that does not expect them.
  public static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}

/// Whether a signal came; all that its handler writes.
private let interrupted = Atomic<Bool>(false)
