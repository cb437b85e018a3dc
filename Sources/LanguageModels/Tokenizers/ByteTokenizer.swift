/// One token a byte, and one more for the end of a document.
///
/// Tokens 0 to 255 are the bytes themselves and 256 is the end of text, so the vocabulary has 257
/// tokens and nothing needs to be trained or stored.
public struct ByteTokenizer: Tokenizer, Hashable {
  /// The tokenizer; there is only one.
  public init() {}

  /// 257: the bytes and the end of text.
  public var vocabularyCount: Int { 257 }
  /// The end of text, spelled `<|endoftext|>`.
  public var specialTokens: [SpecialToken] {
    [SpecialToken(token: 256, spelling: "<|endoftext|>")]
  }
  /// 256.
  public var endOfText: Int32? { 256 }
  /// A constant.
  public var fingerprint: UInt64 { 0x6279_7465_0000_0101 }

  /// Appends one token for each byte, or the end of text where its spelling is to mean it.
  public func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specialTokens: SpecialTokenSpelling,
    appendingTo tokens: inout [Int32]
  ) {
    guard specialTokens == .isToken else {
      tokens.append(contentsOf: bytes.lazy.map { Int32($0) })
      return
    }
    let end = AddedToken(token: 256, spelling: "<|endoftext|>", isSpecial: true)
    AddedTokenFinder([end]).forEachPiece(of: bytes, specialTokens: .isToken) { piece in
      switch piece {
      case .text(let part): tokens.append(contentsOf: part.lazy.map { Int32($0) })
      case .token(let token): tokens.append(token)
      }
    }
  }

  /// Appends the byte, if the token is one.
  public func appendBytes(of token: Int32, to bytes: inout [UInt8]) {
    if let byte = UInt8(exactly: token) { bytes.append(byte) }
  }

  /// 1 for a byte, 0 for any other token.
  public func byteCount(of token: Int32) -> Int { (0..<256).contains(token) ? 1 : 0 }
}
