internal import Quantities

enum TableChecks {
  static func missingColumn(_ name: String, among names: [String], source: String) -> TableError {
    let shown = names.prefix(12).joined(separator: ", ")
    let more = names.count > 12 ? ", … (\(names.count) in all)" : ""
    return TableError(
      .usage, source: source, found: names.isEmpty ? "no columns" : "columns \(shown)\(more)",
      expected: "a column \(name)", hint: NearestName.hint(for: name, among: names))
  }

  static func noDuplicates(_ names: [String], source: String, line: Int?) throws(TableError) {
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw TableError(
        .badData, source: source, line: line,
        found: "the column name \(TableError.quoted(name)) twice",
        expected: "each name once")
    }
  }
}
