internal import Statistics
public import Tensors

/// Draws text from a target distribution faster than token by token, without changing it.
///
/// A cheaper model drafts γ tokens; one pass of the target judges them all. A drafted token x is
/// accepted with probability min(1, p(x)/q(x)) of target p and draft q; the first one that is not is
/// replaced by a draw from the normalised positive part of p − q, and if all are, a further token is
/// drawn from p. Every token then has the target's distribution under the sampling rule, exactly;
/// without chance the text is the target's likeliest token each time. With a small fine-tuned model
/// that drafts for a ``ComposedDistribution`` this is the speculative up-scaling of [13].
public struct SpeculativeSampling: Codable, Hashable, Sendable {
  /// How tokens are drawn, of target and draft alike.
  public var rule: SamplingRule
  /// The number of tokens to draft a round at most, γ, from 1 to 15.
  public var draftLength: Int
  /// Whether a round drafts two more tokens than the one before if all were accepted, and one fewer
  /// if not, up to γ.
  public var adaptsDraftLength: Bool
  /// The number of tokens to add at most.
  public var tokenLimit: Int
  /// Tokens that end a sequence; they are part of the result.
  public var stopTokens: Set<Int32>
  /// The seed of all draws; prompt i has the stream `split(i)`.
  public var seed: UInt64

  /// All settings.
  public init(
    rule: SamplingRule = SamplingRule(), draftLength: Int = 4, adaptsDraftLength: Bool = false,
    tokenLimit: Int, stopTokens: Set<Int32> = [], seed: UInt64 = 0
  ) {
    self.rule = rule
    self.draftLength = draftLength
    self.adaptsDraftLength = adaptsDraftLength
    self.tokenLimit = tokenLimit
    self.stopTokens = stopTokens
    self.seed = seed
  }

  /// What was added to a prompt.
  public struct Result: Codable, Hashable, Sendable {
    /// The tokens added.
    public var tokens: [Int32]
    /// What was drafted and accepted.
    public var statistics: SpeculationStatistics
  }

  /// Continues a prompt of at least one token.
  ///
  /// - Throws: ``ConfigurationError`` if the models do not go together or cannot be decoded.
  public func run<Element: TensorElement>(
    _ prompt: [Int32], target: LanguageModel<Element>, draft: LanguageModel<Element>,
    pool: ThreadPool, index: Int = 0
  ) throws(ConfigurationError) -> Result {
    try run(
      prompt, target: ModelDistribution(target, pool: pool),
      draft: ModelDistribution(draft, pool: pool), index: index)
  }

  /// Continues a prompt of at least one token; the tokens that target and draft hold so far are
  /// forgotten. `goesOn` is called for each token as it is added; false ends the sequence. Returns
  /// the tokens added.
  ///
  /// - Throws: ``ConfigurationError`` if the two do not go together or cannot go back.
  public func run(
    _ prompt: [Int32], target: any NextTokenDistribution, draft: any NextTokenDistribution,
    index: Int = 0, goesOn: (Int32) -> Bool = { _ in true }
  ) throws(ConfigurationError) -> Result {
    target.clear()
    draft.clear()
    try check(prompt, target: target, draft: draft)
    let before = (target: target.use, draft: draft.use)
    var random = SplittableRandom(seed: seed).split(index)
    var statistics = SpeculationStatistics(draftLength: draftLength)
    var tokens = prompt
    var wanted = draftLength
    if prompt.count > 1 { _ = target.scores(appending: Array(prompt.dropLast()), last: 1) }
    rounds: while tokens.count - prompt.count < tokenLimit, tokens.count <= target.maximumLength {
      let start = tokens.count
      // The target draws one token more than it judges, and both must hold what they take in.
      let length = min(
        wanted, tokenLimit - (start - prompt.count) - 1, target.maximumLength - start,
        draft.maximumLength - start + 1)
      let round = judged(
        drafted(max(length, 0), after: tokens, by: draft, &random), after: tokens, by: target,
        &random, &statistics)
      for token in round.tokens {
        tokens.append(token)
        if stopTokens.contains(token) || !goesOn(token) { break rounds }
      }
      if adaptsDraftLength {
        wanted = round.isWhole ? min(wanted + 2, draftLength) : max(wanted - 1, 1)
      }
      try target.rewind(to: tokens.count - 1)
      if draft.length >= tokens.count { try draft.rewind(to: tokens.count - 1) }
    }
    statistics.tokens = tokens.count - prompt.count
    statistics.cost += DecodingCost(
      target: target.use - before.target, draft: draft.use - before.draft)
    return Result(tokens: Array(tokens[prompt.count...]), statistics: statistics)
  }

