public import Cards
public import LanguageModels
internal import Quantities
public import Tensors

/// Titans [189]: a long-term memory whose weights learn while a sequence is read, beside attention
/// within a window.
public struct TitansMemory: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "titans-memory", title: "Titans neural memory",
    summary: """
      Each layer has a small network whose weights take gradient steps, with momentum and decay, on \
      how well it returns a token's value for its key; queries read it, and training differentiates \
      through the steps. It gates attention within a window and to learned tokens (MAG), feeds it \
      (MAL), or stands alone (LMM). The wiring that reads the memory into the context of a segment \
      (MAC) is left out.
      """,
    claim: """
      Better than transformers and recent linear recurrences on language, reasoning and needles in \
      contexts of over two million tokens.
      """,
    citations: [
      Citation(
        "Behrouz, Zhong and Mirrokni",
        "Titans: Learning to Memorize at Test Time", 2025, id: "189")
    ], family: .recurrence,
    options: [
      .choice(
        "wiring", "gate", of: MemoryWiring.allCases.map(\.rawValue),
        "the memory gates attention, feeds it, or replaces it"),
      .whole("depth", 2, in: 1...2, "matrices of a memory"),
      .number("expansion", 4, in: 0.25...16, "the width between two matrices, in heads' widths"),
      .whole("chunk", 16, in: 1...4_096, "tokens whose inner gradients share their weights"),
      .number("step", 0.1, in: 0...1, "the largest factor of an inner gradient"),
      .whole("window", 64, in: 1...1_048_576, "tokens that attention sees"),
      .whole("persistent", 4, in: 0...256, "learned tokens that attention sees besides"),
      .whole("convolution", 4, in: 1...64, "tokens that convolutions meet; 1 for none"),
    ],
    null: NullSetting(
      options: ["window": 1_048_576, "persistent": 0], parameters: ["memoryNorm.gain": 0],
      tolerance: 1e-12))

  /// How the memory and attention go together.
  private let wiring: MemoryWiring
  /// Matrices of a memory.
  public let depth: Int
  /// The width between two matrices, in heads' widths.
  public let expansion: Double
  /// Tokens whose inner gradients share their weights.
  public let chunk: Int
  /// The largest factor of an inner gradient.
  public let largestStep: Double
  /// Tokens that attention sees.
  public let window: Int
  /// Learned tokens that attention sees besides.
  public let persistentCount: Int
  /// Tokens that convolutions meet.
  public let taps: Int

  /// The treatment with some options.
  public init(_ options: OptionValues) {
    wiring = MemoryWiring(rawValue: options.word("wiring")) ?? .gate
    depth = options.whole("depth")
    expansion = options.number("expansion")
    chunk = options.whole("chunk")
    largestStep = options.number("step")
    window = options.whole("window")
    persistentCount = options.whole("persistent")
    taps = options.whole("convolution")
  }

  /// Gives attention its window; without attention there are no rotations and biases either.
  ///
  /// - Throws: ``TreatmentError`` for an encoder, or where a layer has no plain softmax attention.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    let name = Self.card.name
    for layer in model.layers.indices {
      var attention = try model.causalAttention(layer, for: name)
      guard attention.pattern == .all, attention.weights == .softmax,
        !attention.normalizesQueriesAndKeys, model.positions != .linearBias
      else {
        throw TreatmentError(
          name,
          "layer \(layer) has norms, biases, weights or a pattern of its own, expected plain "
            + "softmax attention")
      }
      attention.pattern = .window(width: window, sinks: 0)
      model.layers[layer].tokenMixer = .attention(attention)
    }
    if wiring == .memory, case .rotary = model.positions { model.positions = .none }
  }

  private func shape(_ attention: AttentionConfiguration) -> MemoryLayerShape {
    let width = attention.headWidth
    return MemoryLayerShape(
      headCount: attention.headCount,
      memory: NeuralMemoryShape(
        width: width,
        hiddenWidth: depth == 2
          ? max(Int(saturating: (Double(width) * expansion).rounded()), 1) : nil),
      chunkLength: chunk, largestStep: largestStep, taps: taps)
  }

  /// Puts the memories beside attention or in its place.
  public func install<Element: TensorElement>(in model: LanguageModel<Element>) {
    for block in model.blocks {
      guard let attention = block.tokenMixer as? Attention<Element> else { continue }
      let name = "\(block.name).attention"
      let beside: PersistentAttention<Element>?
      if wiring == .memory {
        model.parameters.remove(under: "\(name).qkv")
        beside = nil
      } else {
        beside = PersistentAttention(
          name, of: attention, window: window, persistentCount: persistentCount, in: model)
      }
      block.tokenMixer = TitansMixer(
        name, wiring, shape(attention.configuration), attention: beside,
        output: attention.output, in: model)
    }
  }

  /// What memories and learned tokens cost beside or in place of attention.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let uses = model.uses
    let width = model.width
    costs.stateBytes -= RunCosts(model, length: length).stateBytes
    for (index, layer) in model.layers.enumerated() {
      guard case .attention(let attention) = layer.tokenMixer else { continue }
      let shape = shape(attention)
      let inner = attention.headCount * attention.headWidth
      let keyValueWidth = 2 * attention.keyValueHeadCount * attention.headWidth
      var parameters = shape.parameterCount(width: width) + inner
      var operations = shape.operationsPerToken(width: width)
      var state = shape.stateCount
      switch wiring {
      case .gate, .layer:
        parameters += persistentCount * width
        operations += 4 * Double(persistentCount * inner)
        state += min(window, model.contextLength) * keyValueWidth
        if wiring == .layer {
          parameters += inner * width
          operations += 2 * Double(inner * width)
        }
      case .memory:
        let projected = inner + keyValueWidth
        parameters -= width * projected + (attention.hasBias ? projected : 0)
        let pairs = (1...length).reduce(0.0) { $0 + Double(min($1, window)) } / Double(length)
        operations -= 2 * Double(width * projected) + 4 * pairs * Double(inner)
      }
      costs.add(parameters: parameters)
      costs.add(operationsPerToken: operations * Double(uses[index]))
      costs.stateBytes += 4 * state * uses[index]
    }
  }
}
