/// Cells of comma-separated values (RFC 4180).
public enum CSVText {
  /// What makes a cell stand in quotes.
  public enum Quoting: Sendable, Hashable {
    /// A comma, a quote or the end of a line.
    case necessary
    /// Besides, what readers that guess the delimiter may take for one (`;`, tab, `|`), and a blank
    /// at an edge, which some cut off.
    case cautious
  }

  /// A text as a cell.
  public static func cell(_ text: String, quoting: Quoting = .cautious) -> String {
    var needsQuotes =
      quoting == .cautious
      && (text.utf8.first == UInt8(ascii: " ") || text.utf8.last == UInt8(ascii: " "))
    for byte in text.utf8 where !needsQuotes {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        needsQuotes = true
      case UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"):
        needsQuotes = quoting == .cautious
      default: break
      }
    }
    return needsQuotes ? quoted(text) : text
  }

  /// A text in quotes, those inside it doubled.
  public static func quoted(_ text: String) -> String {
    // By scalars: a quote with a combining accent behind it is another character.
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { result += "\"" }
      result.unicodeScalars.append(scalar)
    }
    return result + "\""
  }

  /// The shortest text that reads back as the same double: `7`, `0.1`, `1e+22`, `inf`; NaN is empty.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "" }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
