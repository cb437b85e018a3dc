internal import Foundation
internal import Reports

extension ReportOrigin {
  /// That of the tool, which `--version`, reports and records of runs state.
  static let version = "0.1.0"

  /// Now, by this version of the tool.
  ///
  /// `SOURCE_DATE_EPOCH`, seconds since 1970, stands for the clock where it is set, as
  /// reproducible-builds.org has it: the same input then gives the same bytes.
  static var now: ReportOrigin {
    let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(Int64.init)
    let date = epoch.map { Date(timeIntervalSince1970: Double($0)) } ?? Date()
    // The first ten characters of 2026-12-01T10:20:30Z.
    let day = String(date.ISO8601Format().prefix(10))
    return ReportOrigin(date: day, version: version)
  }
}
