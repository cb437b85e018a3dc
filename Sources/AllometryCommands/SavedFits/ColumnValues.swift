internal import ScalingLaws

extension SavedFit {
  /// The columns that a question about this fit may name: those of the law, and N, D and C.
  var readableColumns: [String] {
    var names = law.card.columns.map(\.name)
    for name in ["N", "D", "C"] where !names.contains(name) { names.append(name) }
    return names
  }

  /// Checks the columns that an option names.
  ///
  /// - Throws: `CommandFailure` (usage) for a column that nothing reads and for a value that the
  ///   law cannot take, so that no misspelling is passed over in silence.
  func columns(_ values: [String: Double], option: String) throws -> [String: Double] {
    let known = readableColumns
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard known.contains(name) else {
        throw CommandFailure(
          .usage,
          "\(option): found \"\(name)\", expected columns that law \(law.name) reads: \(known.joined(separator: ", "))"
        )
      }
      let positive = law.card.columns.first { $0.name == name }?.positive ?? true
      if positive, !(value > 0) {
        throw CommandFailure(
          .usage, "\(option): \(name): found \(value), expected a positive number")
      }
    }
    return values
  }
}
