public import Cards
public import LanguageModels
public import Tensors

/// A block of layers that each token passes as often as a router says [95].
public struct MixtureOfRecursions: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "mixture-of-recursions",
    title: "Mixture of recursions",
    summary: """
      The middle layers are a block that is applied several times; a router decides for every token \
      how often, and attention within a pass covers the tokens that are still active.
      """,
    claim: """
      At equal training arithmetic perplexity is lower and few-shot accuracy higher than with plain \
      or recursive layers, with about half the parameters.
      """,
    citations: [.mixtureOfRecursions], family: .depth,
    options: RecursiveStack.options + [
      .choice(
        "routing", "expert-choice", of: ["expert-choice", "token-choice"],
        "whether each pass takes the tokens with the greatest scores, or each token its depth"),
      .choice(
        "capacities", "falling", of: ["falling", "full"],
        "expert-choice: pass r of R takes (R - r + 1) / R of the tokens, or all of them"),
      .choice(
        "weighting", "score", of: ["score", "none"],
        "whether what a pass makes of a token is weighted by its score or by 1"),
      .number("weight-scale", 0.1, in: 0.001...100, "expert-choice: the factor of sigmoid weights"),
      .flag(
        "adds-stream", true,
        "whether a pass adds the block's stream, its input included, as the paper's code does, or "
          + "only what the block added to it"),
      .number(
        "selection-coefficient", 0.001, in: 0...10,
        "expert-choice: the weight of the cross-entropy that makes scores predict the selection"),
      .number(
        "balance-coefficient", 0.1, in: 0...10,
        "token-choice: the weight of the term of the loss that keeps depths even"),
      .number("z-loss", 0, in: 0...10, "the weight of the squared log-sum-exp of router scores"),
    ],
    null: NullSetting(
      options: [
        "recursions": 1, "capacities": "full", "weighting": "none", "adds-stream": false,
        "selection-coefficient": 0,
      ], tolerance: 1e-10),
    causality: .trainingSeesFuture(
      """
      Expert-choice ranks a token against later ones while training; on held-out text a token takes \
      a pass if its own score is above one half. Token-choice is causal throughout.
      """),
    decodes: false)

  private let stack: RecursiveStack
  private let settings: RecursionRouting

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    stack = RecursiveStack(options)
    settings = RecursionRouting(
      choosesTokens: options.word("routing") == "expert-choice",
      recursions: stack.recursions, capacitiesFall: options.word("capacities") == "falling",
      isWeighted: options.word("weighting") == "score",
      weightScale: options.number("weight-scale"), addsStream: options.flag("adds-stream"),
      selectionCoefficient: options.number("selection-coefficient"),
      balanceCoefficient: options.number("balance-coefficient"), zLoss: options.number("z-loss"))
  }

  /// Shares the middle layers.
  ///
  /// - Throws: ``TreatmentError`` for a model whose middle layers do not divide, or whose attention
  ///   depends on distances between the tokens that it is given.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    try stack.configure(&model, for: Self.card)
    guard model.positions != .linearBias, model.isCausal, model.normPlacement == .before else {
      throw TreatmentError(
        Self.card.name,
        "found distance biases, an encoder or late normalisation; expected a causal model with "
          + "positions of its tokens that normalises before each sublayer")
    }
    for layer in model.layers[stack.block(of: model.layers.count)] {
      guard case .attention(let attention) = layer.tokenMixer, attention.pattern == .all else {
        throw TreatmentError(
          Self.card.name, "found a recurrence or a window in the block, expected attention to all")
      }
    }
  }

  /// Gives the block its routers.
  ///
  /// - Throws: ``TreatmentError`` where another treatment decides which layers run.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    guard model.depthController == nil else {
      throw TreatmentError(Self.card.name, "another treatment decides which layers run")
    }
    model.depthController = RoutedRecursion(
      settings, block: stack.block(of: model.blocks.count), of: model.configuration,
      in: model.parameters)
  }

  /// Charges what the passes leave out, and the routers.
  ///
  /// Token-choice is charged in full: all rows are computed and those that are done left out.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    // One column of scores a pass, whether in one matrix or in several.
    let routers = settings.recursions * model.width
    costs.add(parameters: routers)
    costs.add(operationsPerToken: 2 * Double(routers))
    guard settings.choosesTokens else { return }
    var block = model
    block.depth = .sequential
    block.layers = Array(model.layers[stack.block(of: model.layers.count)])
    func operations(_ tokens: Int) -> Double {
      Double(tokens)
        * block.operationsPerToken(ofFirst: block.layers.count, length: tokens).layers
    }
    for pass in 0..<settings.recursions {
      let kept = settings.capacity(of: length, pass: pass)
      costs.add(operationsPerToken: (operations(kept) - operations(length)) / Double(length))
    }
  }
}
