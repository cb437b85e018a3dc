internal import Quantities
public import ScalingLaws
internal import Statistics

/// A joint fit as a person reads it in a terminal.
public struct SharedFitText {
  private let result: SharedFit
  private let column: String
  private let rows: [Int]
  private let terminal: Terminal

  /// A joint fit for a terminal, with the column that tells the groups apart and the rows of each.
  public init(_ result: SharedFit, column: String, rows: [Int], terminal: Terminal) {
    self.terminal = terminal
    self.result = result
    self.column = column
    self.rows = rows
  }

  /// The parameters, shared and own, and the test of what is shared.
  public func text() -> String {
    let names = result.law.parameters.map(\.name)
    let own = names.filter { !result.shared.contains($0) }
    let counted = zip(result.groups, rows).map { "\($0) (\($1) rows)" }.joined(separator: ", ")
    var lines = [
      "\(result.law.name): \(result.law.card.formula)",
      "\(result.groups.count) groups of \(column), fitted together: \(counted)",
      "Shared: \(result.shared.joined(separator: ", ")). Each group's own: \(own.isEmpty ? "nothing" : own.joined(separator: ", ")).",
    ]
    if result.averagedRows > 0 {
      lines.append(
        "Runs that repeat a size and length were averaged first: \(result.averagedRows) fewer rows."
      )
    }
    lines = lines.map { terminal.wrap($0) }
    lines.append("")
    let level = NumberFormat.significant(100 * result.fit.level, 3)
    var table = terminal.table([
      "parameter", .init(column), .number("value"),
      .number("\(level)% interval"),
      .number("fitted apart"),
    ])
    func row(_ name: String, _ group: Int?) {
      guard let value = result.parameter(name, group: result.groups[group ?? 0]) else { return }
      table.rows.append([
        name, group.map { result.groups[$0] } ?? "all", NumberFormat.significant(value.value, 5),
        value.low.isFinite
          ? "\(NumberFormat.significant(value.low, 4)) to \(NumberFormat.significant(value.high, 4))"
          : "",
        group.flatMap { group in
          result.apart.isEmpty
            ? nil : result.apart[group].value(of: name).map { NumberFormat.significant($0, 5) }
        } ?? "",
      ])
    }
    for name in result.shared { row(name, nil) }
    for name in own { for group in result.groups.indices { row(name, group) } }
    lines.append(terminal.render(table))
    lines += sentences.map { terminal.wrap($0) }
    lines += result.fit.warnings.map { terminal.wrap("Warning: \($0)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var sentences: [String] {
    func p(_ test: SharedFit.Test) -> String {
      "\(NumberFormat.probability("p", test.pValue, floor: 0.001)), F(\(test.extraParameters), \(test.degreesOfFreedom)) = \(NumberFormat.significant(test.statistic, 3))"
    }
    var result: [String] = []
    let list = self.result.shared.joined(separator: ", ")
    if let test = self.result.test {
      result.append(
        test.pValue < 0.05
          ? "Sharing \(list) is rejected (\(p(test))): the groups differ in more than their own parameters."
          : "Sharing \(list) is not rejected (\(p(test))).")
    } else if !self.result.shared.isEmpty {
      result.append(
        "The groups are too small to be fitted apart, so sharing \(list) cannot be tested as a whole."
      )
    }
    if self.result.each.count > 1 {
      let parts = self.result.each.map { "\($0.parameters[0]) \(p($0))" }
      result.append("One at a time, the others shared: \(parts.joined(separator: "; ")).")
    }
    if !self.result.further.isEmpty {
      let parts = self.result.further.map { "\($0.parameters[0]) \(p($0))" }
      result.append("Sharing one more: \(parts.joined(separator: "; ")).")
    }
    return result
  }
}
