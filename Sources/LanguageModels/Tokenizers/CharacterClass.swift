/// The classes that the word patterns of byte-level tokenizers tell apart.
enum CharacterClass {
  static let other: UInt8 = 0
  /// `\p{L}`
  static let letter: UInt8 = 1
  /// `\p{N}`
  static let number: UInt8 = 2
  /// `\s` but for carriage return and line feed.
  static let space: UInt8 = 3
  static let newline: UInt8 = 4

  /// The class of every scalar below U+40000; letters and numbers end in the ideographic planes 2
  /// and 3, so everything above is `other`.
  ///
  /// A table, since asking the standard library for each character costs more than the rest of
  /// the tokenizer; it takes a few milliseconds, once.
  static let table: [UInt8] = (UInt32(0)..<0x40000).map { value in
    guard let scalar = Unicode.Scalar(value) else { return other }
    if scalar == "\n" || scalar == "\r" { return newline }
    if scalar.properties.isWhitespace { return space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return letter
    case .decimalNumber, .letterNumber, .otherNumber: return number
    default: return other
    }
  }
}
