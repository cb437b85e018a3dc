public import Cards
public import LanguageModels
public import Tensors

/// Layers are trained one after the other over a frozen prefix, on an embedding that is never trained
/// [84].
public struct LayerwiseGrowth: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "layerwise-growth",
    title: "Layer-wise growth",
    summary: """
      The token embedding is a fixed code. Training begins with one layer and the head; in each of \
      several equal stages the layers so far are frozen and another one is added.
      """,
    claim: """
      Models grown layer by layer on a frozen embedding learn, and get better with each layer \
      (SQuAD 1.2% with one layer, 5.6% with six).
      """,
    citations: [
      Citation(
        "Bochkov",
        """
        Growing Transformers: Modular Composition and Layer-wise Expansion on a Frozen \
        Substrate
        """, 2025, id: "84")
    ], family: .depth, version: 2,
    options: [
      .choice(
        "code", "binary", of: ["binary", "random", "trained"],
        "the embedding: the bits of a token's number, fixed random directions, or a trained one"),
      .whole(
        "stages", 0, in: 0...1_024, "stages of equal length; 0 for one a layer, 1 for no growth"),
    ],
    null: NullSetting(options: ["code": "trained", "stages": 1]),
    dependsOnRunLength: true)

  private let code: EmbeddingCode?
  private let stages: Int

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    code = EmbeddingCode(rawValue: options.word("code"))
    stages = options.whole("stages")
  }

  /// One stage is the same at every length.
  public var dependsOnRunLength: Bool { stages != 1 }

  /// Whether anything is ever frozen.
  private var freezes: Bool { code != nil || stages != 1 }

  private func stageCount(_ layers: Int) -> Int { stages == 0 ? layers : min(stages, layers) }

  /// How many layers run in a stage; none before the first.
  private func active(stage: Int, of layers: Int) -> Int {
    let count = stageCount(layers)
    return (layers * (stage + 1) + count - 1) / count
  }

  private func stage(at moment: TrainingMoment, of layers: Int) -> Int {
    min(stageCount(layers) - 1, moment.step * stageCount(layers) / max(moment.steps, 1))
  }

  /// Gives the head a matrix of its own, since the embedding is frozen.
  ///
  /// - Throws: ``TreatmentError`` for a model whose input is more than a code of its tokens.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    guard freezes else { return }
    model.tiesEmbeddings = false
    guard model.depth == .sequential, model.normPlacement == .before, model.tokenTypeCount == 0
    else {
      throw TreatmentError(
        Self.card.name,
        "found layers that run more than once, late normalisation or token types; expected layers "
          + "that run once and normalise before")
    }
    if model.positions == .learned {
      throw TreatmentError(
        Self.card.name, "found learned positions, which a frozen substrate does not have")
    }
  }

  /// Writes the code and freezes it, and lets the layers grow.
  ///
  /// - Throws: ``TreatmentError`` where another treatment decides which layers run.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    guard freezes else { return }
    guard model.depthController == nil, model.stage == nil else {
      throw TreatmentError(Self.card.name, "another treatment decides which layers run")
    }
    let parameters = model.parameters
    let layers = model.blocks.count
    let growth = GrowingDepth<Element>(layers: layers, in: parameters)
    model.depthController = growth
    if let code {
      code.write(to: model.embedding)
      parameters.setFrozen(true) { $0.hasPrefix("embedding.") }
    }
    guard stageCount(layers) > 1 else { return }
    let isCoded = code != nil
    model.stage = { stage(at: $0, of: layers) }
    model.stepActions.append { moment in
      let stage = stage(at: moment, of: layers)
      let active = active(stage: stage, of: layers)
      let finished = stage == 0 ? 0 : self.active(stage: stage - 1, of: layers)
      growth.count.values[0] = Element(active)
      parameters.setFrozen(isCoded || finished > 0) { $0.hasPrefix("embedding.") }
      parameters.freezeLayers(layers) { $0 < finished || $0 >= active }
    }
  }

  /// Charges training with the mean over the stages: forward passes of the layers so far, backward
  /// passes of those that are trained and of the head.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let layers = model.layers.count
    let count = stageCount(layers)
    guard count > 1 else { return }
    let full = model.operationsPerToken(ofFirst: layers, length: length)
    var finished = 0.0
    var sum = 0.0
    for stage in 0..<count {
      let now = model.operationsPerToken(
        ofFirst: active(stage: stage, of: layers), length: length)
      sum += now.layers + 2 * (now.layers - finished) + 3 * now.head
      finished = now.layers
    }
    costs.trainingOperationsPerToken += sum / Double(count) - 3 * (full.layers + full.head)
  }
}
