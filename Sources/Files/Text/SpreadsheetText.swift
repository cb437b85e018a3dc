/// Text that a spreadsheet shows and does not run.
public enum SpreadsheetText {
  /// Text that begins like a formula with an apostrophe in front, by which spreadsheets know text.
  public static func inert(_ cell: String) -> String {
    guard let first = cell.utf8.first, "=+-@\t\r".utf8.contains(first), Double(cell) == nil else {
      return cell
    }
    return "'" + cell
  }
}
