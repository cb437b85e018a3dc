internal import Quantities
internal import Reports
internal import RunTables

/// The columns of a table that are shares of training domains.
///
/// Shares are named `share_…` or `weight_…` and add up to 1 in every row. A column such as
/// `weight_decay` has the name and not the property.
struct ShareColumns {
  /// The shares, in the order of the table; empty where there are none.
  var names: [String] = []
  /// Columns with the name of a share that are none.
  var leftOut: [String] = []
  /// Why columns with the names of shares are none, in a clause.
  var refusal: String?

  /// How far shares that were rounded may be from adding up to 1.
  static let tolerance = 0.02
  /// Names of settings of optimisers and layers that begin like a share's.
  private static let settings: Set<String> = [
    "weight_decay", "weight_norm", "weight_init", "weight_std", "weight_scale", "weight_tying",
  ]

  init(of table: RunTable) {
    for prefix in ["share_", "weight_"] {
      let named = table.columnNames.filter {
        $0.hasPrefix(prefix) && (try? table.numbers($0)) != nil
      }
      let likely = named.filter { !Self.settings.contains($0) }
      for candidates in [named, likely] where candidates.count >= 2 {
        guard let fault = Self.fault(of: candidates, in: table) else {
          names += candidates
          leftOut += named.filter { !candidates.contains($0) }
          break
        }
        refusal = refusal ?? fault
      }
    }
    if !names.isEmpty { refusal = Self.fault(of: names, in: table) }
    if refusal != nil { names = [] }
  }

  /// Why columns are no shares: the first row in which they do not add up to 1, or a value outside
  /// 0 to 1; nil where they are shares.
  static func fault(of names: [String], in table: RunTable) -> String? {
    let columns = names.compactMap { try? table.numbers($0) }
    guard columns.count == names.count, !names.isEmpty else { return nil }
    for (row, line) in table.lineNumbers.enumerated() {
      let shares = columns.map { $0[row] }
      guard shares.allSatisfy(\.isFinite) else { continue }
      let sum = shares.reduce(0, +)
      if abs(sum - 1) > tolerance || shares.contains(where: { $0 < -1e-9 }) {
        let list =
          names.count <= 4
          ? names.joined(separator: ", ")
          : names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more"
        return
          "\(table.source):\(line): columns \(list): found shares that add up to \(NumberFormat.significant(sum, 4)), expected shares from 0 to 1 that add up to 1; name the shares with --set domains=A,B,C"
      }
    }
    return nil
  }

  /// What was taken for shares, for the notes of a fit.
  var note: String? {
    leftOut.isEmpty
      ? nil
      : "\(names.count) columns taken as shares; \(leftOut.joined(separator: ", ")) left out, which the sum of 1 has no room for"
  }
}
