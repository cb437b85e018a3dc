public import Cards
public import LanguageModels
internal import Tensors

/// A mixture of experts whose budget is spent in several passes within the layer [28].
public struct ChainOfExperts: FeedForwardReplacement {
  /// The card.
  public static let card = TreatmentCard(
    name: "chain-of-experts",
    title: "Chain of experts",
    summary: """
      A layer's experts are passed several times, each time chosen by a router of its own that reads \
      what the passes before made of the token, so that experts can react to one another.
      """,
    claim: """
      At equal arithmetic two passes of half the experts reach a validation loss of 1.12 instead of \
      1.20 on a mathematical corpus.
      """,
    citations: [
      Citation(
        "Wang et al.",
        "Chain-of-Experts: Unlocking the Communication Power of Mixture-of-Experts Models", 2025,
        id: "28")
    ], family: .experts,
    options: [
      .whole("experts", 8, in: 1...4_096, "the number of experts; 64 in the paper"),
      .whole(
        "chosen", 2, in: 1...256,
        "experts that a token passes through over all iterations; a multiple of them; 8 in the "
          + "paper"),
      .whole("iterations", 2, in: 1...16, "passes within a layer"),
      .number(
        "expert-share", 0.5, in: 0.001...4,
        "the width of an expert over that of the feed-forward; 1 / chosen keeps the active "
          + "parameters"),
      .flag("shared-router", false, "whether all passes have one router"),
      .choice(
        "residual", "each", of: ["each", "end"],
        "whether each pass adds to what it reads, or the layer's input is added at the end"),
      .flag(
        "subtract-input", true,
        "whether the layer's normalised input is left out of what is added to the stream"),
      .number(
        "balance-coefficient", 0.01, in: 0...10,
        "the weight of the term of the loss that keeps loads even in each pass"),
    ],
    whyNoNull: """
      One pass is a mixture of experts with raw weights, not the dense baseline; a test compares \
      the two.
      """)

  private let count: Int
  private let chosen: Int
  private let iterations: Int
  private let share: Double
  private let sharesRouter: Bool
  private let addsEachPass: Bool
  private let subtractsInput: Bool
  private let router: RouterConfiguration

  /// The treatment with some options.
  ///
  /// - Throws: ``TreatmentError`` for choices that do not divide among the passes.
  public init(_ options: OptionValues) throws(TreatmentError) {
    count = options.whole("experts")
    chosen = options.whole("chosen")
    iterations = options.whole("iterations")
    share = options.number("expert-share")
    sharesRouter = options.flag("shared-router")
    addsEachPass = options.word("residual") == "each"
    subtractsInput = options.flag("subtract-input")
    guard chosen % iterations == 0, chosen / iterations <= count else {
      throw TreatmentError(
        Self.card.name, option: "chosen",
        "found \(chosen), expected a multiple of the \(iterations) iterations, of at most "
          + "\(count) experts each")
    }
    let coefficient = options.number("balance-coefficient")
    var router = RouterConfiguration()
    router.weights = .raw
    router.balancer = coefficient > 0 ? .auxiliaryLoss(coefficient: coefficient) : .none
    self.router = router
  }

  func mixer<E: TensorElement>(
    replacing feedForward: FeedForward<E>, of block: Block<E>, in model: LanguageModel<E>
  ) -> any ChannelMixer<E> {
    model.parameters.remove(under: "\(block.name).mlp")
    return ExpertChain(
      "\(block.name).mlp",
      ExpertsConfiguration(
        count: count, chosen: chosen / iterations,
        expert: feedForward.configuration.expert(share: share), router: router),
      iterations: iterations, sharesRouter: sharesRouter, addsEachPass: addsEachPass,
      subtractsInput: subtractsInput, model: model.configuration, in: model.parameters)
  }

  /// Charges experts and routers in the place of feed-forwards.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (dense, runs) in model.feedForwardRuns {
      costs.exchange(
        dense, for: nil, experts: (count, Double(chosen), dense.expert(share: share)),
        choices: count * iterations, routers: sharesRouter ? 1 / Double(iterations) : 1,
        width: model.width, runs: runs)
    }
  }
}
