public import Cards
public import LanguageModels
internal import Quantities

/// A plain control: more of the same parameters. With its costs left as the baseline's it is a gain
/// of known size, by which the chain from runs to verdict is validated.
public struct WiderModel: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "wider-model", title: "More parameters",
    summary: """
      The feed-forward layers or the whole model are widened, or layers added, until the model has a given multiple of \
      the baseline's parameters.
      """,
    claim: """
      The effective size is the factor times the baseline's at every size: no gain where the larger \
      model's costs are charged, a planted one where they are not.
      """,
    citations: [], family: .weights,
    options: [
      .number("factor", 1.5, in: 1...64, "parameters over the baseline's"),
      .choice(
        "dimension", "feed-forward", of: ["feed-forward", "layers", "width"],
        "what grows: the width of feed-forward layers, their number, or the width of all"),
      .choice(
        "counted", "all", of: ["all", "non-embedding"], "which parameters the factor is of"),
      .flag(
        "accounted-as-baseline", false,
        "whether costs stay the baseline's, which plants a gain of the size of the factor"),
    ],
    null: NullSetting(options: ["factor": 1]))

  private let factor: Double
  private let dimension: Dimension
  private let countsEmbeddings: Bool
  private let isAccountedAsBaseline: Bool

  /// What grows.
  private enum Dimension: String {
    case feedForward = "feed-forward"
    case layers
    /// As along a ladder: heads of the same width, feed-forwards in proportion.
    case width
  }

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    factor = options.number("factor")
    dimension = Dimension(rawValue: options.word("dimension")) ?? .feedForward
    countsEmbeddings = options.word("counted") == "all"
    isAccountedAsBaseline = options.flag("accounted-as-baseline")
  }

  /// Makes the model larger, by whole columns, layers or heads.
  ///
  /// - Throws: ``TreatmentError`` for layers that differ from each other, experts, or loops.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    switch dimension {
    case .layers:
      guard Set(model.layers).count == 1, model.depth == .sequential else {
        throw TreatmentError(
          Self.card.name, option: "dimension",
          "found layers that differ or repeat, expected equal ones of which there can be more")
      }
    case .width:
      guard Self.isPlain(model) else {
        throw TreatmentError(
          Self.card.name, option: "dimension",
          "found layers that differ, repeat or are no attention with a feed-forward, expected equal "
            + "ones that can be widened")
      }
    case .feedForward:
      let widths = Set(
        model.layers.map { layer -> Int? in
          guard case .feedForward(let feedForward) = layer.channelMixer else { return nil }
          return feedForward.width
        })
      guard widths.count == 1, widths.first != .some(nil) else {
        throw TreatmentError(
          Self.card.name, option: "dimension",
          "found layers without feed-forward or of different widths, expected equal widths")
      }
    }
    model = resized(model, to: grown(model))
  }

  /// Takes back what the larger model costs, where it is accounted as the baseline.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    guard isAccountedAsBaseline else { return }
    // Sizes grow strictly with the baseline's, so that the baseline can be found again.
    let size = size(model)
    guard let start = (1...size).last(where: { grown(resized(model, to: $0)) <= size }) else {
      return
    }
    let larger = RunCosts(model, length: length)
    let baseline = RunCosts(resized(model, to: start), length: length)
    costs.parameters += baseline.parameters - larger.parameters
    costs.activeParameters += baseline.activeParameters - larger.activeParameters
    costs.forwardOperationsPerToken +=
      baseline.forwardOperationsPerToken - larger.forwardOperationsPerToken
    costs.trainingOperationsPerToken +=
      baseline.trainingOperationsPerToken - larger.trainingOperationsPerToken
    costs.stateBytes += baseline.stateBytes - larger.stateBytes
  }

  /// Whether all layers are the same attention and feed-forward, as wide as their heads together.
  private static func isPlain(_ model: ModelConfiguration) -> Bool {
    guard Set(model.layers).count == 1, model.depth == .sequential, let layer = model.layers.first,
      case .attention(let attention) = layer.tokenMixer, case .feedForward = layer.channelMixer
    else { return false }
    return attention.headCount * attention.headWidth == model.width
      && attention.keyValueHeadCount == attention.headCount
  }

  /// The number of layers, of heads, or the width of the feed-forward.
  private func size(_ model: ModelConfiguration) -> Int {
    if dimension == .layers { return model.layers.count }
    if dimension == .width, case .attention(let attention)? = model.layers.first?.tokenMixer {
      return attention.headCount
    }
    guard case .feedForward(let feedForward)? = model.layers.first?.channelMixer else { return 1 }
    return feedForward.width
  }

  private func resized(_ model: ModelConfiguration, to size: Int) -> ModelConfiguration {
    var model = model
    switch dimension {
    case .layers:
      guard let layer = model.layers.first else { break }
      model.layers = Array(repeating: layer, count: size)
    case .width:
      for index in model.layers.indices {
        guard case .attention(var attention) = model.layers[index].tokenMixer,
          case .feedForward(var feedForward) = model.layers[index].channelMixer
        else { continue }
        let width = size * attention.headWidth
        feedForward.width = Self.feedForwardWidth(feedForward, width: width)
        attention.headCount = size
        attention.keyValueHeadCount = size
        model.layers[index].tokenMixer = .attention(attention)
        model.layers[index].channelMixer = .feedForward(feedForward)
        model.width = width
      }
    case .feedForward:
      for index in model.layers.indices {
        guard case .feedForward(var feedForward) = model.layers[index].channelMixer else {
          continue
        }
        feedForward.width = size
        model.layers[index].channelMixer = .feedForward(feedForward)
      }
    }
    return model
  }

  /// The width that the presets give a feed-forward in a model of some width.
  private static func feedForwardWidth(_ layer: FeedForwardConfiguration, width: Int) -> Int {
    layer.activation == .swiGLU ? (8 * width / 3 + 31) / 32 * 32 : 4 * width
  }

  /// The size at which the count is nearest to the factor times the model's.
  private func grown(_ model: ModelConfiguration) -> Int {
    func count(_ model: ModelConfiguration) -> Double {
      let costs = ModelCosts(model)
      return Double(countsEmbeddings ? costs.parameterCount : costs.nonEmbeddingParameterCount)
    }
    let size = size(model)
    let own = count(model)
    if dimension == .width {
      // Heads are few: the nearest is looked for one by one.
      var best = size
      while abs(count(resized(model, to: best + 1)) - factor * own)
        < abs(count(resized(model, to: best)) - factor * own)
      { best += 1 }
      return best
    }
    // The count is linear in the others.
    let slope = count(resized(model, to: size + 1)) - own
    return size + Int(saturating: ((factor - 1) * own / slope).rounded())
  }
}
