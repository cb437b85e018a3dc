internal import LanguageModels
internal import Quantities
internal import Reports
internal import Statistics
internal import Tensors

/// The models that `allometry generate` writes with besides its own: one that drafts, and two whose
/// difference is added.
struct GenerationModels {
  /// What writes, as it was named on the command line.
  var main: LoadedModel
  var draft: LoadedModel?
  var emulated: (fineTuned: LoadedModel, reference: LoadedModel)?
  /// β of emulated fine-tuning.
  var beta = 1.0
  /// The share of the base's probability that emulated fine-tuning keeps to; nil for all.
  var baseTopP: Double?

  /// Whether a session alone writes.
  var isPlain: Bool { draft == nil && emulated == nil }

  /// Loads a further model, which must cut text as the main one does.
  static func load(_ path: String, option: String, like main: LoadedModel) throws -> LoadedModel {
    let location = try RunLocation(path)
    let loaded = LoadedModel(
      name: path, model: try location.model(), tokenizer: try location.loadTokenizer())
    let (own, wanted) = (
      loaded.model.configuration.vocabularyCount, main.model.configuration.vocabularyCount
    )
    guard own == wanted else {
      throw CommandFailure(
        .badData,
        "\(option): \(path) has a vocabulary of \(own) tokens, expected \(wanted) as in "
          + "\(main.name)")
    }
    if let left = loaded.tokenizer, let right = main.tokenizer,
      left.fingerprint != right.fingerprint
    {
      throw CommandFailure(
        .badData,
        "\(option): \(path) cuts text into other tokens than \(main.name); train it with "
          + "--tokenizer \(main.name)/tokenizer.json")
    }
    return loaded
  }

  /// What a pass over one token costs without a draft, in operations.
  func operations(position: Int) -> Double {
    ([main] + (emulated.map { [$0.fineTuned, $0.reference] } ?? [])).reduce(0) {
      $0
        + PassOperations($1.model.configuration)
        .operations(from: position, count: 1, logitRows: 1)
    }
  }

  private static func distribution(
    _ loaded: LoadedModel, length: Int, pool: ThreadPool, weights: PackedWeights<Float>? = nil
  ) throws -> ModelDistribution<Float> {
    var longest = length
    // A model of learned positions sees no further; a draft stops drafting there.
    if case .learned = loaded.model.configuration.positions {
      longest = min(length, loaded.model.configuration.contextLength)
    }
    return try ModelDistribution(
      loaded.model, maximumLength: longest, pool: pool, packedWeights: weights)
  }

  /// A draft and a target for each sample of an escalation, which share their weights.
  static func pairs(
    draft: LoadedModel, target: LoadedModel, count: Int, length: Int, pool: ThreadPool
  ) throws -> [ConformalEscalation.Pair] {
    let weights = (draft: PackedWeights<Float>(), target: PackedWeights<Float>())
    return try (0..<count).map { _ in
      (
        draft: try distribution(draft, length: length, pool: pool, weights: weights.draft),
        target: try distribution(target, length: length, pool: pool, weights: weights.target)
      )
    }
  }

  /// The distribution that is drawn from, and what drafts.
  func distributions(
    length: Int, pool: ThreadPool
  ) throws -> (target: any NextTokenDistribution, draft: (any NextTokenDistribution)?) {
    func distribution(_ loaded: LoadedModel) throws -> ModelDistribution<Float> {
      try Self.distribution(loaded, length: length, pool: pool)
    }
    let base = try distribution(main)
    let drafting = try draft.map(distribution)
    guard let emulated else { return (base, drafting) }
    let target = try ComposedDistribution.emulatedFineTuning(
      base: base, fineTuned: distribution(emulated.fineTuned),
      reference: distribution(emulated.reference), beta: beta, baseTopP: baseTopP)
    return (target, drafting)
  }
}

extension Continuation {
  /// Continues a prompt, at least one token, from a distribution, with a draft of `draftLength`
  /// tokens at once or without; the number of tokens drawn, and how well drafts were accepted.
  func run(
    _ prompt: [Int32], target: any NextTokenDistribution, draft: (any NextTokenDistribution)?,
    draftLength: Int, writer: TokenWriter
  ) throws -> (count: Int, statistics: SpeculationStatistics?) {
    var text = StopText(stops, writer: writer)
    func goesOn(_ token: Int32) -> Bool { text.goesOn(token) }
    let ends = Set([writer.endOfText].compactMap { $0 })
    if let draft {
      let speculation = SpeculativeSampling(
        rule: rule, draftLength: draftLength, tokenLimit: limit, stopTokens: ends, seed: seed)
      let result = try speculation.run(
        prompt, target: target, draft: draft, index: index, goesOn: goesOn)
      return (result.tokens.count, result.statistics)
    }
    var random = SplittableRandom(seed: seed).split(index)
    var tokens = prompt
    target.clear()
    let count = target.extend(
      &tokens, by: limit, rule: rule, stopTokens: ends, using: &random, goesOn: goesOn)
    return (count, nil)
  }
}

struct SpeculationSummary {
  var statistics: SpeculationStatistics
  /// What a pass of the target over one token costs, in operations.
  var targetOperations: Double

  var text: String? {
    guard let rate = statistics.acceptanceRate, let tokens = statistics.tokensPerRound else {
      return nil
    }
    let places = statistics.acceptanceRateByPlace.map {
      $0.map { NumberFormat.percent($0, decimals: 0) } ?? "–"
    }
    let draft = statistics.cost.draft
    let ratio = draft.operations / Double(max(draft.passes, 1)) / targetOperations
    let expected = SpeculationStatistics.expectedSpeedUp(
      acceptanceRate: rate, draftLength: statistics.draftLength, costRatio: ratio)
    return "\(statistics.accepted) of \(statistics.proposed) drafted tokens taken; "
      + "\(NumberFormat.percent(rate)) of those judged (\(places.joined(separator: ", ")) by place), "
      + "\(NumberFormat.significant(tokens, 3)) tokens a pass of the target; at a draft of "
      + "\(NumberFormat.significant(ratio, 2)) of the target's arithmetic that is worth "
      + "\(NumberFormat.significant(expected, 3)) times the speed if a pass cost the same for "
      + "\(statistics.draftLength + 1) tokens as for one"
  }
}
