/// Learns a byte-pair vocabulary from text.
///
/// Text is counted word by word; then the most frequent pair of neighbouring tokens becomes a new
/// token, over and over. Of equally frequent pairs the one with the smaller left token wins, then
/// the smaller right one, so the result depends on the text alone and not on the order in which it
/// is counted. Merges equal those of PyPI `tokenizers` (`BpeTrainer` with the byte alphabet).
///
/// ```swift
/// var training = BytePairTraining(pattern: .gpt2)
/// training.count(Array("low lower lowest".utf8))
/// let tokenizer = try training.tokenizer(vocabularyCount: 300)
/// ```
public struct BytePairTraining: Sendable {
  /// How text is cut into words.
  public let pattern: WordPattern
  private var words = ByteStringTable(minimumCapacity: 1 << 16)
  private var counts: [Int] = []

  /// Starts with no text.
  public init(pattern: WordPattern = .gpt2) { self.pattern = pattern }

  /// The number of different words counted so far.
  public var distinctWordCount: Int { words.count }

  /// Counts the words of one document; words never reach across documents.
  public mutating func count(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { count($0) }
  }

  /// Counts the words of one document; words never reach across documents.
  public mutating func count(_ bytes: UnsafeBufferPointer<UInt8>) {
    let scanner = WordScanner(bytes, pattern: pattern)
    var start = 0
    while start < bytes.count {
      let end = scanner.wordEnd(from: start)
      let (index, isNew) = words.insert(UnsafeBufferPointer(rebasing: bytes[start..<end]))
      if isNew { counts.append(1) } else { counts[index] += 1 }
      start = end
    }
  }

  /// The tokenizer of a given size: 256 bytes, merges, and the end of text as the last token. At
  /// least 257 tokens must be wanted; fewer come out when the text has no more pairs to merge.
  ///
  /// - Throws: ``TokenizerError`` if the size is below 257 or no text was counted.
  public func tokenizer(
    vocabularyCount: Int, endOfText: String = "<|endoftext|>"
  ) throws(TokenizerError) -> BytePairTokenizer {
    guard vocabularyCount >= 257 else {
      throw TokenizerError(
        source: "byte-pair training", field: "vocabularyCount", found: "\(vocabularyCount)",
        expected: "at least 257: 256 bytes and the end of text")
    }
    guard words.count > 0 else {
      throw TokenizerError(
        source: "byte-pair training", field: "text", found: "no text", expected: "some bytes")
    }
    var vocabulary: [[UInt8]?] = ByteAlphabet.order.map { [$0] }
    var learner = PairLearner(words: words, counts: counts)
    var numbers = ByteStringTable(minimumCapacity: vocabularyCount)
    for bytes in vocabulary { (bytes ?? []).withUnsafeBufferPointer { _ = numbers.insert($0) } }
    var merges: [(left: Int32, right: Int32, merged: Int32)] = []
    while vocabulary.count < vocabularyCount - 1, let pair = learner.mostFrequent() {
      let left = vocabulary[Int(pair.left)] ?? []
      let bytes = left + (vocabulary[Int(pair.right)] ?? [])
      // Two different pairs may spell the same bytes; they make the same token.
      let (number, isNew) = bytes.withUnsafeBufferPointer { numbers.insert($0) }
      if isNew { vocabulary.append(bytes) }
      merges.append((pair.left, pair.right, Int32(number)))
      learner.merge(pair, into: Int32(number))
    }
    let end = Int32(vocabulary.count)
    vocabulary.append(Array(endOfText.utf8))
    return BytePairTokenizer(
      BytePairTokenizer.Contents(
        pattern: pattern, vocabulary: vocabulary, merges: merges,
        added: [AddedToken(token: end, spelling: endOfText, isSpecial: true)]))
  }
}
