/// Which answers count as the same one in a vote.
///
/// `numeric` makes numbers of the same value one answer: `1`, `1.0`, `+1`, `01`, `1e0`, `1/1`, `1,000`
/// and `1000`, `1/2` and `0.5`, `50.0%` and `50%` (but not `0.5`). `math` also reads simple LaTeX, by
/// these rules in this order:
///
/// - `$`, `\(`, `\)`, `\[`, `\]`, `\boxed{x}` and the like, blanks and spacing commands, `\left`,
///   `\right`, `\displaystyle`, degree signs and a full stop at the end are left out; a blank between
///   two digits stays, for `1 2` is not `12`;
/// - `\text{x}`, `\mathrm{x}` and other commands of typeface are `x`;
/// - `\frac{a}{b}`, `\dfrac{a}{b}`, `\tfrac12` are `a/b`, and after a number `+a/b`, as `2 1/2` is; `\sqrt2` is `\sqrt{2}`; `\cdot` and `\times`
///   are `*`, `\le` and `\ge` `<=` and `>=`, `−` is `-`, `{,}` is `,`;
/// - `(B)` is `B`, and `x = 5` is `5`, for one letter.
///
/// Nothing is simplified beyond that: `2x` and `x*2` differ, and `1/3` is not `0.333`. Answers of more
/// than 256 bytes are compared as text.
public enum AnswerForm: String, Sendable, Hashable, Codable, CaseIterable {
  /// Answers of the same text, blanks around it left out.
  case exact
  /// Also numbers of the same value.
  case numeric
  /// Also simple LaTeX of the same value or text.
  case math

  /// The spelling that stands for an answer and all that count as the same.
  public func spelling(of answer: String) -> String {
    Array(answer.utf8).withUnsafeBufferPointer { bytes in
      let trimmed = OutcomeCells.trimmed(bytes)
      return String(decoding: rewritten(trimmed) ?? Array(trimmed), as: UTF8.self)
    }
  }

  /// The spelling that stands for a trimmed answer; nil where it is that already.
  func rewritten(_ answer: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard self != .exact, answer.count <= 256, !Self.isPlain(answer) else { return nil }
    if let number = ExactNumber.spelling(of: answer) { return number }
    guard self == .math else { return nil }
    let plain = PlainMath.plain(answer)
    return plain.withUnsafeBufferPointer { ExactNumber.spelling(of: $0) } ?? plain
  }

  /// Short whole numbers without a sign and words of letters alone stand for themselves.
  private static func isPlain(_ answer: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = answer.first else { return true }
    if isDigit(first) {
      guard answer.count <= 18, first != UInt8(ascii: "0") || answer.count == 1 else {
        return false
      }
      for byte in answer where !isDigit(byte) { return false }
      return true
    }
    for byte in answer where !isLetter(byte) && byte != UInt8(ascii: " ") { return false }
    return true
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 97 && byte | 0x20 <= 122 }
}
