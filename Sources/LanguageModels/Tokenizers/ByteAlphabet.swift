/// The printable characters that byte-level vocabularies write for bytes.
///
/// GPT-2's table: printable Latin-1 characters stand for themselves and the other 68 bytes, in
/// their order, for U+0100 onwards (a space is `Ġ`, a line feed `Ċ`).
enum ByteAlphabet {
  static let scalars: [Unicode.Scalar] = {
    var shifted: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      if (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174 {
        return Unicode.Scalar(UInt8(byte))
      }
      defer { shifted += 1 }
      return Unicode.Scalar(shifted) ?? " "
    }
  }()

  /// The bytes in the order of their characters: the order of a fresh vocabulary.
  static let order: [UInt8] = (0..<256).map { UInt8($0) }
    .sorted { scalars[Int($0)].value < scalars[Int($1)].value }

  private static let bytes: [UInt32: UInt8] = Dictionary(
    uniqueKeysWithValues: scalars.enumerated().map { ($1.value, UInt8($0)) })

  /// The bytes that a vocabulary entry spells, or nil if a character is not of the alphabet.
  static func bytes(of spelling: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(spelling.utf8.count)
    for scalar in spelling.unicodeScalars {
      guard let byte = bytes[scalar.value] else { return nil }
      result.append(byte)
    }
    return result
  }

  static func spelling(of bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(scalars[Int(byte)]) }
    return String(text)
  }
}
