/// Text made safe for HTML and XML, in element content and in quoted attributes.
///
/// Works on Unicode scalars: a quotation mark followed by a combining accent is one Swift
/// `Character`, and escaping by character would let it through. Characters that XML 1.0
/// forbids become U+FFFD, so that a chart stays well-formed whatever a column is called.
enum MarkupText {
  static func escape(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      case "\t", "\n", "\r": result.append(scalar)
      default:
        let forbidden = scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF
        result.append(forbidden ? "\u{FFFD}" : scalar)
      }
    }
    return String(result)
  }

  /// A name that can serve as an element identifier and as a file name.
  static func slug(_ text: String) -> String {
    var result = ""
    for scalar in text.lowercased().unicodeScalars {
      let keep = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
      if keep {
        result.unicodeScalars.append(scalar)
      } else if !result.isEmpty, result.last != "-" {
        result.append("-")
      }
    }
    while result.last == "-" { result.removeLast() }
    return result.isEmpty ? "figure" : result
  }
}