  private func check(
    _ prompt: [Int32], target: any NextTokenDistribution, draft: any NextTokenDistribution
  ) throws(ConfigurationError) {
    guard target.vocabularyCount == draft.vocabularyCount else {
      throw ConfigurationError(
        "a draft needs the vocabulary of its target; the target has \(target.vocabularyCount) "
          + "tokens, the draft \(draft.vocabularyCount)")
    }
    if let problem = rule.problem { throw ConfigurationError(problem) }
    guard (1...15).contains(draftLength) else {
      throw ConfigurationError("a draft of \(draftLength) tokens; expected 1 to 15")
    }
    guard target !== draft else {
      throw ConfigurationError("target and draft are one object; each needs a session of its own")
    }
    guard target.canRewind, draft.canRewind else {
      throw ConfigurationError(
        "drafted tokens must be taken back, which models with recurrent states cannot do")
    }
    guard !prompt.isEmpty, prompt.count <= target.maximumLength else {
      throw ConfigurationError(
        "a prompt of \(prompt.count) tokens; expected 1 to \(target.maximumLength)")
    }
    guard prompt.allSatisfy({ $0 >= 0 && Int($0) < target.vocabularyCount }) else {
      throw ConfigurationError(
        "a prompt with tokens beyond the vocabulary of \(target.vocabularyCount)")
    }
  }
}

// A round.
extension SpeculativeSampling {
  /// A drafted token with the distribution that it was drawn from.
  private struct Draft {
    var token: Int32
    var probabilities: [Double]
  }

  private func probabilities(_ scores: [Double], after tokens: [Int32]) -> [Double] {
    rule.repetitionPenalty == nil
      ? rule.probabilities(logits: scores) : rule.probabilities(logits: scores, present: tokens)
  }

  private func drafted(
    _ count: Int, after tokens: [Int32], by draft: any NextTokenDistribution,
    _ random: inout SplittableRandom
  ) -> [Draft] {
    var tokens = tokens
    var drafts: [Draft] = []
    while drafts.count < count {
      let scores = draft.scores(appending: Array(tokens[draft.length...]), last: 1)[0]
      let q = probabilities(scores, after: tokens)
      let token = SamplingRule.draw(from: q, using: &random)
      drafts.append(Draft(token: token, probabilities: q))
      tokens.append(token)
      // What comes after a last token is not asked for.
      if stopTokens.contains(token) { break }
    }
    return drafts
  }

  /// Accepts drafts from the first on, and adds a token of the target's.
  private func judged(
    _ drafts: [Draft], after tokens: [Int32], by target: any NextTokenDistribution,
    _ random: inout SplittableRandom, _ statistics: inout SpeculationStatistics
  ) -> (tokens: [Int32], isWhole: Bool) {
    let pending = Array(tokens[target.length...]) + drafts.map(\.token)
    let rows = target.scores(appending: pending, last: drafts.count + 1)
    statistics.rounds += 1
    statistics.proposed += drafts.count
    statistics.cost.draft.generatedTokens += drafts.count
    var present = tokens
    for (place, draft) in drafts.enumerated() {
      let p = probabilities(rows[place], after: present)
      let q = draft.probabilities
      let token = Int(draft.token)
      statistics.judgedByPlace[place] += 1
      statistics.overlapByPlace[place] += zip(p, q).reduce(0) { $0 + min($1.0, $1.1) }
      guard random.nextUniform() * q[token] < p[token] else {
        var rest = zip(p, q).map { max($0 - $1, 0) }
        let total = rest.reduce(0, +)
        rest = total > 0 ? rest.map { $0 / total } : p
        present.append(SamplingRule.draw(from: rest, using: &random))
        statistics.cost.target.generatedTokens += 1
        return (Array(present[tokens.count...]), false)
      }
      statistics.acceptedByPlace[place] += 1
      statistics.accepted += 1
      present.append(draft.token)
    }
    if let last = drafts.last, stopTokens.contains(last.token) {
      return (Array(present[tokens.count...]), true)
    }
    let p = probabilities(rows[drafts.count], after: present)
    present.append(SamplingRule.draw(from: p, using: &random))
    statistics.cost.target.generatedTokens += 1
    return (Array(present[tokens.count...]), true)
  }
}
