internal import Foundation
internal import Statistics

/// Hands chunks of a cheap model's text over to a strong one where they look strange to it, at a
/// controlled rate and without comparing requests with each other (ATTS [76]).
///
/// In every turn a draft model writes a chunk for each sample; the target scores it by its
/// perplexity in one pass, and the score's rank among calibration scores is a p-value. A chunk with a
/// p-value of at most α is the target's to write. Every request decides by itself, so that requests
/// may run in any order and at any time with the same results.
///
/// The guarantee of ``ConformalCalibration`` is for chunks exchangeable with the calibration's; those
/// of later turns need not be, which is why the report has the rate of each turn.
public struct ConformalEscalation: Codable, Hashable, Sendable {
  /// What scores are ranked against.
  public enum Calibration: Codable, Hashable, Sendable {
    /// The same scores in every turn: of first chunks, as [76] has it.
    case fixed(ConformalCalibration)
    /// Scores of the same turn of other requests; the last ones serve all later turns.
    case perTurn([ConformalCalibration])
    /// The other samples of the same request at the same turn: calibrated anew in every turn.
    case online
  }

  /// What the target does with a chunk that it takes over.
  public enum Takeover: String, Codable, Hashable, Sendable {
    /// It writes the chunk anew.
    case replaces
    /// It writes a chunk behind it.
    case appends
  }

  /// How tokens are drawn, of both models.
  public var rule: SamplingRule
  /// Tokens a chunk.
  public var chunkLength: Int
  /// Samples a request.
  public var sampleCount: Int
  /// The largest number of turns.
  public var turnCount: Int
  /// The largest p-value that is handed over, α: the wanted share of chunks.
  public var alpha: Double
  /// What scores are ranked against.
  public var calibration: Calibration
  /// What the target does with a chunk that it takes over.
  public var takeover: Takeover
  /// Tokens that end a sample.
  public var stopTokens: Set<Int32>
  /// Where chance comes from: sample s of request r has the streams `split(r).split(s).split(0)` for
  /// the draft and `…split(1)` for the target.
  public var seed: UInt64

  /// All settings.
  public init(
    rule: SamplingRule = SamplingRule(temperature: 0.8), chunkLength: Int, sampleCount: Int,
    turnCount: Int, alpha: Double, calibration: Calibration, takeover: Takeover = .replaces,
    stopTokens: Set<Int32> = [], seed: UInt64 = 0
  ) {
    self.rule = rule
    self.chunkLength = chunkLength
    self.sampleCount = sampleCount
    self.turnCount = turnCount
    self.alpha = alpha
    self.calibration = calibration
    self.takeover = takeover
    self.stopTokens = stopTokens
    self.seed = seed
  }

  /// A text to continue.
  public struct Request: Codable, Hashable, Sendable {
    /// Names its streams of chance.
    public var index: Int
    /// At least one token.
    public var prompt: [Int32]

    /// A text and its number.
    public init(index: Int, prompt: [Int32]) {
      self.index = index
      self.prompt = prompt
    }
  }

  /// The models of a sample: what drafts and what takes over, each without tokens.
  public typealias Pair = (draft: any NextTokenDistribution, target: any NextTokenDistribution)

  /// Runs a request with a draft and a target for each sample, all of one vocabulary, whose tokens
  /// so far are forgotten. `isOver` is asked after each chunk whether a sample's added tokens hold
  /// an answer already.
  ///
  /// - Throws: ``ConfigurationError`` if models do not go together or a setting is impossible.
  public func run(
    _ request: Request, pairs: [Pair], isOver: ([Int32]) -> Bool = { _ in false }
  ) throws(ConfigurationError) -> EscalationReport {
    try check(request, pairs)
    let before = pairs.map { (draft: $0.draft.use, target: $0.target.use) }
    let chance = SplittableRandom(seed: seed).split(request.index)
    var samples = (0..<sampleCount).map { Sample($0, request.prompt, pairs[$0], chance) }
    var report = EscalationReport()
    for turn in 0..<turnCount {
      var chunks: [Chunk] = []
      for index in samples.indices where !samples[index].isOver {
        if let chunk = write(&samples[index], index) { chunks.append(chunk) }
      }
      if chunks.isEmpty { break }
      report.turns.append(EscalationReport.Turn())
      for chunk in chunks {
        let p = pValue(of: chunk, among: chunks, turn: turn)
        let escalates = alpha > 0 && ConformalCalibration.isAtMost(p, alpha)
        report.turns[turn].scores.append(chunk.score)
        report.turns[turn].pValues.append(p)
        report.turns[turn].escalated += escalates ? 1 : 0
        report.cost.draft.generatedTokens += chunk.length
        if escalates {
          report.cost.target.generatedTokens += try takeOver(&samples[chunk.sample], chunk)
        }
        samples[chunk.sample].finish(request.prompt, stopTokens, isOver)
      }
    }
    for (pair, use) in zip(pairs, before) {
      report.cost += DecodingCost(
        target: pair.target.use - use.target, draft: pair.draft.use - use.draft)
    }
    report.samples = samples.map { Array($0.tokens[request.prompt.count...]) }
    return report
  }

  /// Runs requests one after the other; each gives what it would give alone. Returns a report for
  /// each request.
  ///
  /// - Throws: ``ConfigurationError`` if models do not go together or a setting is impossible.
  public func run(
    _ requests: [Request], pairs: [Pair], isOver: ([Int32]) -> Bool = { _ in false }
  ) throws(ConfigurationError) -> [EscalationReport] {
    var reports: [EscalationReport] = []
    for request in requests { reports.append(try run(request, pairs: pairs, isOver: isOver)) }
    return reports
  }

