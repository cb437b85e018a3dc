public import Cards
public import LanguageModels
internal import Tensors

/// A mixture of experts some of which return what they get, so that easy tokens cost less [106].
public struct ZeroExperts: FeedForwardReplacement {
  /// The card.
  public static let card = TreatmentCard(
    name: "zero-experts",
    title: "Zero-computation experts",
    summary: """
      Each feed-forward becomes a mixture in which some experts return their input. Biases of the \
      choice, moved by a controller, keep the mean number of feed-forward experts of a token.
      """,
    claim: """
      Tokens get as much computation as they need: 18.6 to 31.3 billion of 560 billion parameters \
      are active, at a lower loss than with a fixed number of the same mean.
      """,
    citations: [.longCatFlash], family: .experts,
    options: ZeroExpertOptions.all + [
      .number(
        "expert-share", 0.5, in: 0.001...4,
        "the width of an expert over that of the feed-forward; 1 / mean-experts keeps the mean of "
          + "the active parameters")
    ],
    whyNoNull: """
      Without zero-computation experts it is a mixture of experts, not the dense baseline; a test \
      compares the two.
      """)

  private let settings: ZeroExpertSettings
  private let share: Double

  /// The treatment with some options.
  ///
  /// - Throws: ``TreatmentError`` for numbers of experts that do not go together.
  public init(_ options: OptionValues) throws(TreatmentError) {
    settings = try ZeroExpertOptions.settings(options, of: Self.card)
    share = options.number("expert-share")
  }

  func mixer<E: TensorElement>(
    replacing feedForward: FeedForward<E>, of block: Block<E>, in model: LanguageModel<E>
  ) -> any ChannelMixer<E> {
    model.parameters.remove(under: "\(block.name).mlp")
    return ZeroExpertMixture(
      "\(block.name).mlp", settings, expert: feedForward.configuration.expert(share: share),
      in: model)
  }

  /// Charges the mean number of feed-forward experts; what zero-computation experts cost is left out.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (dense, runs) in model.feedForwardRuns {
      costs.exchange(
        dense, for: nil,
        experts: (settings.experts, settings.meanExperts, dense.expert(share: share)),
        choices: settings.experts + settings.zeroExperts, width: model.width, runs: runs)
    }
  }
}
