/// Simple LaTeX as plain text, by the rules of ``AnswerForm``.
struct PlainMath {
  private let text: UnsafeBufferPointer<UInt8>
  private var at = 0

  static func plain(_ answer: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var reader = PlainMath(answer)
    return shortened(reader.sequence(until: nil))
  }

  private init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  private static let silent: Set<String> = [
    "left", "right", "displaystyle", "textstyle", "limits", "quad", "qquad", "big", "Big", "bigl",
    "bigr", "Bigl", "Bigr", "circ", "degree", "boxed", "fbox", "text", "textbf", "textit", "textrm",
    "mbox", "mathrm", "mathbf", "mathit", "mathsf", "mathbb", "mathcal", "operatorname", "rm", "bf",
  ]

  private static let replaced: [String: String] = [
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "le": "<=", "leq": "<=", "ge": ">=",
    "geq": ">=", "ne": "!=", "neq": "!=", "lt": "<", "gt": ">", "pm": "+-", "infty": "inf",
    "pi": "pi",
  ]

  /// Plain text up to a closing brace, which is taken in, or to the end.
  private mutating func sequence(until closing: UInt8?) -> [UInt8] {
    var plain: [UInt8] = []
    while at < text.count {
      if let closing, text[at] == closing {
        at += 1
        return plain
      }
      plain += element(after: plain.last)
    }
    return plain
  }

  /// The next character, command or group.
  private mutating func element(after previous: UInt8?) -> [UInt8] {
    let byte = text[at]
    at += 1
    switch byte {
    case UInt8(ascii: "$"): return []
    case UInt8(ascii: "~"), 32, 9, 10, 13: return blank(after: previous)
    case UInt8(ascii: "\\"): return command(after: previous)
    case UInt8(ascii: "{"):
      let group = sequence(until: UInt8(ascii: "}"))
      let isScript = previous == UInt8(ascii: "^") || previous == UInt8(ascii: "_")
      return isScript && group.count > 1 ? Self.inParentheses(group) : group
    case UInt8(ascii: "^"):
      // An exponent that is a degree sign is none.
      for degrees in ["\\circ", "{\\circ}"] where starts(with: Array(degrees.utf8)) {
        at += degrees.utf8.count
        return []
      }
      return [byte]
    case 0xE2 where starts(with: [0x88, 0x92]):
      at += 2
      return [UInt8(ascii: "-")]
    case 0xC2 where starts(with: [0xB0]):
      at += 1
      return []
    default: return [byte]
    }
  }

  /// Blanks say nothing but between digits: `3 1/2` is three and a half, and `1 2` is two numbers.
  private mutating func blank(after previous: UInt8?) -> [UInt8] {
    while at < text.count, [32, 9, 10, 13, UInt8(ascii: "~")].contains(text[at]) { at += 1 }
    guard let previous, AnswerForm.isDigit(previous), at < text.count, AnswerForm.isDigit(text[at])
    else { return [] }
    var end = at
    while end < text.count, AnswerForm.isDigit(text[end]) { end += 1 }
    var below = end + 1
    while below < text.count, AnswerForm.isDigit(text[below]) { below += 1 }
    let isFraction = end < text.count && text[end] == UInt8(ascii: "/") && below > end + 1
    return [isFraction ? UInt8(ascii: "+") : 32]
  }

  private func starts(with bytes: [UInt8]) -> Bool {
    at + bytes.count <= text.count && text[at..<(at + bytes.count)].elementsEqual(bytes)
  }

  private mutating func command(after previous: UInt8?) -> [UInt8] {
    guard at < text.count else { return [] }
    guard AnswerForm.isLetter(text[at]) else {
      let sign = text[at]
      at += 1
      switch sign {
      case UInt8(ascii: "%"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "_"),
        UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "|"):
        return [sign]
      // Spaces, delimiters of formulas and the sign of a currency.
      default: return []
      }
    }
    let start = at
    while at < text.count, AnswerForm.isLetter(text[at]) { at += 1 }
    let name = String(decoding: text[start..<at], as: UTF8.self)
    switch name {
    case "frac", "dfrac", "tfrac", "cfrac":
      let (above, below) = (argument(), argument())
      let fraction = Self.factor(above) + [UInt8(ascii: "/")] + Self.factor(below)
      // A number before a fraction is its whole part.
      let isMixed = previous.map(AnswerForm.isDigit) ?? false
      return (isMixed ? [UInt8(ascii: "+")] : []) + fraction
    case "sqrt": return Array("sqrt".utf8) + Self.inParentheses(argument())
    default:
      if Self.silent.contains(name) { return [] }
      return Array((Self.replaced[name] ?? "\\\(name)").utf8)
    }
  }

  private mutating func argument() -> [UInt8] {
    while at < text.count, text[at] == 32 { at += 1 }
    return at < text.count ? element(after: nil) : []
  }

  /// A part of a fraction, in parentheses unless it is one number or name.
  private static func factor(_ part: [UInt8]) -> [UInt8] {
    let body = part.first == UInt8(ascii: "-") ? part.dropFirst() : part[...]
    let isSimple = body.allSatisfy {
      AnswerForm.isDigit($0) || AnswerForm.isLetter($0) || $0 == UInt8(ascii: ".")
    }
    return isSimple ? part : inParentheses(part)
  }

  private static func inParentheses(_ part: [UInt8]) -> [UInt8] {
    [UInt8(ascii: "(")] + part + [UInt8(ascii: ")")]
  }

  /// Without a full stop at the end, the parentheses of a single letter, and `x=` before a value.
  private static func shortened(_ plain: [UInt8]) -> [UInt8] {
    var plain = plain
    if plain.count > 1, plain.last == UInt8(ascii: ".") { plain.removeLast() }
    if plain.count == 3, plain[0] == UInt8(ascii: "("), AnswerForm.isLetter(plain[1]),
      plain[2] == UInt8(ascii: ")")
    {
      return [plain[1]]
    }
    if plain.count > 2, AnswerForm.isLetter(plain[0]), plain[1] == UInt8(ascii: "="),
      plain[2] != UInt8(ascii: "=")
    {
      plain.removeFirst(2)
    }
    return plain
  }
}
