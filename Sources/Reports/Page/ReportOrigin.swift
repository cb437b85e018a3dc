/// When a report was made, and by which version of the tool.
public struct ReportOrigin: Sendable, Hashable {
  var date: String
  var version: String

  /// An origin.
  public init(date: String, version: String) {
    self.date = date
    self.version = version
  }

  /// "2026-12-01, Allometry 0.1.0".
  var text: String { "\(date), Allometry \(version)" }
}
