/// A table on a page.
public struct ReportTable: Sendable {
  /// What the table shows; empty for none.
  var caption: String
  /// Headings and alignments.
  public var columns: [TextTable.Column]
  /// The rows; missing cells are empty, surplus ones are left out.
  public var rows: [[String]]
  /// Rows in bold, counted from zero, such as the chosen law.
  var emphasizedRows: Set<Int>
  /// Explanation below the table; empty for none.
  var note: String

  /// A table on a page.
  public init(
    caption: String = "", columns: [TextTable.Column], rows: [[String]],
    emphasizedRows: Set<Int> = [], note: String = ""
  ) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.emphasizedRows = emphasizedRows
    self.note = note
  }

  /// The same table for a terminal.
  public func textTable(
    widthLimit: Int? = 80, overflow: TextTable.Overflow = .truncate
  ) -> TextTable {
    TextTable(columns: columns, rows: rows, widthLimit: widthLimit, overflow: overflow)
  }
}
