internal import Synchronization

/// How far a long fit has come.
public struct FitProgress: Sendable, Hashable {
  /// What is being repeated.
  public enum Stage: String, Sendable, Hashable {
    /// Refits that measure the uncertainty.
    case refits
    /// Splits of the table that are fitted anew.
    case validation
  }
  /// What is being repeated.
  public var stage: Stage
  /// How many are done.
  public var done: Int
  /// How many there will be.
  public var total: Int
}

/// Counts what several threads have finished and tells about it.
final class ProgressCounter: Sendable {
  private let done = Atomic<Int>(0)
  private let stage: FitProgress.Stage
  private let total: Int
  private let tell: (@Sendable (FitProgress) -> Void)?

  init(_ stage: FitProgress.Stage, total: Int, tell: (@Sendable (FitProgress) -> Void)?) {
    self.stage = stage
    self.total = total
    self.tell = tell
  }

  func advance() {
    guard let tell else { return }
    let count = done.wrappingAdd(1, ordering: .relaxed).newValue
    tell(FitProgress(stage: stage, done: count, total: total))
  }
}