  /// Scores of the draft's own chunks, by turn, to rank others against. The requests are apart from
  /// those to come. Returns a calibration for each turn that was reached.
  ///
  /// - Throws: ``ConfigurationError`` if models do not go together or a setting is impossible.
  public func calibrations(
    _ requests: [Request], pairs: [Pair]
  ) throws(ConfigurationError) -> [ConformalCalibration] {
    var draftOnly = self
    draftOnly.alpha = 0
    draftOnly.calibration = .fixed(ConformalCalibration([]))
    var scores: [[Double]] = []
    for report in try draftOnly.run(requests, pairs: pairs) {
      for (turn, decided) in report.turns.enumerated() {
        if scores.count <= turn { scores.append([]) }
        scores[turn] += decided.scores
      }
    }
    return scores.map { ConformalCalibration($0) }
  }

  private func check(_ request: Request, _ pairs: [Pair]) throws(ConfigurationError) {
    guard chunkLength >= 1, sampleCount >= 1, turnCount >= 1, alpha >= 0, alpha <= 1 else {
      throw ConfigurationError(
        "\(sampleCount) samples of \(turnCount) chunks of \(chunkLength) tokens at α = \(alpha); "
          + "expected at least one of each and α from 0 to 1")
    }
    if let problem = rule.problem { throw ConfigurationError(problem) }
    guard pairs.count >= sampleCount else {
      throw ConfigurationError("\(pairs.count) pairs of models for \(sampleCount) samples")
    }
    if case .perTurn(let turns) = calibration, turns.isEmpty {
      throw ConfigurationError("a calibration by turn without any turn")
    }
    let vocabulary = pairs[0].target.vocabularyCount
    guard pairs.allSatisfy({ $0.draft.vocabularyCount == vocabulary }),
      pairs.allSatisfy({ $0.target.vocabularyCount == vocabulary })
    else {
      throw ConfigurationError("draft and target of an escalation need one vocabulary")
    }
    let longest = pairs.map { min($0.draft.maximumLength, $0.target.maximumLength) }.min() ?? 0
    guard !request.prompt.isEmpty, request.prompt.count <= longest else {
      throw ConfigurationError(
        "a prompt of \(request.prompt.count) tokens; expected 1 to \(longest)")
    }
    for pair in pairs {
      pair.draft.clear()
      pair.target.clear()
      guard pair.draft.canRewind, pair.target.canRewind else {
        throw ConfigurationError(
          "chunks must be taken back, which models with recurrent states cannot do")
      }
    }
  }

  private struct Sample {
    var pair: Pair
    var tokens: [Int32]
    var isOver = false
    var draftChance: SplittableRandom
    var targetChance: SplittableRandom

    init(_ index: Int, _ prompt: [Int32], _ pair: Pair, _ chance: SplittableRandom) {
      self.pair = pair
      tokens = prompt
      draftChance = chance.split(index).split(0)
      targetChance = chance.split(index).split(1)
    }

    mutating func finish(
      _ prompt: [Int32], _ stopTokens: Set<Int32>, _ isAnswered: ([Int32]) -> Bool
    ) {
      let added = Array(tokens[prompt.count...])
      if let last = added.last, stopTokens.contains(last) || isAnswered(added) { isOver = true }
    }
  }

  private struct Chunk {
    var sample: Int
    /// Where it begins in the sample's tokens.
    var start: Int
    var length: Int
    /// Its perplexity under the target.
    var score: Double
  }

  /// Lets the draft write a chunk and the target score it; nil, and the end of the sample, where no
  /// token has room.
  private func write(_ sample: inout Sample, _ index: Int) -> Chunk? {
    let start = sample.tokens.count
    // The target must take in what it scores but the last token.
    let room = min(sample.pair.draft.maximumLength, sample.pair.target.maximumLength) + 1 - start
    let length = sample.pair.draft.extend(
      &sample.tokens, by: min(chunkLength, room), rule: rule, stopTokens: stopTokens,
      using: &sample.draftChance)
    guard length > 0 else {
      sample.isOver = true
      return nil
    }
    let logs = sample.pair.target.logProbabilities(of: sample.tokens, from: start)
    let perplexity = exp(-logs.reduce(0, +) / Double(length))
    return Chunk(sample: index, start: start, length: length, score: perplexity)
  }

  private func pValue(of chunk: Chunk, among chunks: [Chunk], turn: Int) -> Double {
    switch calibration {
    case .fixed(let calibration): return calibration.pValue(chunk.score)
    case .perTurn(let turns): return turns[min(turn, turns.count - 1)].pValue(chunk.score)
    case .online:
      let others = chunks.filter { $0.sample != chunk.sample }.map(\.score)
      return ConformalCalibration(others).pValue(chunk.score)
    }
  }

  /// Lets the target write a chunk. Returns the number of tokens that it wrote.
  private func takeOver(_ sample: inout Sample, _ chunk: Chunk) throws(ConfigurationError) -> Int {
    let (draft, target) = sample.pair
    if takeover == .replaces {
      sample.tokens.removeLast(sample.tokens.count - chunk.start)
      try target.rewind(to: chunk.start - 1)
      try draft.rewind(to: chunk.start - 1)
    } else if stopTokens.contains(sample.tokens[sample.tokens.count - 1]) {
      // Nothing stands behind a last token.
      return 0
    }
    return target.extend(
      &sample.tokens, by: chunkLength, rule: rule, stopTokens: stopTokens,
      using: &sample.targetChance)
  }
}
