internal import RunTables

extension FitSession {
  /// The table without the rows whose outcome has no logarithm, which every law of a loss takes.
  ///
  /// A few such rows are mistakes or diverged runs and must not end the choice of a law; they are
  /// named in the notes. Where most rows are like that the outcome is no loss.
  func withoutNonpositiveOutcomes(_ table: RunTable) throws -> RunTable {
    let column = law.response ?? "loss"
    let takesLogarithms = law.objective.map { $0.hasSuffix("-log") } ?? true
    guard takesLogarithms, table.hasColumn(column), column == "loss" || column.hasPrefix("loss"),
      let outcomes = try? table.numbers(column)
    else { return table }
    let bad = outcomes.indices.filter { outcomes[$0] <= 0 }
    guard !bad.isEmpty else { return table }
    guard bad.count * 5 <= outcomes.count else {
      throw CommandFailure(
        .badData,
        "\(table.source): column \(column): found \(bad.count) of \(outcomes.count) values that are not positive, expected losses; give --objective huber for an outcome of either sign"
      )
    }
    let left = Set(bad)
    var result = table.selecting(rows: outcomes.indices.filter { !left.contains($0) })
    let lines = bad.prefix(5).map { String(table.lineNumbers[$0]) }.joined(separator: ", ")
    result.notes.append(
      "\(bad.count == 1 ? "one row has a" : "\(bad.count) rows have a") \(column) that is not positive and left the fit: line\(bad.count == 1 ? "" : "s") \(lines)\(bad.count > 5 ? " and more" : "")"
    )
    return result
  }
}
