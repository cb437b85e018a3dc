/// The tokens that a token sees in one dimension, every `dilation` apart [209].
///
/// Positions fall into as many classes as the dilation; within a class neighbours are adjacent. A
/// causal token sees itself and up to `size − 1` before it; in an encoder the neighbourhood is moved
/// at the borders so that everyone has `size` neighbours, as far as the class has so many.
public struct Neighborhood: Hashable, Sendable {
  /// The number of neighbours, the token itself included.
  public var size: Int
  /// How far apart neighbours are.
  public var dilation: Int
  /// Whether no token sees a later one.
  public var isCausal: Bool

  /// A neighbourhood.
  public init(size: Int, dilation: Int, isCausal: Bool) {
    self.size = size
    self.dilation = dilation
    self.isCausal = isCausal
  }

  /// Whether the token at `query` sees that at `key`; the length does not matter to a causal
  /// neighbourhood.
  public func contains(_ key: Int, of query: Int, length: Int) -> Bool {
    guard key % dilation == query % dilation else { return false }
    let (own, other) = (query / dilation, key / dilation)
    if isCausal { return other <= own && own - other < size }
    let count = (length - query % dilation + dilation - 1) / dilation
    let start = max(min(own - size / 2, count - size), 0)
    return other >= start && other < start + size
  }

  /// Pairs that see each other in a sequence.
  public func pairCount(length: Int) -> Int {
    (0..<length).reduce(0) { sum, query in
      let own = query / dilation
      let count = (length - query % dilation + dilation - 1) / dilation
      return sum + (isCausal ? min(own + 1, size) : min(count, size))
    }
  }

  /// The last keys that decoding has to keep.
  public func keptKeys(length: Int) -> Int {
    isCausal ? min(length, (size - 1) * dilation + 1) : length
  }
}
