internal import Quantities

/// What texts are laid out for: lines of some width, with bold and faint or without.
public struct Terminal: Sendable, Hashable {
  /// Cells of a line.
  public var width: Int
  /// Whether tables may use escape sequences.
  public var style: TextTable.Style

  /// A terminal.
  public init(width: Int = 80, style: TextTable.Style = .plain) {
    self.width = width
    self.style = style
  }

  /// Text broken at spaces; all lines but the first are indented.
  public func wrap(_ text: String) -> String {
    TerminalText.paragraph(text, width, indent: 2)
  }

  /// An empty table as wide as a line at most.
  public func table(
    _ columns: [TextTable.Column], overflow: TextTable.Overflow = .truncate
  ) -> TextTable {
    TextTable(columns: columns, widthLimit: width, overflow: overflow)
  }

  /// A table as lines that each end with a newline.
  public func render(_ table: TextTable) -> String { table.render(style: style) }
}
