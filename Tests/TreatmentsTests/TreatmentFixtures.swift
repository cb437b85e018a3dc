import Cards
import Corpora
import LanguageModels
import Statistics
import Tensors
import Testing
import Training
import Treatments

/// A treatment with options on a baseline that it fits.
struct TreatedCase: Sendable, CustomTestStringConvertible {
  var card: TreatmentCard
  var options: [String: OptionValue]
  var baselineName: String
  var baseline: ModelConfiguration
  var arm: Arm

  var testDescription: String {
    let options = options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
    return ([card.name] + options + ["on", baselineName]).joined(separator: " ")
  }

  /// nil where the options do not go together or the method does not fit the baseline.
  init?(
    _ card: TreatmentCard, _ options: [String: OptionValue] = [:],
    on baseline: (name: String, model: ModelConfiguration)
  ) {
    guard let choice = try? TreatmentCatalog.choice(named: card.name, options) else {
      return nil
    }
    self.card = card
    self.options = options
    (baselineName, self.baseline) = baseline
    arm = Arm(name: card.name, choices: [choice])
    guard (try? arm.model(self.baseline, seed: 1, of: Double.self)) != nil,
      (try? arm.recipe(TreatmentFixtures.recipe, for: self.baseline)) != nil
    else { return nil }
  }
}

/// What every treatment is tested on.
enum TreatmentFixtures {
  static let vocabulary = 20
  static let context = 24
  /// A step of a run at which step-dependent methods are looked at, unless a test asks for others.
  static let moment = TrainingMoment(step: 5, steps: 10)

  /// Small models; a treatment must fit one of them.
  static let baselines: [(name: String, model: ModelConfiguration)] = {
    let llama = ModelConfiguration.llama(
      width: 32, layers: 2, heads: 4, vocabulary: vocabulary, context: context)
    let grouped = ModelConfiguration.llama(
      width: 32, layers: 2, heads: 4, keyValueHeads: 2, vocabulary: vocabulary, context: context)
    let gpt2 = ModelConfiguration.gpt2(
      width: 32, layers: 2, heads: 2, vocabulary: vocabulary, context: context)
    var experts = llama
    for index in experts.layers.indices {
      experts.layers[index].channelMixer = .experts(
        ExpertsConfiguration(
          count: 4, chosen: 2,
          expert: FeedForwardConfiguration(width: 24, activation: .swiGLU, hasBias: false)))
    }
    return [
      ("llama", llama), ("llama with grouped keys", grouped), ("gpt2", gpt2), ("experts", experts),
    ]
  }()

  /// For methods that need layers between the first and the last; no other is tested on it.
  static let deep: (name: String, model: ModelConfiguration) = (
    "llama of 4 layers",
    .llama(width: 16, layers: 4, heads: 2, vocabulary: vocabulary, context: context)
  )

  /// A treatment on every baseline that it fits, or on the deep one if it fits no other.
  static func fitting(
    _ card: TreatmentCard, _ options: [String: OptionValue] = [:]
  ) -> [TreatedCase] {
    let found = baselines.compactMap { TreatedCase(card, options, on: $0) }
    return found.isEmpty ? [TreatedCase(card, options, on: deep)].compactMap { $0 } : found
  }

  /// Further options to test a treatment with, by its name: those at which it shows on sequences of
  /// a few tokens, or that go together.
  static let further: [String: [[String: OptionValue]]] = [
    "gated-attention": [
      ["granularity": "head", "position": "queries"],
      ["granularity": "head", "position": "values"],
      ["additive": true, "activation": "silu"], ["activation": "silu", "position": "output"],
    ],
    "mixture-of-heads": [["shared": 0, "active": 0.5]],
    "neighborhood-attention": [["size": 3, "dilation": 3], ["size": 5, "dilation": 1]],
    "sink-free-attention": [
      ["weights": "softmax", "bias": "key"], ["weights": "softmax", "bias": "key-value"],
      ["weights": "softmax", "bias": "score"],
    ],
    "sliding-window": [["width": 4], ["width": 3, "sinks": 2]],
    "strided-shards": [
      ["block": 2, "local-blocks": 1, "dense-layers": 0],
      ["block": 3, "stride": 3, "dense-layers": 1, "same-for-all-heads": true],
    ],
  ]

  /// The default options, each flag turned and each word chosen by itself, and further ones.
  static func settings(of card: TreatmentCard) -> [[String: OptionValue]] {
    [[:]]
      + card.options.flatMap { option -> [[String: OptionValue]] in
        switch (option.domain, option.standard) {
        case (.flag, .flag(let flag)): [[option.name: .flag(!flag)]]
        case (.choice(let words), let standard):
          words.map(OptionValue.word).filter { $0 != standard }.map { [option.name: $0] }
        default: []
        }
      } + (further[card.name] ?? [])
  }

