/// How text is cut into words before bytes are merged; merges never cross a cut.
///
/// The patterns are those of published tokenizers, recognised by the text of their regular
/// expression and matched by hand: a scan that looks at each character once. Bytes that are not
/// UTF-8 count as punctuation, one character each. What is a letter or a digit is decided by the
/// Unicode version of the Swift runtime (17 in Swift 6.3), so letters newer than another
/// implementation's tables may be cut differently there.
public enum WordPattern: String, Sendable, Hashable, CaseIterable {
  /// The pattern of GPT-2: English contractions; runs of letters, of digits and of other signs,
  /// each with at most one space before; white space.
  case gpt2
  /// The pattern of GPT-4 (`cl100k`) and LLaMA 3: letters with any one sign before, digits in
  /// groups of at most three, signs with the line ends after them.
  case llama3
  /// No cut: the whole text is one word.
  case wholeText

  /// The regular expression as tokenizer files spell it; nil for no cut.
  public var regularExpression: String? {
    switch self {
    case .gpt2:
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    case .wholeText: nil
    }
  }

  /// Recognises the regular expression of a published tokenizer, in one of the equivalent spellings
  /// in use.
  public init?(regularExpression: String) {
    let contractions = #"'(?i:[sdmt]|ll|ve|re)"#
    let spellings: [String: WordPattern] = [
      #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: .gpt2,
      contractions + #"|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#: .llama3,
      contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#: .llama3,
    ]
    let known = WordPattern.allCases.first { $0.regularExpression == regularExpression }
    guard let pattern = known ?? spellings[regularExpression] else { return nil }
    self = pattern
  }

  /// The words of a text as ranges of its bytes, which follow each other without gaps.
  public func wordRanges(in bytes: [UInt8]) -> [Range<Int>] {
    bytes.withUnsafeBufferPointer { buffer in
      let scanner = WordScanner(buffer, pattern: self)
      var ranges: [Range<Int>] = []
      var start = 0
      while start < buffer.count {
        let end = scanner.wordEnd(from: start)
        ranges.append(start..<end)
        start = end
      }
      return ranges
    }
  }
}
