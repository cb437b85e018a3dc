public import Cards
public import LanguageModels
internal import Quantities
public import Tensors

/// Groups of middle layers that use one attention map, that of their first [207].
public struct SharedAttentionMaps: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "shared-attention-maps",
    title: "Shared attention maps",
    summary: """
      In groups of neighbouring middle layers the first computes queries and keys and the others use \
      them with values of their own. Trained from the start: the distillation from a model with all \
      maps, by which the paper makes its students, is left out.
      """,
    claim: """
      The paper's claim is of students distilled from a trained model, which this treatment does not \
      test: 15% faster inference, 25% faster training and 4% fewer parameters at a quality that is \
      slightly better. It says nothing of models trained this way from the start.
      """,
    citations: [
      Citation(
        "Rajabzadeh et al.",
        "EchoAtt: Attend, Copy, then Adjust for More Efficient Large Language Models", 2024,
        id: "207")
    ], family: .attention,
    options: [
      .whole("group", 2, in: 1...64, "layers that use one map"),
      .number(
        "first-share", 0.3, in: 0...1, "the share of the layers that keep theirs at the start"),
      .number("last-share", 0.1, in: 0...1, "the share of the layers that keep theirs at the end"),
    ],
    null: NullSetting(options: ["group": 1]))

  private let group: Int
  private let firstShare: Double
  private let lastShare: Double

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    group = options.whole("group")
    firstShare = options.number("first-share")
    lastShare = options.number("last-share")
  }

  /// The layer whose map each layer uses, where that is another one.
  private func followers(of model: ModelConfiguration) -> [(layer: Int, leader: Int)] {
    let count = model.layers.count
    // A share above zero keeps at least one layer.
    let first = firstShare > 0 ? max(1, Int(saturating: (firstShare * Double(count)).rounded())) : 0
    let last = lastShare > 0 ? max(1, Int(saturating: (lastShare * Double(count)).rounded())) : 0
    guard first < count - last else { return [] }
    return (first..<count - last).compactMap { layer in
      let leader = first + (layer - first) / group * group
      return layer == leader ? nil : (layer, leader)
    }
  }

  /// Refuses a model without layers that could share a map.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    guard model.depth == .sequential else {
      throw TreatmentError(Self.card.name, "the model's layers run more than once")
    }
    guard group > 1 else { return }
    let followers = followers(of: model)
    guard !followers.isEmpty else {
      throw TreatmentError(
        Self.card.name, option: "group",
        "of \(model.layers.count) layers none share a map in groups of \(group); expected more "
          + "layers, or smaller shares of layers that keep theirs")
    }
    for (layer, leader) in followers {
      guard case .attention(let own) = model.layers[layer].tokenMixer,
        case .attention(let other) = model.layers[leader].tokenMixer, own == other
      else {
        throw TreatmentError(
          Self.card.name, "layers \(leader) and \(layer) do not have the same attention")
      }
    }
  }

  /// Takes the queries and keys out of the layers that use another one's.
  ///
  /// - Throws: ``TreatmentError`` where another treatment has changed one of the layers.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    for (layer, leader) in followers(of: model.configuration) {
      let block = model.blocks[layer]
      for changed in [block, model.blocks[leader]] {
        guard let attention = changed.tokenMixer as? Attention<Element>,
          attention.selection == nil, attention.supplement == nil, attention.combiner == nil,
          attention.outputCombiner == nil
        else {
          throw TreatmentError(
            Self.card.name, "another treatment has changed \(changed.name).attention")
        }
      }
      guard let attention = block.tokenMixer as? Attention<Element> else { continue }
      model.parameters.remove(under: "\(block.name).attention")
      block.tokenMixer = SharedMapAttention(
        "\(block.name).attention", following: "\(model.blocks[leader].name).attention",
        attention.configuration, model: model.configuration, in: model.parameters)
    }
  }

  /// Takes off what queries and keys cost; scores are computed once for each layer still.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (layer, _) in followers(of: model) {
      guard case .attention(let a) = model.layers[layer].tokenMixer else { continue }
      let projected = (a.headCount + a.keyValueHeadCount) * a.headWidth
      var saved = model.width * projected + (a.hasBias ? projected : 0)
      if a.normalizesQueriesAndKeys { saved += 2 * a.headWidth }
      if a.weights == .softmaxWithSink { saved += a.headCount }
      costs.add(parameters: -saved)
      costs.add(operationsPerToken: -2 * Double(model.width * projected))
      let kept =
        switch a.pattern {
        case .all: length
        case .window(let width, let sinks): min(length, width + sinks)
        }
      costs.stateBytes -= kept * a.keyValueHeadCount * a.headWidth * 4
    }
  }
}
