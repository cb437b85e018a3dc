/// Sentences in lines that fit a terminal.
enum Paragraph {
  /// A text broken at spaces, its later lines indented.
  ///
  /// - Parameters:
  ///   - text: one paragraph.
  ///   - width: the longest line, in characters.
  ///   - indent: spaces before all lines but the first.
  static func wrapped(_ text: String, width: Int, indent: Int = 0) -> String {
    guard text.count > width else { return text }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
