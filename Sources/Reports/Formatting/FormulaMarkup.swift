/// Formulas as laws write them, `E + A/N^alpha`, set as formulas: letters in italics, exponents
/// raised, indices lowered, Greek names as letters.
///
/// A running text holds a formula between two characters of the private use area, which no keyboard
/// writes; ``inline(_:)`` puts them there. Where text is text they are taken out again.
enum FormulaMarkup {
  private static let open: Unicode.Scalar = "\u{E0F0}"
  private static let close: Unicode.Scalar = "\u{E0F1}"

  /// A formula for the middle of a running text.
  static func inline(_ formula: String) -> String { "\(open)\(formula)\(close)" }

  /// A text with its formulas as a terminal would write them.
  static func plain(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != open && $0 != close }))
  }

  /// A running text as HTML: escaped, its formulas set.
  static func html(_ text: String) -> String {
    guard text.unicodeScalars.contains(open) else { return MarkupText.escape(text) }
    var result = ""
    var part = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case open:
        result += MarkupText.escape(String(part))
        part = .init()
      case close:
        result += "<span class=\"formula\">\(typeset(String(part)))</span>"
        part = .init()
      default: part.append(scalar)
      }
    }
    return result + MarkupText.escape(String(part))
  }

  /// A formula alone as HTML.
  static func typeset(_ formula: String) -> String {
    var reader = Reader(Array(formula))
    return reader.all()
  }

  /// The name of a parameter where only characters can stand, as in a chart: `alpha_N` is "α_N".
  static func characters(_ name: String) -> String {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    return parts.map { Reader.greek[String($0)] ?? String($0) }.joined(separator: "_")
  }

  /// Reads a formula from left to right.
  private struct Reader {
    private let text: [Character]
    private var place = 0

    init(_ text: [Character]) { self.text = text }

    mutating func all() -> String {
      var result = ""
      while place < text.count { result += next() }
      return result
    }

    private mutating func next() -> String {
      let character = text[place]
      if character.isLetter { return name() }
      if character.isNumber { return number() }
      place += 1
      switch character {
      case "^": return "<sup>\(exponent())</sup>"
      // A hyphen would break a line where a minus does not.
      case "-": return "−"
      case "*": return isBetweenFactors ? "·" : "*"
      default: return MarkupText.escape(String(character))
      }
    }

    /// Whether the asterisk just read multiplies; in N* it does not.
    private var isBetweenFactors: Bool {
      place < text.count && place > 1 && text[place] != ")" && text[place] != ","
        && (text[place - 2] == " ") == (text[place] == " ")
    }

    private mutating func number() -> String {
      let start = place
      while place < text.count, text[place].isNumber || isPoint { place += 1 }
      return MarkupText.escape(String(text[start..<place]))
    }

    /// Whether a full stop stands within a number and does not end a sentence.
    private var isPoint: Bool {
      text[place] == "." && place + 1 < text.count && text[place + 1].isNumber
    }

    /// What stands after "^": a group without its brackets, else one signed name or number.
    private mutating func exponent() -> String {
      guard place < text.count else { return "" }
      if text[place] == "(" {
        let start = place + 1
        var depth = 0
        while place < text.count {
          if text[place] == "(" { depth += 1 }
          if text[place] == ")" { depth -= 1 }
          place += 1
          if depth == 0 { break }
        }
        let end = depth == 0 ? place - 1 : place
        var inner = Reader(Array(text[start..<max(start, end)]))
        return inner.all()
      }
      var sign = ""
      if text[place] == "-" || text[place] == "−" {
        sign = "−"
        place += 1
      }
      guard place < text.count, text[place].isLetter || text[place].isNumber else { return sign }
      return sign + next()
    }

    /// A name with its index: `alpha_N`, `L0`, `N_eff`, `share`.
    private mutating func name() -> String {
      let start = place
      while place < text.count, text[place].isLetter { place += 1 }
      let base = String(text[start..<place])
      var index = ""
      if place < text.count, text[place].isNumber, base.count == 1 || Self.greek[base] != nil {
        index = number()
      } else if place < text.count, text[place].isNumber {
        return base + number()
      } else if place + 1 < text.count, text[place] == "_",
        text[place + 1].isLetter || text[place + 1].isNumber
      {
        place += 1
        index = text[place].isNumber ? number() : name()
      }
      return letter(base) + (index.isEmpty ? "" : "<sub>\(index)</sub>")
    }

    private func letter(_ base: String) -> String {
      if let letter = Self.greek[base] { return "<i>\(letter)</i>" }
      if base == "sum" { return "∑" }
      // Words and functions stand upright, as exp and ln do.
      return base.count == 1 ? "<i>\(MarkupText.escape(base))</i>" : MarkupText.escape(base)
    }

    static let greek = [
      "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
      "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "rho": "ρ",
      "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω",
    ]
  }
}
