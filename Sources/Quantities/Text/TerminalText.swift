/// Text measured in terminal cells.
public enum TerminalText {
  /// Width in cells: East Asian text and emoji take two, combining marks none.
  public static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

  /// 2 for East Asian characters and emoji, 0 for marks that join others, else 1.
  public static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x300...0x36F, 0x200B...0x200D: return 0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// The text on one line and without control characters: a column name must not be able to move
  /// the cursor or to change colours.
  public static func singleLine(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" || scalar == "\r" {
        result.append(" ")
      } else if scalar.properties.generalCategory != .control {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// The text, or its beginning with "…" where it is wider than `limit` cells.
  public static func truncated(_ text: String, _ limit: Int) -> String {
    guard width(text) > limit else { return text }
    var (kept, used) = ("", 0)
    for character in text {
      let step = width(character)
      if used + step > limit - 1 { break }
      kept.append(character)
      used += step
    }
    return limit > 0 ? kept + "…" : ""
  }

  /// The text, or its two ends around "…" where it is wider than `limit` cells.
  public static func truncatedInside(_ text: String, _ limit: Int) -> String {
    guard width(text) > limit, limit > 2 else { return truncated(text, limit) }
    let head = truncated(text, (limit + 1) / 2)
    var (tail, used) = ("", width(head))
    for character in text.reversed() {
      let step = width(character)
      if used + step > limit { break }
      tail.append(character)
      used += step
    }
    return head + String(tail.reversed())
  }

  /// The text in lines of at most `limit` cells, broken at spaces or, within long words, anywhere.
  public static func wrapped(_ text: String, _ limit: Int) -> [String] {
    guard limit > 0, width(text) > limit else { return [text] }
    var lines: [String] = []
    var (line, used) = ("", 0)
    for word in text.split(separator: " ") {
      let extent = width(String(word))
      if used > 0, used + 1 + extent <= limit {
        line += " " + word
        used += 1 + extent
        continue
      }
      if used > 0 { lines.append(line) }
      (line, used) = ("", 0)
      for character in word {
        let step = width(character)
        if used > 0, used + step > limit {
          lines.append(line)
          (line, used) = ("", 0)
        }
        line.append(character)
        used += step
      }
    }
    if used > 0 { lines.append(line) }
    return lines.isEmpty ? [""] : lines
  }

  /// Sentences broken at spaces into lines of at most `limit` cells, all but the first indented;
  /// words are never broken, and spaces at the beginning go.
  public static func paragraph(_ text: String, _ limit: Int, indent: Int = 0) -> String {
    var lines: [String] = []
    var (line, used) = ("", 0)
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let extent = width(String(word))
      if !line.isEmpty, used + 1 + extent > limit {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
        used = indent + extent
      } else {
        used += extent + (line.isEmpty ? 0 : 1)
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
