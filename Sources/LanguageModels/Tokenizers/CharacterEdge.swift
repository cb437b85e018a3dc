/// The characters on both sides of a place in UTF-8 text.
enum CharacterEdge {
  /// The character that begins at a place; nil at the end and where the bytes are not UTF-8.
  static func scalar(at index: Int, in text: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
    guard index < text.count else { return nil }
    var iterator = text[index..<min(index + 4, text.count)].makeIterator()
    var decoder = UTF8()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return scalar
  }

  /// The character that ends before a place; nil at the start and where the bytes are not UTF-8.
  static func scalar(before index: Int, in text: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
    var start = index - 1
    while start > 0, start > index - 4, text[start] & 0xC0 == 0x80 { start -= 1 }
    guard start >= 0, let scalar = scalar(at: start, in: text),
      UTF8.width(scalar) == index - start
    else { return nil }
    return scalar
  }

  static func spaceStart(before index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var start = index
    while let scalar = scalar(before: start, in: text), scalar.properties.isWhitespace {
      start -= UTF8.width(scalar)
    }
    return start
  }

  static func spaceEnd(after index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var end = index
    while let scalar = scalar(at: end, in: text), scalar.properties.isWhitespace {
      end += UTF8.width(scalar)
    }
    return end
  }

  /// Whether a character is of a word: `\w` of regular expressions (Unicode's technical standard
  /// 18, annex C).
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }
}
