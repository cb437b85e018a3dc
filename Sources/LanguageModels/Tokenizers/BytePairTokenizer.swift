internal import Files
internal import Synchronization

/// Byte-level byte-pair encoding, as GPT-2, GPT-4 and LLaMA 3 use it.
///
/// Text is cut into words by a ``WordPattern``; each word starts as its bytes, and the pair of
/// neighbours whose merge was learnt earliest becomes one token until no known pair is left.
/// Vocabularies come from ``BytePairTraining`` or from a Hugging Face `tokenizer.json`
/// (``init(contentsOf:)``), for which the tokens equal those of PyPI `tokenizers`.
///
/// A tokenizer may be used from several threads at once.
public final class BytePairTokenizer: Tokenizer {
  /// How text is cut into words.
  public let pattern: WordPattern
  /// Whether a word that is a token as a whole is taken as it is, whatever the merges say
  /// (LLaMA 3).
  public let ignoresMergesForWholeWords: Bool
  /// The tokens with a meaning outside the text, in the order of their numbers.
  public let specialTokens: [SpecialToken]
  /// The tokens that a template puts before and after a text (`post_processor`), such as a
  /// begin-of-text token.
  public let template: TextTemplate
  /// A hash of the vocabulary, merges, pattern, added tokens and template.
  public let fingerprint: UInt64
  /// The token that ends a document: the special token spelled `<|endoftext|>`, `<|end_of_text|>`,
  /// `</s>` or `<|eot_id|>`, the first of these that there is.
  public let endOfText: Int32?

  let contents: Contents
  private let table: MergeTable
  private let byteTokens: [Int32]
  private let tokenBytes: [UInt8]
  private let tokenEnds: [Int]
  private let isSpecial: [Bool]
  private let finder: AddedTokenFinder
  /// The number of each token's bytes, for whole words; empty if merges always decide.
  private let wholeWords: ByteStringTable
  private let wholeWordTokens: [Int32]
  /// Caches that no thread is using; the lock is held only to take or return one.
  private let idleCaches = Mutex<[WordCache]>([])

  /// What a tokenizer is made of; checked before it comes here.
  struct Contents: Sendable {
    var pattern: WordPattern
    /// The bytes of each token; nil for numbers that are not in use.
    var vocabulary: [[UInt8]?]
    var merges: [(left: Int32, right: Int32, merged: Int32)]
    var ignoresMergesForWholeWords = false
    var added: [AddedToken] = []
    var template = TextTemplate()
  }

  init(_ contents: Contents) {
    self.contents = contents
    pattern = contents.pattern
    ignoresMergesForWholeWords = contents.ignoresMergesForWholeWords
    template = contents.template
    let added = contents.added.sorted { $0.token < $1.token }
    specialTokens = added.filter(\.isSpecial).map {
      SpecialToken(token: $0.token, spelling: $0.spelling)
    }
    let special = specialTokens
    endOfText =
      ["<|endoftext|>", "<|end_of_text|>", "</s>", "<|eot_id|>"].lazy
      .compactMap { spelling in special.first { $0.spelling == spelling }?.token }.first
    table = MergeTable(contents.merges)
    finder = AddedTokenFinder(contents.added)

    var byteTokens = [Int32](repeating: 0, count: 256)
    var flat: [UInt8] = []
    var ends: [Int] = []
    var wholeWords = ByteStringTable()
    var wholeWordTokens: [Int32] = []
    let outside = Set(added.filter { !$0.isInVocabulary }.map(\.token))
    for (token, bytes) in contents.vocabulary.enumerated() {
      flat += bytes ?? []
      ends.append(flat.count)
      guard let bytes, !outside.contains(Int32(token)) else { continue }
      if bytes.count == 1 { byteTokens[Int(bytes[0])] = Int32(token) }
      if contents.ignoresMergesForWholeWords,
        bytes.withUnsafeBufferPointer({ wholeWords.insert($0).isNew })
      {
        wholeWordTokens.append(Int32(token))
      }
    }
    self.byteTokens = byteTokens
    tokenBytes = flat
    tokenEnds = ends
    self.wholeWords = wholeWords
    self.wholeWordTokens = wholeWordTokens
    var isSpecial = [Bool](repeating: false, count: ends.count)
    for token in special { isSpecial[Int(token.token)] = true }
    self.isSpecial = isSpecial
    fingerprint = Self.fingerprint(of: contents)
  }

