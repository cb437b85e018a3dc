internal import Foundation

/// An n-gram model of bytes with interpolated Kneser–Ney smoothing: what a model without any
/// learning of features reaches on a text.
///
/// `p(w | h) = (max(c(h w) − D, 0) + D · N(h ·) · p(w | h′)) / c(h ·)`, where h′ is h without its
/// oldest byte, `N(h ·)` the number of different bytes seen after h, and D = n₁ / (n₁ + 2 n₂) from
/// the numbers of n-grams counted once and twice, one for each length. The longest n-grams are
/// counted as they occur, shorter ones by the number of different bytes before them; below one byte
/// of context stands the uniform distribution over the 257 tokens of `ByteTokenizer`. Where the
/// counts give no discount (n₁ = 0) it is one half. A context never seen gives way to the shorter
/// one.
///
/// Counts are exact: nothing is pruned, and hashing only finds the place of a count. The end of
/// text is predicted like a byte, and contexts reach across it, as they do for a decoder that is
/// trained on windows of the same stream.
public struct ByteNGramModel: Sendable {
  /// The length of the longest n-grams, the predicted byte included.
  public let order: Int
  /// Counts of n-grams of length 1 to `order`: the value of a key is its count.
  private let counts: [CountTable]
  /// For contexts of length 0 to `order` − 1: in the low half the sum of the counts after it, in
  /// the high half the number of different bytes.
  private let contexts: [CountTable]
  private let discounts: [Double]

  private static let bits: UInt64 = 9
  private static let symbolCount = 257

  /// Counts a stream of `ByteTokenizer`; `order` is the length of the longest n-grams, 1 to 7.
  /// Throws ``TextCorpusError`` if the stream is empty or holds other tokens.
  public init(training: TokenStream, order: Int = 5) throws(TextCorpusError) {
    precondition((1...7).contains(order), "the order of a byte n-gram model is 1 to 7")
    precondition(training.count < 1 << 32, "counts of a context are kept in 32 bits")
    guard training.count > 0 else {
      throw TextCorpusError(source: training.name, problem: "there is no text to count")
    }
    try training.check(vocabularyCount: Self.symbolCount)
    self.order = order
    var longest = CountTable(bits: 20)
    let mask = Self.mask(order)
    var key = Self.start & mask
    training.forEachBlock { block in
      for token in block {
        key = (key << Self.bits | UInt64(token)) & mask
        longest.add(1, to: key)
      }
    }
    var counts = [longest]
    for length in stride(from: order - 1, to: 0, by: -1) {
      var shorter = CountTable()
      let mask = Self.mask(length)
      counts[0].forEach { key, _ in shorter.add(1, to: key & mask) }
      counts.insert(shorter, at: 0)
    }
    self.counts = counts
    contexts = counts.map { table in
      var contexts = CountTable()
      table.forEach { key, count in contexts.add(1 << 32 | count, to: key >> Self.bits) }
      return contexts
    }
    discounts = counts.map { table in
      var once = 0
      var twice = 0
      table.forEach { _, count in
        if count == 1 { once += 1 }
        if count == 2 { twice += 1 }
      }
      return once == 0 ? 0.5 : Double(once) / Double(once + 2 * twice)
    }
  }

  /// The number of different n-grams of the longest kind.
  public var distinctCount: Int { counts[order - 1].count }

  /// The probability of a token, 0 to 256, after others, the nearest last; before the first of them
  /// the model assumes the end of a text.
  public func probability(of token: Int32, after context: some Collection<Int32>) -> Double {
    var key = Self.start
    for token in context { key = key << Self.bits | UInt64(token) }
    return probability(of: UInt64(token), history: key)
  }

  /// The sum of −ln p over a stream of `ByteTokenizer`; throws ``TextCorpusError`` if it holds
  /// other tokens.
  public func nats(of stream: TokenStream) throws(TextCorpusError) -> Double {
    try stream.check(vocabularyCount: Self.symbolCount)
    var history = Self.start
    var total = 0.0
    stream.forEachBlock { block in
      for token in block {
        total -= log(probability(of: UInt64(token), history: history))
        history = history << Self.bits | UInt64(token)
      }
    }
    return total
  }

  /// Bits per byte on a stream of `ByteTokenizer`; the ends of text add bits and no bytes. Throws
  /// ``TextCorpusError`` if it holds other tokens.
  public func bitsPerByte(on stream: TokenStream) throws(TextCorpusError) -> Double {
    var bytes = 0
    stream.forEachBlock { block in
      for token in block where token < 256 { bytes += 1 }
    }
    return BitsPerByte.bitsPerByte(nats: try nats(of: stream), byteCount: bytes)
  }

  @inline(__always)
  private func probability(of symbol: UInt64, history: UInt64) -> Double {
    var probability = 1 / Double(Self.symbolCount)
    for length in 1...order {
      let context = history & Self.mask(length - 1)
      let packed = contexts[length - 1][context]
      // A longer context of one never seen was never seen either.
      if packed == 0 { break }
      let total = Double(packed & 0xFFFF_FFFF)
      let distinct = Double(packed >> 32)
      let count = Double(counts[length - 1][context << Self.bits | symbol])
      let discount = discounts[length - 1]
      probability = (max(count - discount, 0) + discount * distinct * probability) / total
    }
    return probability
  }

  private static func mask(_ length: Int) -> UInt64 { (1 << (bits * UInt64(length))) - 1 }

  /// Ends of text without end.
  private static let start: UInt64 = (0..<7).reduce(0) { key, _ in key << bits | 256 }
}
