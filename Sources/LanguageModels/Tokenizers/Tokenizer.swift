/// Text to token numbers and back, without loss for any bytes.
///
/// A conforming type is a bijection between byte strings and the token sequences that its
/// `encode` gives out: `decode(encode(x)) == x` holds for every byte string, valid UTF-8 or not,
/// unless an added token takes the white space beside it.
public protocol Tokenizer: Sendable {
  /// The number of token numbers, special tokens included: every token is below it.
  var vocabularyCount: Int { get }
  /// The tokens that stand for no text, in the order of their numbers.
  var specialTokens: [SpecialToken] { get }
  /// The token that ends a document, if the vocabulary has one.
  var endOfText: Int32? { get }
  /// The tokens that the model's own library puts around a text. `encode` never adds them;
  /// ``Tokenizer/encodeWhole(_:specialTokens:)`` does.
  var template: TextTemplate { get }
  /// A hash of everything that decides how text is cut; equal tokenizers have equal ones, in any
  /// process.
  var fingerprint: UInt64 { get }

  /// Appends the tokens of some bytes. The text is normally UTF-8; `specialTokens` says whether the
  /// spelling of a special token within it means that token.
  func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specialTokens: SpecialTokenSpelling,
    appendingTo tokens: inout [Int32])

  /// Appends the bytes that a token stands for: none for special tokens and for numbers outside
  /// the vocabulary (a model's embedding may be padded beyond it).
  func appendBytes(of token: Int32, to bytes: inout [UInt8])

  /// The number of bytes of text that a token stands for; 0 for a special token.
  func byteCount(of token: Int32) -> Int
}

/// A token that stands for no text, such as the end of a document.
public struct SpecialToken: Sendable, Hashable {
  /// The token's number.
  public var token: Int32
  /// How the token is spelled, e.g. `<|endoftext|>`.
  public var spelling: String

  /// Names a special token.
  public init(token: Int32, spelling: String) {
    self.token = token
    self.spelling = spelling
  }
}

/// What the spelling of a special token means when it occurs in text that is being encoded.
public enum SpecialTokenSpelling: Sendable, Hashable {
  /// It is text like any other: right for documents, whose authors are not to be trusted with
  /// control tokens (`encode_special_tokens` of PyPI `tokenizers`). Added tokens that are not
  /// special are found all the same.
  case isText
  /// It is the special token: what PyPI `tokenizers` does, and right for prompts written by hand.
  case isToken
}

extension Tokenizer {
  /// Nothing is put around a text.
  public var template: TextTemplate { TextTemplate() }

  /// The tokens of a whole text with those that the template puts around it, as the model was
  /// trained to see it: `encode` of PyPI `tokenizers`. The text is normally UTF-8; `specialTokens`
  /// says whether the spelling of a special token within it means that token.
  public func encodeWhole(
    _ bytes: [UInt8], specialTokens: SpecialTokenSpelling = .isText
  ) -> [Int32] {
    template.before + encode(bytes, specialTokens: specialTokens) + template.after
  }

  /// The tokens of a text.
  public func encode(_ text: String, specialTokens: SpecialTokenSpelling = .isText) -> [Int32] {
    encode(Array(text.utf8), specialTokens: specialTokens)
  }

  /// The tokens of some bytes.
  public func encode(_ bytes: [UInt8], specialTokens: SpecialTokenSpelling = .isText) -> [Int32] {
    var tokens: [Int32] = []
    bytes.withUnsafeBufferPointer {
      encode($0, specialTokens: specialTokens, appendingTo: &tokens)
    }
    return tokens
  }

  /// The bytes that some tokens stand for.
  public func decodeBytes(_ tokens: some Sequence<Int32>) -> [UInt8] {
    var bytes: [UInt8] = []
    for token in tokens { appendBytes(of: token, to: &bytes) }
    return bytes
  }

  /// The text that some tokens stand for; bytes that are not UTF-8, such as a character cut in
  /// two, become U+FFFD.
  public func decode(_ tokens: some Sequence<Int32>) -> String {
    String(decoding: decodeBytes(tokens), as: UTF8.self)
  }

  /// The mean number of bytes of text a token stands for over some tokens; special tokens count as
  /// tokens of no bytes. Not a number for no tokens.
  public func bytesPerToken(_ tokens: some Sequence<Int32>) -> Double {
    var bytes = 0
    var count = 0
    for token in tokens {
      bytes += byteCount(of: token)
      count += 1
    }
    return Double(bytes) / Double(count)
  }
}
