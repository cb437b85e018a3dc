internal import Foundation
public import Statistics

/// A stationary Markov source of any order, with an exact entropy rate.
///
/// The next token depends on the last `order` tokens through a table of `v^order` rows of v
/// probabilities. A window starts in the stationary distribution, so each window is a stretch cut
/// at random from an endless text. A predictor that sees the last j < order tokens only cannot do
/// better than ``contextEntropies``[j].
public struct MarkovSource: SyntheticLanguage {
  /// How the rows of a random table are drawn.
  public enum Rows: Sendable, Hashable, Codable {
    /// Independent symmetric Dirichlet rows; a small concentration makes peaked rows.
    case dirichlet(concentration: Double)
    /// Zipf's law `p ∝ rank^(−exponent)`, the ranks being shuffled anew in each row.
    case zipf(exponent: Double)
  }

  /// The number of tokens, v.
  public let vocabularyCount: Int
  /// How many tokens back the next token depends.
  public let order: Int
  /// Element j = 0 … order is `H(X_t | X_{t−j} … X_{t−1})`, the loss of the best predictor of j
  /// tokens of context in nats per token; the last element is the entropy rate.
  public let contextEntropies: [Double]

  /// The row of context c; in c, as a number in base v, the newest token is the last digit.
  let rows: [CategoricalDistribution]
  /// `blocks[j][s]` is the stationary probability of the j tokens that spell s in base v.
  let blocks: [[Double]]
  private let start: CategoricalDistribution

  /// The most entries a transition table may have; one takes about 30 bytes.
  public static let largestTable = 1 << 22

  /// Creates a source of at least 2 tokens with a random table. Each row is mixed with a share, in
  /// (0, 1], of the uniform distribution, so that every token stays possible everywhere and the
  /// chain mixes. Throws `LanguageError` for a setting outside its domain, or a chain that mixes
  /// too slowly.
  public init(
    vocabularyCount: Int, order: Int, rows: Rows, uniformShare: Double = 0.01, seed: UInt64
  ) throws(LanguageError) {
    let contexts = try Self.contextCount(vocabularyCount: vocabularyCount, order: order)
    guard uniformShare > 0, uniformShare <= 1 else {
      throw .invalidSetting(
        name: "uniformShare", found: "\(uniformShare)", expected: "a share above 0, at most 1")
    }
    let root = SplittableRandom(seed: seed)
    let ranked: [Double]
    switch rows {
    case .dirichlet(let concentration):
      guard concentration > 0, concentration.isFinite else {
        throw .invalidSetting(
          name: "concentration", found: "\(concentration)", expected: "a positive number")
      }
      ranked = [Double](repeating: concentration, count: vocabularyCount)
    case .zipf(let exponent):
      guard exponent >= 0, exponent.isFinite else {
        throw .invalidSetting(
          name: "exponent", found: "\(exponent)", expected: "a number that is not negative")
      }
      ranked = CategoricalDistribution(zipf: vocabularyCount, exponent: exponent).probabilities
    }
    let table = (0..<contexts).map { context in
      var random = root.split(context)
      let row =
        switch rows {
        case .dirichlet: random.nextDirichlet(ranked)
        case .zipf: ranked.shuffled(using: &random)
        }
      return row.map { (1 - uniformShare) * $0 + uniformShare / Double(vocabularyCount) }
    }
    try self.init(vocabularyCount: vocabularyCount, order: order, checked: table)
  }

