internal import Foundation

/// How long a study still takes, from the work that is done and left.
///
/// Work is told in seconds of one worker where speeds were measured, else in arithmetic; arithmetic
/// alone is no time, for small models take longer for theirs. What is shown approaches what is
/// estimated within a part of the time that is left: one slow moment does not make minutes of
/// seconds, or seconds of minutes.
public struct RemainingTime: Sendable {
  /// The number of jobs side by side.
  public let workers: Int
  /// Whether work is told in seconds of one worker.
  public let isTimed: Bool
  private var shown: (at: Double, left: Double)?

  /// A study of which nothing is seen yet.
  public init(workers: Int, isTimed: Bool) {
    self.workers = max(workers, 1)
    self.isTimed = isTimed
  }

  /// Seconds for which measured speeds count as much as what has been seen of this study.
  private static let trust = 15.0

  /// Takes down a state of the study: seconds since it began, work done since then, work left, and
  /// the most that is left of one job that is running. Seconds to the end; nil while nothing is
  /// known of the speed.
  public mutating func update(now: Double, done: Double, left: Double, longest: Double) -> Double? {
    let seen = max(now, 1e-3)
    let rate: Double
    if isTimed {
      rate = (Double(workers) * Self.trust + done) / (Self.trust + seen)
    } else {
      guard seen > 3, done > 0 else { return nil }
      rate = done / seen
    }
    // The last jobs end one by one, whatever the others could do.
    let estimate = max(left / rate, longest * Double(workers) / rate)
    guard estimate.isFinite else { return nil }
    guard let shown else {
      self.shown = (now, estimate)
      return estimate
    }
    let passed = max(now - shown.at, 0)
    let expected = max(shown.left - passed, 0)
    let patience = max(2, 0.2 * expected)
    let next = expected + (estimate - expected) * (1 - exp(-passed / patience))
    self.shown = (now, next)
    return next
  }
}
