/// Values of JSON (RFC 8259) that are written without an encoder.
public enum JSONText {
  /// How control characters are escaped.
  public enum Controls: Sendable, Hashable {
    /// All by number: `\u000a`.
    case numbered
    /// `\n`, `\r` and `\t` by letter.
    case lettered
  }

  /// A text in quotes.
  public static func string(_ text: String, controls: Controls = .numbered) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case "\n" where controls == .lettered: json += "\\n"
      case "\r" where controls == .lettered: json += "\\r"
      case "\t" where controls == .lettered: json += "\\t"
      case "\0"..<" ": json += "\\u" + UInt16(scalar.value).hexadecimal
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }

  /// The shortest number that reads back as the same double; NaN is `null`, infinities the texts
  /// `"inf"` and `"-inf"`, for which JSON has no number.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "null" }
    let text = CSVText.number(value)
    return value.isInfinite ? "\"\(text)\"" : text
  }
}