  /// Every treatment with its default options and with ``further`` ones on every baseline that it
  /// fits, and with every other flag and word on the first of them.
  static let cases: [TreatedCase] = TreatmentCatalog.cards.flatMap { card in
    settings(of: card).flatMap { options -> [TreatedCase] in
      let fitting = fitting(card, options)
      let isEverywhere = options.isEmpty || further[card.name]?.contains(options) == true
      return isEverywhere ? fitting : Array(fitting.prefix(1))
    }
  }

  /// Every treatment at its null setting, on every baseline that it fits.
  static let nullCases: [TreatedCase] = TreatmentCatalog.cards.flatMap { card in
    guard let null = card.null else { return [TreatedCase]() }
    return fitting(card, null.options)
  }

  /// Every treatment with its default options on the first baseline that it fits.
  static let trainedCases: [TreatedCase] = TreatmentCatalog.cards.compactMap { card in
    fitting(card).first
  }

  /// Four steps of two sequences in two micro-batches.
  static let recipe: TrainingRecipe = {
    var recipe = TrainingRecipe(
      batchSize: 4, sequenceLength: context, budget: .steps(4),
      optimizer: .adamW(AdamWSettings(learningRate: 1e-2)),
      schedule: Schedule(warmup: 1, .cosine(floor: 0.1)))
    recipe.accumulation = 2
    recipe.seed = 5
    recipe.validation = ValidationCadence(every: 0)
    recipe.checkpoints = CheckpointCadence(every: 2, keep: 2)
    return recipe
  }()

  /// A language that never ends, or two domains for what needs several.
  static func dataset(for card: TreatmentCard) throws -> Dataset {
    func language(seed: Double) -> DatasetDescription.Source {
      .language(
        name: "markov",
        knobs: ["tokens": Double(vocabulary), "order": 1, "concentration": 0.3, "seed": seed])
    }
    guard card.name == "domain-sampling" else {
      return try Dataset(DatasetDescription(language(seed: 2)))
    }
    return try Dataset(
      DatasetDescription(
        .domains([
          .init(name: "large", source: language(seed: 2), tokens: 2000),
          .init(name: "small", source: language(seed: 3), tokens: 100),
        ])))
  }

  /// Tokens of a fixed seed.
  static func tokens(_ count: Int, seed: UInt64 = 7) -> [Int32] {
    var random = SplittableRandom(seed: seed)
    return (0..<count).map { _ in Int32(random.nextIndex(below: vocabulary)) }
  }
}

extension TreatedCase {
  /// The treated model with numbers that are random and large enough to matter, at a step of a run;
  /// parameters that are not spread keep their starting values.
  ///
  /// Parameters that baseline and treatment share by name and shape have the same numbers.
  func model<Element: TensorElement>(
    as type: Element.Type = Element.self, at moment: TrainingMoment = TreatmentFixtures.moment,
    spreading isSpread: (String) -> Bool = { _ in true }
  ) throws -> LanguageModel<Element> {
    let model = try arm.model(baseline, seed: 3, of: type)
    model.spread(where: isSpread)
    for action in model.stepActions { action(moment) }
    _ = model.stage?(moment)
    return model
  }
}

extension LanguageModel {
  /// Makes parameters random: around their constant start, or around zero.
  func spread(_ spread: Double = 0.25, where isSpread: (String) -> Bool = { _ in true }) {
    for parameter in parameters.parameters where isSpread(parameter.name) {
      let hash = parameter.name.utf8.reduce(UInt64(17)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
      var random = SplittableRandom(seed: hash)
      var center = 0.0
      if case .constant(let value) = parameter.initialization { center = value }
      for index in 0..<parameter.tensor.count {
        parameter.tensor.values[index] = Element(center + spread * random.nextNormal())
      }
    }
  }

  /// The logits of one pass, row by row, for training or for anything else.
  func logits(
    _ tokens: [Int32], batch: Int = 1, isTraining: Bool = false, threads: Int = 1
  ) -> (values: [Element], pass: ForwardPass<Element>) {
    let pool = threads == 1 ? ThreadPool.inline : ThreadPool(threads: threads)
    let tape = Tape<Element>(pool: pool, isDifferentiable: isTraining)
    let pass = ForwardPass(tape: tape, batch: batch, length: tokens.count / batch)
    pass.tokens.assign(tokens)
    return (logits(pass).array, pass)
  }
}
