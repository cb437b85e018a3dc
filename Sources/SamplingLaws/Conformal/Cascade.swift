/// A draft arm whose worst attempts another arm takes over [76].
public struct Cascade: Codable, Sendable, Hashable {
  /// The arm that is tried first.
  public var draft: String
  /// The arm that takes over.
  public var target: String
  /// The rule, what it does to accuracy, and what it costs.
  public var report: ConformalReport
}
