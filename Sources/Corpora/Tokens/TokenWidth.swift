/// Whether the tokens of a file without a header have 16 or 32 bits, by what is in it.
struct TokenWidth {
  /// In bytes.
  var width: Int
  /// What told it, where it was not the usual 16 bits.
  var note: String?

  /// Files of fewer 32-bit tokens do not show which they are.
  private static let fewest = 8

  /// Looks at all tokens of a file; throws ``TextCorpusError`` where they fit neither width or
  /// both.
  init(
    of bytes: UnsafeRawBufferPointer, path: String, vocabularyCount: Int?
  ) throws(TextCorpusError) {
    let most = vocabularyCount ?? .max
    let size = bytes.count
    func narrow(_ index: Int) -> Int {
      Int(
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
    }
    func wide(_ index: Int) -> Int {
      Int(
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
    }
    guard size % 2 == 0 else {
      throw TextCorpusError(
        source: path, problem: "its \(size) bytes are no whole number of tokens of 2 or 4 bytes")
    }
    let wrongNarrow = (0..<size / 2).first { narrow($0) >= most }
    let wrongWide = size % 4 == 0 ? (0..<size / 4).first { wide($0) >= most } : nil
    let fitsWide = size % 4 == 0 && wrongWide == nil
    if let vocabularyCount, vocabularyCount > 1 << 16 {
      guard fitsWide else {
        throw TextCorpusError(
          source: path,
          problem:
            "\(Self.wide(wrongWide.map { ($0, wide($0)) })), and 16 bits hold the numbers below "
            + "65536 alone, but the vocabulary has \(vocabularyCount) tokens: larger ones were "
            + "wrapped when the file was written; write 32 bits a token")
      }
      width = 4
      note = "32 bits a token, as its vocabulary needs"
      return
    }
    // Without a vocabulary any number fits; zeros alone tell.
    let hasUpperZeros = size % 4 == 0 && (0..<size / 4).allSatisfy { narrow(2 * $0 + 1) == 0 }
    switch (wrongNarrow, fitsWide && (vocabularyCount != nil || hasUpperZeros)) {
    case (nil, false):
      width = 2
    case (_?, true):
      width = 4
      note = "32 bits a token, for as 16 bits they do not fit the vocabulary"
    case (nil, true):
      // Both fit only where every second number of 16 bits is 0.
      guard size / 4 >= Self.fewest, (0..<size / 4).contains(where: { narrow(2 * $0) != 0 }) else {
        throw TextCorpusError(
          source: path, problem: "its \(size) bytes may be tokens of 16 or of 32 bits; say which",
          setting: "token-bits")
      }
      width = 4
      note = "32 bits a token, for every second number of 16 bits is 0"
    case (let place?, false):
      throw TextCorpusError(
        source: path,
        problem: "token \(place) is \(narrow(place)) as 16 bits, and "
          + "\(Self.wide(wrongWide.map { ($0, wide($0)) })), but the vocabulary has "
          + "\(most) tokens")
    }
  }

  private static func wide(_ wrong: (place: Int, token: Int)?) -> String {
    guard let wrong else { return "its bytes are no whole number of 32-bit tokens" }
    return "token \(wrong.place) is \(wrong.token) as 32 bits"
  }
}
