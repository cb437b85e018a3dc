public import Cards
public import LanguageModels
public import Tensors

/// Pairs of layers with a mixture of experts that branches off after the first attention and joins
/// after the second feed-forward [106].
public struct ShortcutExperts: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "shortcut-experts",
    title: "Shortcut-connected experts",
    summary: """
      Two layers share a mixture of experts that reads what the first feed-forward reads and is \
      added after the second, so that its communication could overlap a dense path. The dense \
      feed-forwards become narrower.
      """,
    claim: """
      The loss is that of the same mixture without the shortcut, while the mixture's communication \
      overlaps the dense path.
      """,
    citations: [.longCatFlash], family: .experts,
    options: ZeroExpertOptions.all + [
      .number(
        "expert-share", 0.4, in: 0.001...4,
        "the width of an expert over that of a feed-forward of the baseline"),
      .number(
        "dense-share", 0.6, in: 0.001...4,
        "the width of a dense feed-forward over the baseline's; 1 - expert-share * mean-experts / 2 "
          + "keeps the mean of the active parameters"),
    ],
    null: NullSetting(
      options: ["dense-share": 1, "zero-experts": 0, "mean-experts": 3],
      parameters: ["experts.down": 0]))

  private let settings: ZeroExpertSettings
  private let expertShare: Double
  private let denseShare: Double

  /// The treatment with some options.
  ///
  /// - Throws: ``TreatmentError`` for numbers of experts that do not go together.
  public init(_ options: OptionValues) throws(TreatmentError) {
    settings = try ZeroExpertOptions.settings(options, of: Self.card)
    expertShare = options.number("expert-share")
    denseShare = options.number("dense-share")
  }

  /// Refuses a model whose layers do not make pairs.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    _ = try model.feedForwards(for: Self.card)
    guard model.layers.count % 2 == 0, model.depth == .sequential else {
      throw TreatmentError(
        Self.card.name,
        "found \(model.layers.count) layers, expected an even number, each run once")
    }
    guard model.normPlacement == .before else {
      throw TreatmentError(
        Self.card.name, "the mixture reads a normalised stream; the model normalises afterwards")
    }
  }

  /// Makes the feed-forwards narrower and gives each pair of layers its mixture.
  ///
  /// - Throws: ``TreatmentError`` where another treatment has replaced a feed-forward.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    let layers = try model.feedForwardLayers(for: Self.card)
    for first in stride(from: 0, to: layers.count, by: 2) {
      let name = "\(layers[first].block.name).shortcut"
      let mixture = ZeroExpertMixture(
        name, settings, expert: layers[first].feedForward.configuration.expert(share: expertShare),
        in: model)
      for (block, feedForward) in layers[first...first + 1] {
        guard let dense = model.resized(feedForward, of: block, share: denseShare) else { continue }
        block.channelMixer =
          block === layers[first].block
          ? ShortcutBranch(name, mixture: mixture, beside: dense) : ShortcutEnd(name, after: dense)
      }
    }
  }

  /// Charges narrower feed-forwards and a mixture for each pair.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    for (index, layer) in model.feedForwardRuns.enumerated() {
      let dense = layer.feedForward
      costs.exchange(
        dense, for: dense.scaled(by: denseShare),
        experts: index % 2 == 0
          ? (settings.experts, settings.meanExperts, dense.expert(share: expertShare))
          : (0, 0, dense),
        choices: index % 2 == 0 ? settings.experts + settings.zeroExperts : 0,
        width: model.width, runs: layer.runs)
    }
  }
}
