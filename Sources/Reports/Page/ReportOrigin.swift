/// When a report was made, and by which version of the tool.
public struct ReportOrigin: Sendable, Hashable {
  /// The day, as ISO 8601 writes it: `2026-12-01`.
  public var date: String
  /// The version of the tool.
  public var version: String

  /// An origin.
  public init(date: String, version: String) {
    self.date = date
    self.version = version
  }

  /// "2026-12-01, Allometry 0.1.0".
  var text: String { "\(date), Allometry \(version)" }
}
