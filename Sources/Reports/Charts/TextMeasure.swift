internal import Quantities

/// Estimated width of text in the sans-serif fonts that browsers pick.
///
/// Advance widths of Helvetica in thousandths of the font size, widened by 16 % because the
/// sans-serif font of some systems (DejaVu Sans) is that much wider than Helvetica. Charts use it to keep labels apart.
public enum TextMeasure {
  /// Width in pixels of one line of text at a font size in pixels.
  public static func width(_ text: String, fontSize: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + advance($1) } * fontSize * 1.16 / 1000
  }

  /// The text, or its beginning with "…" where it would be wider than `limit` pixels.
  static func truncated(_ text: String, fontSize: Double, limit: Double) -> String {
    guard width(text, fontSize: fontSize) > limit else { return text }
    var kept = text
    while !kept.isEmpty, width(kept + "…", fontSize: fontSize) > limit { kept.removeLast() }
    return kept + "…"
  }

  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ", "/", "[", "]": 280
    case "f", "t", "r", "(", ")", "-", "\"", "*": 340
    case "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹", "⁻", "·": 350
    case "c", "k", "s", "v", "x", "y", "z", "J": 500
    case "m", "M", "W", "%", "@", "…", "—": 890
    case "w", "C", "D", "G", "H", "N", "O", "Q", "R", "U": 740
    case "A", "B", "E", "K", "P", "S", "V", "X", "Y": 667
    default:
      // Combining marks take no room; East Asian text and emoji take a full em.
      (0x300...0x36F).contains(scalar.value)
        ? 0
        : scalar.value >= 0x1100 && scalar.value < 0x2000
          || scalar.value >= 0x2E80 ? 1000 : 580
    }
  }
}
