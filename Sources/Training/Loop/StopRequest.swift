internal import Dispatch
internal import Foundation
internal import Synchronization

/// Asks a run to finish its step, write a checkpoint and end.
public final class StopRequest: Sendable {
  private let isSet = Atomic<Bool>(false)

  /// Nothing is asked for yet.
  public init() {}

  /// Asks.
  public func stop() { isSet.store(true, ordering: .relaxed) }

  /// Whether somebody asked.
  public var isStopped: Bool { isSet.load(ordering: .relaxed) }

  /// A request that the first interrupt (Ctrl-C) or termination signal of the process makes; the
  /// second one ends the process at once.
  ///
  /// Call this once in a process, from its main command.
  public static func onInterrupt() -> StopRequest {
    let request = StopRequest()
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        request.stop()
        signal(number, SIG_DFL)
        // The handler keeps the source alive until here.
        source.cancel()
      }
      source.resume()
    }
    return request
  }
}