  /// The number of token numbers, special tokens included.
  public var vocabularyCount: Int { tokenEnds.count }

  /// The merges in the order in which they were learnt, as pairs of tokens.
  public var merges: [(left: Int32, right: Int32)] {
    contents.merges.map { ($0.left, $0.right) }
  }

  /// Appends the tokens of some bytes.
  public func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, specialTokens: SpecialTokenSpelling,
    appendingTo tokens: inout [Int32]
  ) {
    var cache = idleCaches.withLock { $0.popLast() } ?? WordCache()
    finder.forEachPiece(of: bytes, specialTokens: specialTokens) { piece in
      switch piece {
      case .token(let token): tokens.append(token)
      case .text(let part): encodeText(part, cache: &cache, to: &tokens)
      }
    }
    let used = cache
    idleCaches.withLock { $0.append(used) }
  }

  private func encodeText(
    _ bytes: UnsafeBufferPointer<UInt8>, cache: inout WordCache, to tokens: inout [Int32]
  ) {
    let scanner = WordScanner(bytes, pattern: pattern)
    var start = 0
    while start < bytes.count {
      let end = scanner.wordEnd(from: start)
      let word = UnsafeBufferPointer(rebasing: bytes[start..<end])
      start = end
      if word.count == 1 {
        tokens.append(byteTokens[Int(word[0])])
      } else if word.count <= WordCache.longestWord {
        cache.append(word, to: &tokens) { encodeWord(word, into: &$0) }
      } else {
        encodeWord(word, into: &cache.symbols)
        tokens.append(contentsOf: cache.symbols)
      }
    }
  }

  private func encodeWord(_ word: UnsafeBufferPointer<UInt8>, into symbols: inout [Int32]) {
    symbols.removeAll(keepingCapacity: true)
    if ignoresMergesForWholeWords, let index = wholeWords.index(of: word) {
      symbols.append(wholeWordTokens[index])
      return
    }
    for byte in word { symbols.append(byteTokens[Int(byte)]) }
    table.merge(&symbols)
  }

  /// Appends the bytes that a token stands for.
  public func appendBytes(of token: Int32, to bytes: inout [UInt8]) {
    guard let range = byteRange(of: token) else { return }
    bytes.append(contentsOf: tokenBytes[range])
  }

  /// The number of bytes of text that a token stands for; 0 for a special token.
  public func byteCount(of token: Int32) -> Int { byteRange(of: token)?.count ?? 0 }

  /// The bytes of a token as its vocabulary spells them, special tokens included; nil for numbers
  /// that are not in use.
  public func spelling(of token: Int32) -> [UInt8]? {
    guard token >= 0, Int(token) < contents.vocabulary.count else { return nil }
    return contents.vocabulary[Int(token)]
  }

  /// The same tokenizer that puts nothing around a text.
  public func withoutTemplate() -> BytePairTokenizer {
    var contents = contents
    contents.template = TextTemplate()
    return BytePairTokenizer(contents)
  }

  private func byteRange(of token: Int32) -> Range<Int>? {
    let index = Int(token)
    guard index >= 0, index < tokenEnds.count, !isSpecial[index] else { return nil }
    return (index == 0 ? 0 : tokenEnds[index - 1])..<tokenEnds[index]
  }

  private static func fingerprint(of contents: Contents) -> UInt64 {
    var hash: UInt64 = contents.ignoresMergesForWholeWords ? 1 : 0
    func add(_ bytes: [UInt8]) {
      bytes.withUnsafeBytes { hash = StableHash.hash($0, seed: hash) }
    }
    add(Array(contents.pattern.rawValue.utf8))
    for bytes in contents.vocabulary { add(bytes ?? [0xFF, 0]) }
    var words: [UInt8] = []
    for merge in contents.merges {
      for value in [merge.left, merge.right, merge.merged] {
        withUnsafeBytes(of: value.littleEndian) { words.append(contentsOf: $0) }
      }
    }
    add(words)
    for token in contents.added {
      add(Array(token.definition.utf8))
    }
    // Without a template what it was before templates counted.
    if !contents.template.isEmpty {
      add(Array("\(contents.template.before) \(contents.template.after)".utf8))
    }
    return hash
  }
}
