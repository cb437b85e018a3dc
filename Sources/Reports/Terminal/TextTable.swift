internal import Quantities

/// A table for a terminal.
///
/// Columns are separated by two spaces. A table wider than its limit gives up width in its widest
/// text column first, by "…" or by wrapping. Two names that would be cut to the same letters are cut
/// in the middle, or wrapped where that does not tell them apart. Without a style no escape sequence
/// is written.
public struct TextTable: Sendable {
  /// Where the text of a column stands.
  public enum Alignment: Sendable, Hashable {
    /// At the left; for words.
    case leading
    /// At the right; for numbers.
    case trailing
  }

  /// What happens to text that does not fit.
  public enum Overflow: Sendable, Hashable {
    /// It ends with "…".
    case truncate
    /// It continues on the next line, broken at spaces where there are any.
    case wrap
  }

  /// Whether escape sequences may be used; a caller asks for `.ansi` only on a terminal.
  public enum Style: Sendable, Hashable {
    /// Characters only.
    case plain
    /// Bold headings and a faint line.
    case ansi
  }

  /// A column.
  public struct Column: Sendable, Hashable {
    /// Its heading.
    public var title: String
    var alignment: Alignment

    /// A column.
    public init(_ title: String, alignment: Alignment = .leading) {
      self.title = title
      self.alignment = alignment
    }

    /// A column of numbers, at the right.
    public static func number(_ title: String) -> Column { Column(title, alignment: .trailing) }
  }

  /// The columns.
  public var columns: [Column]
  /// The rows; missing cells are empty, surplus ones are left out.
  public var rows: [[String]]
  /// Largest width in terminal cells; nil for no limit.
  public var widthLimit: Int?
  /// What happens to text that does not fit.
  public var overflow: Overflow

  /// A table.
  public init(
    columns: [Column], rows: [[String]] = [], widthLimit: Int? = 80,
    overflow: Overflow = .truncate
  ) {
    self.columns = columns
    self.rows = rows
    self.widthLimit = widthLimit
    self.overflow = overflow
  }

  /// The table as lines that each end with a newline.
  public func render(style: Style = .plain) -> String {
    guard !columns.isEmpty else { return "" }
    let titles = columns.map { TerminalText.singleLine($0.title) }
    let cells = rows.map { row in
      columns.indices.map { $0 < row.count ? TerminalText.singleLine(row[$0]) : "" }
    }
    let widths = fittedWidths([titles] + cells)
    let cuts = columns.indices.map { column in cut(cells.map { $0[column] }, widths[column]) }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    var lines = block(titles, widths, cuts).map { style == .ansi ? "\u{1B}[1m\($0)\u{1B}[0m" : $0 }
    lines.append(style == .ansi ? "\u{1B}[2m\(rule)\u{1B}[0m" : rule)
    for row in cells { lines += block(row, widths, cuts) }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Widths of the columns: the natural ones, reduced where their sum exceeds the limit.
  private func fittedWidths(_ rows: [[String]]) -> [Int] {
    var widths = columns.indices.map { column in
      rows.map { TerminalText.width($0[column]) }.max() ?? 0
    }
    guard let widthLimit else { return widths }
    func excess() -> Int { widths.reduce(0, +) + 2 * (widths.count - 1) - widthLimit }
    // Numbers lose their meaning when cut: words give way first, down to eight cells.
    for (alignment, least) in [(Alignment.leading, 8), (.leading, 3), (.trailing, 3)] {
      while excess() > 0 {
        let shrinkable = widths.indices.filter {
          columns[$0].alignment == alignment && widths[$0] > least
        }
        guard let widest = shrinkable.max(by: { (widths[$0], -$0) < (widths[$1], -$1) })
        else { break }
        widths[widest] -= 1
      }
    }
    return widths
  }

  /// How the texts of a column are shortened.
  private enum Cut { case end, middle, wrap }

  /// The first way of shortening that keeps different texts different.
  private func cut(_ texts: [String], _ width: Int) -> Cut {
    if overflow == .wrap { return .wrap }
    let distinct = Set(texts)
    guard distinct.contains(where: { TerminalText.width($0) > width }) else { return .end }
    for (cut, shorten) in [
      (Cut.end, TerminalText.truncated), (.middle, TerminalText.truncatedInside),
    ] where Set(distinct.map { shorten($0, width) }).count == distinct.count {
      return cut
    }
    return .wrap
  }

  private func block(_ row: [String], _ widths: [Int], _ cuts: [Cut]) -> [String] {
    let cells = zip(row, zip(widths, cuts)).map { text, how in
      switch how.1 {
      case .end: [TerminalText.truncated(text, how.0)]
      case .middle: [TerminalText.truncatedInside(text, how.0)]
      case .wrap: TerminalText.wrapped(text, how.0)
      }
    }
    return (0..<(cells.map(\.count).max() ?? 0)).map { line in
      var result = ""
      for (index, cell) in cells.enumerated() {
        let text = line < cell.count ? cell[line] : ""
        let gap = String(repeating: " ", count: max(0, widths[index] - TerminalText.width(text)))
        if index > 0 { result += "  " }
        result += columns[index].alignment == .trailing ? gap + text : text + gap
      }
      while result.last == " " { result.removeLast() }
      return result
    }
  }
}

/// A text alone is a column of words.
extension TextTable.Column: ExpressibleByStringInterpolation {
  /// A column of words.
  public init(stringLiteral title: String) { self.init(title) }
}
