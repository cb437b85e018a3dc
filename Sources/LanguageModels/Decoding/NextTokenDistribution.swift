internal import Foundation
public import Statistics
public import Tensors

/// A distribution of the next token of one sequence, from which text is drawn token by token: of one
/// model, or composed of several.
///
/// It holds the tokens that it has taken in, like a session of one sequence.
public protocol NextTokenDistribution: AnyObject {
  /// The number of different tokens.
  var vocabularyCount: Int { get }
  /// The longest sequence that it can take in.
  var maximumLength: Int { get }
  /// The number of tokens so far.
  var length: Int { get }
  /// Whether the last tokens can be taken back.
  var canRewind: Bool { get }
  /// What it has cost since it was made, without the tokens drawn.
  var use: ModelUse { get }

  /// Takes in further tokens, at least one; scores are wanted for the last `count`. Returns the
  /// scores after each of the last `count` tokens, one a token of the vocabulary: logarithms of
  /// probabilities up to a constant, minus infinity for what cannot come.
  func scores(appending tokens: [Int32], last count: Int) -> [[Double]]

  /// Forgets what came after the first tokens.
  ///
  /// - Throws: ``ConfigurationError`` if the last tokens cannot be taken back.
  func rewind(to length: Int) throws(ConfigurationError)

  /// Forgets all tokens.
  func clear()
}

extension NextTokenDistribution {
  /// Draws tokens one by one, each from a pass of its own.
  ///
  /// `tokens` is the sequence so far, of which the distribution has taken in the beginning and not
  /// yet the last token; what is drawn is added, stop tokens too. `goesOn` is called for each token
  /// as it is drawn; false ends the sequence. Returns the number of tokens added; fewer than wanted
  /// at a stop or at the longest sequence.
  @discardableResult
  public func extend(
    _ tokens: inout [Int32], by limit: Int, rule: SamplingRule, stopTokens: Set<Int32> = [],
    using random: inout SplittableRandom, goesOn: (Int32) -> Bool = { _ in true }
  ) -> Int {
    var count = 0
    while count < limit, tokens.count <= maximumLength {
      let scores = scores(appending: Array(tokens[length...]), last: 1)[0]
      let token =
        rule.repetitionPenalty == nil
        ? rule.draw(logits: scores, using: &random)
        : rule.draw(logits: scores, present: tokens, using: &random)
      tokens.append(token)
      count += 1
      if stopTokens.contains(token) || !goesOn(token) { break }
    }
    return count
  }

  /// The logarithm of the probability of each of some tokens, in one pass, at temperature one. The
  /// distribution has taken in the beginning of the sequence. Returns natural logarithms, one for
  /// each token from `start` on; the last token of the sequence is not taken in.
  public func logProbabilities(of tokens: [Int32], from start: Int) -> [Double] {
    precondition(
      start > length && start < tokens.count, "token \(start) of \(tokens.count) after \(length)")
    let rows = scores(
      appending: Array(tokens[length..<tokens.count - 1]), last: tokens.count - start)
    return zip(rows, tokens[start...]).map { row, token in
      row[Int(token)] - logSumExp(row)
    }
  }
}

/// log Σ exp(x), of scores of which one at least is finite.
func logSumExp(_ scores: [Double]) -> Double {
  let highest = scores.max() ?? 0
  return highest + log(scores.reduce(0) { $0 + exp($1 - highest) })
}

/// The distribution of one model: its logits, in a session of its own.
public final class ModelDistribution<Element: TensorElement>: NextTokenDistribution {
  /// The model that decodes.
  public let session: DecodingSession<Element>

  /// The distribution of a session of one sequence, to which nothing else may append.
  public init(_ session: DecodingSession<Element>) {
    precondition(session.batch == 1, "a distribution of one sequence, not of \(session.batch)")
    self.session = session
  }

  /// The distribution of a model, up to its context length by default, which may share packed
  /// weights with other sessions of the model.
  ///
  /// - Throws: ``ConfigurationError`` if the model cannot be decoded.
  public convenience init(
    _ model: LanguageModel<Element>, maximumLength: Int? = nil, pool: ThreadPool,
    packedWeights: PackedWeights<Element>? = nil
  ) throws(ConfigurationError) {
    self.init(
      try DecodingSession(
        model, batch: 1, maximumLength: maximumLength, pool: pool, packedWeights: packedWeights))
  }

  /// The number of different tokens.
  public var vocabularyCount: Int { session.model.configuration.vocabularyCount }
  /// The longest sequence.
  public var maximumLength: Int { session.cache.maximumLength }
  /// The number of tokens so far.
  public var length: Int { session.length }
  /// Whether the last tokens can be taken back.
  public var canRewind: Bool { session.canRewind }
  /// The work of the session.
  public var use: ModelUse { session.use }

  /// Takes in further tokens; the scores are the model's logits. Returns one row a token.
  public func scores(appending tokens: [Int32], last count: Int) -> [[Double]] {
    func rows(_ logits: UnsafeBufferPointer<Element>, _ count: Int) -> [[Double]] {
      let vocabulary = vocabularyCount
      let first = logits.count / vocabulary - count
      return (first..<first + count).map { row in
        Self.doubles(
          UnsafeBufferPointer(rebasing: logits[row * vocabulary..<(row + 1) * vocabulary]))
      }
    }
    // The head of a long prompt is worth saving; a short pass costs the same with all logits.
    if tokens.count > 16, count < tokens.count {
      if count <= 1 { return rows(session.append([tokens]), count) }
      session.append([Array(tokens.dropLast(count))])
      return rows(session.logits(appending: [Array(tokens.suffix(count))]), count)
    }
    return rows(session.logits(appending: [tokens]), count)
  }

  /// Forgets what came after the first tokens.
  ///
  /// - Throws: ``ConfigurationError`` if the last tokens cannot be taken back.
  public func rewind(to length: Int) throws(ConfigurationError) {
    try session.rewind(to: length)
  }

  /// Forgets all tokens.
  public func clear() { session.clear() }

  /// The conversion is a good part of a small draft's step, and slow where the type is not known.
  private static func doubles(_ logits: UnsafeBufferPointer<Element>) -> [Double] {
    guard Element.self == Float.self else { return logits.map { Double($0) } }
    return logits.withMemoryRebound(to: Float.self) { floats in
      [Double](unsafeUninitializedCapacity: floats.count) { doubles, count in
        for index in floats.indices { doubles[index] = Double(floats[index]) }
        count = floats.count
      }
    }
  }
}
