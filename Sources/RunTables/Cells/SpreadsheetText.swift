/// Text that a spreadsheet shows and does not run.
public enum SpreadsheetText {
  /// A cell of a table that is exported: text that begins like a formula gets an apostrophe in front,
  /// by which spreadsheets know text.
  ///
  /// - Parameter cell: text as it stands in a table; numbers are left alone.
  public static func inert(_ cell: String) -> String {
    guard let first = cell.utf8.first, "=+-@\t\r".utf8.contains(first), Double(cell) == nil else {
      return cell
    }
    return "'" + cell
  }
}
