internal import Files
internal import Quantities
internal import RunTables

/// The numbers behind a figure, as a table that anyone can read.
public struct FigureData: Sendable {
  /// One value.
  public enum Cell: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral
  {
    /// Words.
    case text(String)
    /// A number; written with seven significant digits, empty when it is not a number.
    case number(Double)

    /// Words.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }

    var csv: String {
      switch self {
      case .number(let value):
        if value.isNaN { return "" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        // 1e9 is shorter than 1000000000, and every reader of tables understands it.
        return abs(value) >= 1e7
          ? NumberFormat.flops(value, digits: 7) : NumberFormat.significant(value, 7)
      case .text(let words):
        return CSVText.cell(SpreadsheetText.inert(words), quoting: .necessary)
      }
    }
  }

  /// Names of the columns.
  public var columns: [String]
  /// The rows, one cell per column.
  public var rows: [[Cell]]

  /// A table of cells.
  public init(columns: [String], rows: [[Cell]]) {
    self.columns = columns
    self.rows = rows
  }

  /// A table of numbers only.
  public init(columns: [String], numbers: [[Double]]) {
    self.init(columns: columns, rows: numbers.map { $0.map(Cell.number) })
  }

  /// As comma-separated values with a heading (RFC 4180, with plain newlines); more rows than the
  /// limit are thinned evenly, first and last kept.
  public func csv(limit: Int = .max) -> String {
    let heading = columns.map { Cell.text($0).csv }.joined(separator: ",")
    let lines = Self.thinned(rows, to: limit).map { $0.map(\.csv).joined(separator: ",") }
    return ([heading] + lines).joined(separator: "\n") + "\n"
  }

  static func thinned<Row>(_ rows: [Row], to limit: Int) -> [Row] {
    guard rows.count > limit, limit > 1 else { return rows }
    // Rounding evenly spaced places hits both ends and never the same row twice.
    return (0..<limit).map { rows[($0 * (rows.count - 1) + (limit - 1) / 2) / (limit - 1)] }
  }
}

extension Chart {
  /// Everything the chart draws, one row per mark.
  ///
  /// Columns: `series` (the label of the layer or its kind), `x`, `y`, `low`, `high`, `note`.
  /// Grids have their value in `note`.
  public func data() -> FigureData {
    var rows: [[FigureData.Cell]] = []
    func add(
      _ series: String, _ x: Double, _ y: Double, _ low: Double = .nan, _ high: Double = .nan,
      _ note: FigureData.Cell = ""
    ) {
      rows.append([.text(series), .number(x), .number(y), .number(low), .number(high), note])
    }
    func grid(_ name: String, _ xs: [Double], _ ys: [Double], _ values: [[Double]]) {
      for (y, row) in zip(ys, values) {
        for (x, value) in zip(xs, row) { add(name, x, y, .nan, .nan, .number(value)) }
      }
    }
    for layer in layers {
      switch layer {
      case .points(let layer):
        for point in layer.points {
          let kind = layer.label ?? "points"
          add(
            point.isHollow ? kind + " (hollow)" : kind, point.x, point.y, point.low ?? .nan,
            point.high ?? .nan, .text(point.title ?? ""))
        }
      case .line(let layer):
        for (x, y) in zip(layer.xs, layer.ys) { add(layer.label ?? "line", x, y) }
      case .band(let layer):
        for (x, (low, high)) in zip(layer.xs, zip(layer.low, layer.high)) {
          add(layer.label ?? "band", x, .nan, low, high)
        }
      case .rule(let layer):
        let isVertical = layer.orientation == .vertical
        add(
          "rule", isVertical ? layer.value : .nan, isVertical ? .nan : layer.value, .nan, .nan,
          .text(layer.label ?? ""))
      case .contour(let layer): grid("contour", layer.xs, layer.ys, layer.values)
      case .heat(let layer):
        grid(
          layer.label ?? "cells", middles(layer.xEdges), middles(layer.yEdges), layer.values)
      case .bars(let layer):
        for bar in layer.bars {
          add(
            layer.label ?? "bars", bar.value, Double(bar.category), bar.low ?? .nan,
            bar.high ?? .nan, .text(categoryName(bar.category)))
        }
      case .text(let layer):
        for label in layer.labels { add("text", label.x, label.y, .nan, .nan, .text(label.text)) }
      }
    }
    return FigureData(columns: ["series", "x", "y", "low", "high", "note"], rows: rows)
  }

  private func categoryName(_ index: Int) -> String {
    guard case .category(let names) = y.scale, names.indices.contains(index) else { return "" }
    return names[index]
  }

  private func middles(_ edges: [Double]) -> [Double] {
    zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }
  }
}
