/// Text of tables, files and checkpoints as it may be shown: without anything that a terminal obeys.
enum ShownText {
  /// The most of a message that is shown: what was found may be a whole file.
  private static let longest = 1000

  /// A message on one line.
  ///
  /// - Returns: the text with control characters spelt out, its middle left out where it is long.
  static func line(_ text: String) -> String {
    let shown = text.unicodeScalars.map(spelling).joined()
    guard shown.count > longest else { return shown }
    return "\(shown.prefix(longest / 2)) … \(shown.suffix(longest / 2))"
  }

  /// Lines of text; those that a table set in bold or faint stay so on a terminal. A file gets
  /// everything but NULs.
  static func block(_ text: String, isTerminal: Bool) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    guard isTerminal else {
      return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" }))
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      for style in ["\u{1B}[1m", "\u{1B}[2m"] where line.hasPrefix(style) {
        let end = "\u{1B}[0m"
        guard line.hasSuffix(end) else { break }
        let inside = line.dropFirst(style.count).dropLast(end.count)
        return style + inside.unicodeScalars.map(spelling).joined() + end
      }
      return line.unicodeScalars.map(spelling).joined()
    }.joined(separator: "\n")
  }

  /// Bytes of a text that comes piece by piece, a character perhaps cut in two.
  static func bytes(_ bytes: [UInt8]) -> [UInt8] {
    var shown: [UInt8] = []
    for (place, byte) in bytes.enumerated() {
      let isSecond = place > 0 && bytes[place - 1] == 0xC2
      if (byte < 0x20 && byte != 10 && byte != 9) || byte == 0x7F
        || (isSecond && (0x80...0x9F).contains(byte))
      {
        shown.append(UInt8(ascii: "?"))
      } else {
        shown.append(byte)
      }
    }
    return shown
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control && scalar != "\n"
  }

  /// A character as itself, or spelt out.
  private static func spelling(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\t": "\t"
    case _ where scalar.properties.generalCategory == .control:
      "\\u{\(String(scalar.value, radix: 16))}"
    default: String(scalar)
    }
  }
}