  /// Creates a source in which the next of v tokens, at least 2, depends on `order` tokens back.
  /// Row c of the `v^order` rows of v probabilities belongs to the context that spells c in base v,
  /// newest token last. Throws `LanguageError` for a table of the wrong shape, a row that is no
  /// distribution, or a chain without a single stationary distribution.
  public init(vocabularyCount: Int, order: Int, table: [[Double]]) throws(LanguageError) {
    let contexts = try Self.contextCount(vocabularyCount: vocabularyCount, order: order)
    guard table.count == contexts else {
      throw .invalidSetting(
        name: "the table's row count", found: "\(table.count)", expected: "\(contexts)")
    }
    for (index, row) in table.enumerated() {
      guard row.count == vocabularyCount else {
        throw .invalidRow(
          index: index, problem: "has \(row.count) entries, expected \(vocabularyCount)")
      }
      guard row.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
        throw .invalidRow(index: index, problem: "holds a number that is no probability")
      }
      let total = row.reduce(0, +)
      guard abs(total - 1) < 1e-9 else {
        throw .invalidRow(index: index, problem: "sums to \(total), expected 1")
      }
    }
    try self.init(vocabularyCount: vocabularyCount, order: order, checked: table)
  }

  private init(
    vocabularyCount: Int, order: Int, checked table: [[Double]]
  ) throws(LanguageError) {
    let rows = table.map(CategoricalDistribution.init(weights:))
    let chain = MarkovChain(rows: rows.map(\.probabilities), alphabet: vocabularyCount)
    let stationary = try chain.stationary()
    self.vocabularyCount = vocabularyCount
    self.order = order
    self.rows = rows
    start = CategoricalDistribution(weights: stationary)
    var blocks = [start.probabilities]
    for _ in 0..<order {
      // Summing over the newest token leaves the block of the older ones.
      let longer = blocks[0]
      let shorter = Swift.stride(from: 0, to: longer.count, by: vocabularyCount).map {
        longer[$0..<$0 + vocabularyCount].reduce(0, +)
      }
      blocks.insert(shorter, at: 0)
    }
    self.blocks = blocks
    contextEntropies = (0...order).map { chain.conditionalEntropy(context: $0, stationary) }
  }

  private static func contextCount(
    vocabularyCount: Int, order: Int
  ) throws(LanguageError) -> Int {
    guard vocabularyCount >= 2 else {
      throw .invalidSetting(
        name: "vocabularyCount", found: "\(vocabularyCount)", expected: "at least 2")
    }
    guard order >= 0 else {
      throw .invalidSetting(name: "order", found: "\(order)", expected: "at least 0")
    }
    var entries = vocabularyCount
    for _ in 0..<order where entries <= largestTable { entries *= vocabularyCount }
    guard entries <= largestTable else {
      throw .invalidSetting(
        name: "vocabularyCount^(order + 1)", found: "more", expected: "at most \(largestTable)")
    }
    return entries / vocabularyCount
  }
}

extension MarkovSource {
  /// The entropy rate `Σ_c π(c) H(row c)` in nats per token.
  public var entropyRate: Double { contextEntropies[order] }

  /// The entropy of one token in nats.
  public var unigramEntropy: Double { contextEntropies[0] }

  /// Target t has t tokens before it, of which the last `order` matter:
  /// `contextEntropies[min(t, order)]`.
  public func idealLosses(count: Int) -> [Double] {
    (0..<count).map { contextEntropies[min($0 + 1, order)] }
  }

  /// The ideal predictor's loss at each target of a window, in nats.
  public func logLosses(of window: Span<Int32>) -> [Double] {
    guard window.count > 1 else { return [] }
    var losses: [Double] = []
    losses.reserveCapacity(window.count - 1)
    var context = 0
    for index in 0..<window.count {
      let token = Int(window[index])
      precondition(
        token >= 0 && token < vocabularyCount, "token \(token) is outside the vocabulary")
      if index > 0 {
        if index < order {
          let next = context * vocabularyCount + token
          losses.append(-log(blocks[index + 1][next] / blocks[index][context]))
        } else {
          losses.append(-log(rows[context].probabilities[token]))
        }
      }
      context = (context * vocabularyCount + token) % rows.count
    }
    return losses
  }

  /// Writes a window that starts in the stationary distribution.
  public func writeWindow(
    _ random: SplittableRandom, into tokens: UnsafeMutableBufferPointer<Int32>
  ) {
    var random = random
    var context = start.draw(&random)
    var digits = context
    for index in (0..<order).reversed() {
      if index < tokens.count { tokens[index] = Int32(digits % vocabularyCount) }
      digits /= vocabularyCount
    }
    guard tokens.count > order else { return }
    for index in order..<tokens.count {
      let token = rows[context].draw(&random)
      tokens[index] = Int32(token)
      context = (context * vocabularyCount + token) % rows.count
    }
  }
}
