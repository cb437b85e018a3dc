public import Cards
public import LanguageModels
internal import Tensors

/// A mixture of experts in the place of every feed-forward: a router gives each token a few of several
/// smaller ones.
public struct RoutedExperts: FeedForwardReplacement {
  /// The card.
  public static let card = TreatmentCard(
    name: "mixture-of-experts",
    title: "Mixture of experts",
    summary: """
      Each feed-forward becomes several experts, of which a router gives every token a few; experts \
      are narrower, so that a token passes through as many parameters as before.
      """,
    claim: """
      At equal arithmetic a token, more parameters in experts lower the loss (Switch Transformers: \
      the same quality up to seven times sooner).
      """,
    citations: [
      Citation(
        "Shazeer et al.",
        "Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer", 2017),
      Citation(
        "Fedus, Zoph, Shazeer",
        "Switch Transformers", 2021),
      Citation(
        "Wang et al.",
        """
        Chain-of-Experts: Unlocking the Communication Power of Mixture-of-Experts Models
        """, 2025, id: "28", role: "as the baseline"),
    ], family: .experts,
    options: [
      .whole("experts", 8, in: 1...4_096, "the number of experts"),
      .whole("chosen", 2, in: 1...256, "the number of experts that a token goes to"),
      .number(
        "expert-share", 0.5, in: 0.001...4,
        "the width of an expert over that of the feed-forward; 1 / chosen keeps the active "
          + "parameters"),
      .number(
        "shared-share", 0, in: 0...4,
        "the width of a shared expert that every token passes through, over that of the "
          + "feed-forward; 0 for none"),
      .choice(
        "activation", "softmax", of: ["softmax", "sigmoid"], "from router scores to affinities"),
      .choice(
        "weights", "renormalized", of: ["renormalized", "raw"],
        "weights of the chosen: affinities over their sum, or as they are"),
      .choice(
        "balance", "loss", of: ["loss", "bias", "none"],
        "what keeps loads even: a term of the loss, biases of the choice, or nothing"),
      .number("balance-coefficient", 0.01, in: 0...10, "the weight of the term of the loss"),
      .number("balance-rate", 0.001, in: 0...1, "the step of the biases after each batch"),
    ],
    null: NullSetting(
      options: ["shared-share": 1, "balance": "none"], parameters: ["experts.down": 0]))

  private let count: Int
  private let chosen: Int
  private let share: Double
  private let sharedShare: Double
  private let router: RouterConfiguration

  /// The treatment with some options.
  ///
  /// - Throws: ``TreatmentError`` for more choices than experts, or a router that could not learn.
  public init(_ options: OptionValues) throws(TreatmentError) {
    count = options.whole("experts")
    chosen = options.whole("chosen")
    share = options.number("expert-share")
    sharedShare = options.number("shared-share")
    guard chosen <= count else {
      throw TreatmentError(
        Self.card.name, option: "chosen",
        "found \(chosen), expected no more than there are experts, \(count)")
    }
    let isRaw = options.word("weights") == "raw"
    if chosen == 1, count > 1, !isRaw {
      throw TreatmentError(
        Self.card.name, option: "weights",
        "the weight of a single expert over itself is always 1, so that the router would not "
          + "learn; expected raw")
    }
    var router = RouterConfiguration()
    router.activation = options.word("activation") == "sigmoid" ? .sigmoid : .softmax
    router.weights = isRaw ? .raw : .renormalized
    router.balancer =
      switch options.word("balance") {
      case "loss": .auxiliaryLoss(coefficient: options.number("balance-coefficient"))
      case "bias": .bias(rate: options.number("balance-rate"))
      default: .none
      }
    self.router = router
  }

  /// The router and its experts, beside a dense feed-forward where one is shared.
  func mixer<E: TensorElement>(
    replacing feedForward: FeedForward<E>, of block: Block<E>, in model: LanguageModel<E>
  ) -> any ChannelMixer<E> {
    let expert = feedForward.configuration.expert(share: share)
    let shared = model.resized(feedForward, of: block, share: sharedShare)
    let experts = ExpertsConfiguration(count: count, chosen: chosen, expert: expert, router: router)
    let routed = MixtureOfExperts<E>(
      "\(block.name).mlp.routed", experts, start: StartingDeviations(model.configuration),
      model: model.configuration, in: model.parameters)
    return shared.map { RoutedBesideDense(routed, beside: $0) } ?? routed
  }

  /// Charges experts in the place of feed-forwards.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (dense, runs) in model.feedForwardRuns {
      costs.exchange(
        dense, for: dense.scaled(by: sharedShare),
        experts: (count, Double(chosen), dense.expert(share: share)), choices: count,
        width: model.width, runs: runs)
    }
  }
}
