internal import Foundation
internal import Statistics

/// A distribution composed of several models' at the same prefix: a base, moved by what changed from
/// reference models to policies.
///
/// Scores are log p_base + Σ_k w_k (log p_k − log p_ref,k), normalised a token, with the models' own
/// distributions at temperature one; a sampling rule applies to the result.
///
/// With one term this is emulated fine-tuning [13]: what fine-tuning taught a model of one size, on
/// top of what another size knows. A small policy on a big base is up-scaling, a big policy on a
/// small base down-scaling. With several it goes between behaviours.
public final class ComposedDistribution: NextTokenDistribution {
  /// A change of the base.
  public struct Term {
    /// How much of the change is added.
    public var weight: Double
    /// The model with the behaviour.
    public var policy: any NextTokenDistribution
    /// What it was made from.
    public var reference: any NextTokenDistribution

    /// A change and its weight.
    public init(
      weight: Double, policy: any NextTokenDistribution, reference: any NextTokenDistribution
    ) {
      self.weight = weight
      self.policy = policy
      self.reference = reference
    }
  }

  /// Every model once, the base first.
  private let members: [any NextTokenDistribution]
  private let terms: [(weight: Double, policy: Int, reference: Int)]
  private let filter: SamplingRule?

  /// Composes distributions. A model that stands at several places is asked once if the same object
  /// does; all objects must be without tokens, and nothing else may append to them.
  ///
  /// `baseTopP` keeps only the base's smallest set of most probable tokens that sum to at least
  /// this, before anything is added; nil keeps all. [13] uses 0.95 against noise.
  ///
  /// - Throws: ``ConfigurationError`` if vocabularies differ or a number is impossible.
  public init(
    base: any NextTokenDistribution, terms: [Term], baseTopP: Double? = nil
  ) throws(ConfigurationError) {
    var members: [any NextTokenDistribution] = [base]
    func place(_ model: any NextTokenDistribution) -> Int {
      if let known = members.firstIndex(where: { $0 === model }) { return known }
      members.append(model)
      return members.count - 1
    }
    self.terms = terms.map { ($0.weight, place($0.policy), place($0.reference)) }
    self.members = members
    filter = baseTopP.map { SamplingRule(topP: $0) }
    if let problem = filter?.problem { throw ConfigurationError("of the base, \(problem)") }
    guard terms.allSatisfy({ $0.weight.isFinite }) else {
      throw ConfigurationError("the weights of a composed distribution are not finite")
    }
    for member in members {
      guard member.vocabularyCount == base.vocabularyCount else {
        throw ConfigurationError(
          "models to compose need one vocabulary; the base has \(base.vocabularyCount) tokens, "
            + "another model \(member.vocabularyCount)")
      }
      guard member.length == 0 else {
        throw ConfigurationError("a model to compose has taken in \(member.length) tokens already")
      }
    }
  }

  /// Emulated fine-tuning [13]: log p_base + (log p_fineTuned − log p_reference)/β. A `beta` below
  /// 1 amplifies the change. `baseTopP` restricts to the base's most probable tokens; nil for all.
  ///
  /// - Throws: ``ConfigurationError`` if vocabularies differ or β is not positive.
  public static func emulatedFineTuning(
    base: any NextTokenDistribution, fineTuned: any NextTokenDistribution,
    reference: any NextTokenDistribution, beta: Double = 1, baseTopP: Double? = nil
  ) throws(ConfigurationError) -> ComposedDistribution {
    guard beta > 0, beta.isFinite else {
      throw ConfigurationError("β of emulated fine-tuning is \(beta); expected a positive number")
    }
    return try ComposedDistribution(
      base: base, terms: [Term(weight: 1 / beta, policy: fineTuned, reference: reference)],
      baseTopP: baseTopP)
  }

  /// The number of different tokens.
  public var vocabularyCount: Int { members[0].vocabularyCount }
  /// The longest sequence that all models can take in.
  public var maximumLength: Int { members.map(\.maximumLength).min() ?? 0 }
  /// The number of tokens so far.
  public var length: Int { members[0].length }
  /// Whether all models can take back their last tokens.
  public var canRewind: Bool { members.allSatisfy(\.canRewind) }
  /// What all models cost together.
  public var use: ModelUse { members.reduce(ModelUse()) { $0 + $1.use } }

  /// Takes in further tokens, at least one, each model by itself. Returns one row a token.
  public func scores(appending tokens: [Int32], last count: Int) -> [[Double]] {
    let rows = members.map { $0.scores(appending: tokens, last: count) }
    return (0..<count).map { row in
      var scores = Self.logProbabilities(rows[0][row])
      if let filter {
        for (token, probability) in filter.probabilities(logits: scores).enumerated()
        where probability == 0 { scores[token] = -.infinity }
      }
      let others = rows.map { Self.logProbabilities($0[row]) }
      for term in terms {
        for token in scores.indices where scores[token] > -.infinity {
          scores[token] +=
            term.weight * (others[term.policy][token] - others[term.reference][token])
        }
      }
      return scores
    }
  }

  /// Forgets what came after the first tokens.
  ///
  /// - Throws: ``ConfigurationError`` if a model cannot take back its last tokens.
  public func rewind(to length: Int) throws(ConfigurationError) {
    for member in members { try member.rewind(to: length) }
  }

  /// Forgets all tokens.
  public func clear() { for member in members { member.clear() } }

  private static func logProbabilities(_ scores: [Double]) -> [Double] {
    let total = logSumExp(scores)
    return scores.map { $0 - total }
  }
}
