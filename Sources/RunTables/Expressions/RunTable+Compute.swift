extension RunTable {
  /// The table with the missing one of `N`, `D`, `C` computed from the other two.
  ///
  /// C = 6·N·D FLOPs is the usual count for a dense decoder without its attention term
  /// [kaplan-2020]. A note says which was computed; a table with all three, or with fewer than two,
  /// is returned as it is.
  ///
  /// - Throws: ``TableError`` naming the first cell of a needed column that is not a number.
  public func derivingCompute() throws(TableError) -> RunTable {
    let present = ["N", "D", "C"].filter(hasColumn)
    guard present.count == 2 else { return self }
    if !present.contains("C") {
      return try deriving("C", from: "N", "D", "C computed as 6·N·D\(try idleHint())") {
        6 * $0 * $1
      }
    }
    if !present.contains("D") {
      return try deriving("D", from: "C", "N", "D computed as C/(6·N)") { $0 / (6 * $1) }
    }
    return try deriving("N", from: "C", "D", "N computed as C/(6·D)") { $0 / (6 * $1) }
  }

  private func idleHint() throws(TableError) -> String {
    guard hasColumn("active"), case .numbers(let active) = try column("active"),
      case .numbers(let all) = try column("N"),
      zip(active, all).contains(where: { $0 < 0.95 * $1 })
    else { return "" }
    return
      ", with all parameters though a token uses only those of column active: --flops-per-token '6*active' counts these"
  }

  private func deriving(
    _ name: String, from first: String, _ second: String, _ note: String,
    _ formula: (Double, Double) -> Double
  ) throws(TableError) -> RunTable {
    let a = try numbers(first)
    let b = try numbers(second)
    var table = try adding(name, .numbers(zip(a, b).map(formula)))
    table.notes.append(note)
    return table
  }
}
