internal import Quantities
public import ScalingLaws

/// The optima of a sweep as a person reads them in a terminal.
public struct SweepSummary {
  let record: SweepRecord

  /// The optima of a sweep.
  public init(_ record: SweepRecord) { self.record = record }

  /// The optimum of each cell with its interval, or the bound.
  public func text(_ terminal: Terminal) -> String {
    let keys = ["N", "D"].filter { key in record.cells.contains { $0.columns[key] != nil } }
    let others = Set(record.cells.flatMap(\.columns.keys)).subtracting(["N", "D"]).sorted()
    var table = terminal.table(
      (keys + others).map { .number($0) }
        + record.axes.map { .number("best \($0)") }
        + [.number("loss"), .number("runs")])
    for cell in record.cells {
      table.rows.append(
        (keys + others).map { key in
          cell.columns[key].map {
            keys.contains(key) ? NumberFormat.scale($0) : NumberFormat.significant($0, 3)
          } ?? "–"
        } + record.axes.map { axis in cell.optimum[axis].map(Self.interval) ?? "–" }
          + [NumberFormat.significant(cell.loss, 4), "\(cell.used)/\(cell.runs)"])
    }
    return terminal.render(table) + terminal.wrap(method) + "\n"
  }

  /// How the optima were found and what they cost to miss.
  private var method: String {
    let isOne = record.axes.count == 1
    let near =
      record.window.map {
        isOne
          ? "through the runs within \(NumberFormat.percent($0)) of the lowest loss"
          : "with runs \(NumberFormat.percent($0)) above the lowest loss counting half"
      } ?? "through all runs"
    let curve = record.degree == 2 ? (isOne ? "parabola" : "quadratic surface") : "cubic"
    var text =
      "Best values by a \(curve) of ln loss in ln \(record.axes.joined(separator: ", ln ")) \(near) of each cell (used/runs), with \(NumberFormat.percent(record.level, decimals: 0)) intervals."
    let costs = record.axes.compactMap { axis -> String? in
      let known = record.cells.compactMap { $0.optimum[axis]?.costOfFactorTwo }.sorted()
      guard !known.isEmpty else { return nil }
      return
        "\(NumberFormat.percent(known[known.count / 2], decimals: 2)) of the loss for \(axis)"
    }
    if !costs.isEmpty {
      text += " A factor of two beside the optimum costs \(costs.joined(separator: ", "))."
    }
    let edges = record.cells.flatMap { $0.optimum.values }.filter { $0.kind != .inside }.count
    if edges > 0 {
      text +=
        " \(edges) \(edges == 1 ? "optimum lies" : "optima lie") at an edge of the sweep: bounds, not estimates."
    }
    return text
  }

  /// `0.0012 [0.001, 0.0014]`, `at least 0.01`, or an interval that the sweep does not close.
  static func interval(_ axis: SweepRecord.Axis) -> String {
    func number(_ x: Double) -> String {
      x >= 1e4 ? NumberFormat.scale(x) : NumberFormat.significant(x, 3)
    }
    func end(_ x: Double) -> String {
      x >= 1e4 ? NumberFormat.scale(x, digits: 2) : NumberFormat.significant(x, 2)
    }
    switch axis.kind {
    case .atLeast: return "at least \(number(axis.low ?? axis.value))"
    case .atMost: return "at most \(number(axis.high ?? axis.value))"
    case .inside:
      let value = number(axis.value)
      switch (axis.low, axis.high) {
      case (let low?, let high?): return "\(value) [\(end(low)), \(end(high))]"
      case (let low?, nil): return "\(value) [≥ \(end(low))]"
      case (nil, let high?): return "\(value) [≤ \(end(high))]"
      case (nil, nil): return "\(value) [not determined]"
      }
    }
  }
}
