import LanguageModels
import Statistics
import Tensors

/// Small models, one for each choice that a layer offers.
enum SmallModels {
  static let vocabulary = 23
  static let context = 16

  static let gpt2 = ModelConfiguration.gpt2(
    width: 16, layers: 2, heads: 2, vocabulary: vocabulary, context: context)

  static let llama = ModelConfiguration.llama(
    width: 16, layers: 2, heads: 4, keyValueHeads: 2, vocabulary: vocabulary, context: context)

  static let bert = ModelConfiguration.bert(
    width: 16, layers: 2, heads: 2, vocabulary: vocabulary, context: context)

  /// GPT-2 with another attention in every layer.
  static func gpt2(_ change: (inout AttentionConfiguration) -> Void) -> ModelConfiguration {
    with(gpt2, change)
  }

  static func with(
    _ model: ModelConfiguration, _ change: (inout AttentionConfiguration) -> Void
  ) -> ModelConfiguration {
    var model = model
    for index in model.layers.indices {
      guard case .attention(var attention) = model.layers[index].tokenMixer else { continue }
      change(&attention)
      model.layers[index].tokenMixer = .attention(attention)
    }
    return model
  }

  static var linearRecurrence: ModelConfiguration {
    var model = llama
    for index in model.layers.indices {
      model.layers[index].tokenMixer = .linearRecurrence(
        LinearRecurrenceConfiguration(headCount: 2, headWidth: 8))
    }
    model.positions = .none
    return model
  }

  static func experts(_ router: RouterConfiguration = RouterConfiguration()) -> ModelConfiguration {
    var model = llama
    for index in model.layers.indices {
      model.layers[index].channelMixer = .experts(
        ExpertsConfiguration(
          count: 4, chosen: 2,
          expert: FeedForwardConfiguration(width: 24, activation: .swiGLU, hasBias: false),
          router: router))
    }
    return model
  }

  static var sigmoidRouter: RouterConfiguration {
    var router = RouterConfiguration()
    router.activation = .sigmoid
    router.weights = .scaled(2)
    router.balancer = .bias(rate: 0.01)
    return router
  }

  /// Every causal model, by name.
  static var causal: [(name: String, configuration: ModelConfiguration)] {
    var repeated = gpt2
    repeated.depth = .repeated(first: 0, last: 1, times: 2)
    var linearBias = gpt2
    linearBias.positions = .linearBias
    var spectral = gpt2 { $0.normalizesSpectrally = true }
    for index in spectral.layers.indices {
      guard case .feedForward(var f) = spectral.layers[index].channelMixer else { continue }
      f.normalizesSpectrally = true
      spectral.layers[index].channelMixer = .feedForward(f)
    }
    var late = gpt2
    late.normPlacement = .after
    var wide = llama
    wide.parametrization = .maximalUpdate(
      baseWidth: 8, baseHeadWidth: 4, scalesWeightDecay: true)
    return [
      ("gpt2", gpt2), ("llama", llama), ("linear recurrence", linearRecurrence),
      ("experts", experts()), ("sigmoid experts", experts(sigmoidRouter)),
      ("window", gpt2 { $0.pattern = .window(width: 4, sinks: 1) }),
      ("softmax with sink", gpt2 { $0.weights = .softmaxWithSink }),
      ("sigmoid attention", gpt2 { $0.weights = .sigmoid }),
      ("score cap", gpt2 { $0.scoreCap = 2 }),
      ("query and key norm", with(llama) { $0.normalizesQueriesAndKeys = true }),
      ("repeated layers", repeated), ("linear bias", linearBias), ("spectral", spectral),
      ("norm after", late), ("maximal update", wide),
    ]
  }

  /// Tokens of a fixed seed.
  static func tokens(_ count: Int, seed: UInt64 = 7) -> [Int32] {
    var random = SplittableRandom(seed: seed)
    return (0..<count).map { _ in Int32(random.nextIndex(below: vocabulary)) }
  }

  /// A model whose parameters, gains and biases included, are random and large enough to matter.
  static func make<Element: TensorElement>(
    _ configuration: ModelConfiguration, as type: Element.Type = Element.self, seed: UInt64 = 3,
    spread: Double = 0.25
  ) throws -> LanguageModel<Element> {
    let model = try LanguageModel<Element>(configuration, seed: seed)
    var random = SplittableRandom(seed: seed)
    for parameter in model.parameters.parameters {
      let isGain = parameter.name.hasSuffix("gain") || parameter.name.hasSuffix("spectralScale")
      for index in 0..<parameter.tensor.count {
        parameter.tensor.values[index] = Element(
          (isGain ? 1 : 0) + spread * random.nextNormal())
      }
    }
    return model
  }

  /// The logits of one pass, row by row.
  static func logits<Element: TensorElement>(
    _ model: LanguageModel<Element>, _ tokens: [Int32], batch: Int = 1, threads: Int = 1,
    hooks: Hooks<Element> = Hooks(), configure: (ForwardPass<Element>) -> Void = { _ in }
  ) -> (values: [Element], pass: ForwardPass<Element>) {
    let tape = Tape<Element>(pool: ThreadPool(threads: threads), isDifferentiable: false)
    let pass = ForwardPass(
      tape: tape, batch: batch, length: tokens.count / batch, hooks: hooks)
    pass.tokens.assign(tokens)
    configure(pass)
    return (model.logits(pass).array, pass)
  }
}
