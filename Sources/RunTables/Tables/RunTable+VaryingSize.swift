extension RunTable {
  /// The column that a law of one size should read: compute where size and data both vary, else
  /// that of N, D and C which varies; nil where none does.
  public var varyingSize: String? {
    func varies(_ name: String) -> Bool {
      Set(((try? numbers(name)) ?? []).filter(\.isFinite)).count > 1
    }
    if varies("N"), varies("D") { return "C" }
    return ["N", "D", "C"].first(where: varies)
  }

  /// The columns of words, in the order of the table.
  public var textColumns: [(name: String, values: [String])] {
    columnNames.compactMap { name in
      guard case .text(let values)? = try? column(name) else { return nil }
      return (name, values)
    }
  }
}
