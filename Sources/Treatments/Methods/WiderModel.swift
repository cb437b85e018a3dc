public import LanguageModels

/// A plain control: more of the same parameters. With its costs left as the baseline's it is a gain
/// of known size, by which the chain from runs to verdict is validated.
public struct WiderModel: Treatment {
  /// What the method is.
  public static let card = TreatmentCard(
    name: "wider-model", title: "More parameters",
    summary: """
      The feed-forward layers are widened, or layers added, until the model has a given multiple of \
      the baseline's parameters.
      """,
    claim: """
      The effective size is the factor times the baseline's at every size: no gain where the larger \
      model's costs are charged, a planted one where they are not.
      """,
    citation: "A control, not a paper", reference: 0, family: .weights,
    options: [
      .number("factor", 1.5, in: 1...64, "parameters over the baseline's"),
      .choice(
        "dimension", "feed-forward", of: ["feed-forward", "layers"],
        "what grows: the width of feed-forward layers, or their number"),
      .choice(
        "counted", "all", of: ["all", "non-embedding"], "which parameters the factor is of"),
      .flag(
        "accounted-as-baseline", false,
        "whether costs stay the baseline's, which plants a gain of the size of the factor"),
    ],
    null: NullSetting(options: ["factor": 1]))

  private let factor: Double
  private let growsLayers: Bool
  private let countsEmbeddings: Bool
  private let isAccountedAsBaseline: Bool

  /// Reads the options.
  ///
  /// - Parameter options: of the card.
  public init(_ options: OptionValues) throws(TreatmentError) {
    factor = options.number("factor")
    growsLayers = options.word("dimension") == "layers"
    countsEmbeddings = options.word("counted") == "all"
    isAccountedAsBaseline = options.flag("accounted-as-baseline")
  }

  /// Makes the model larger, by whole columns or layers.
  ///
  /// - Parameter model: the model so far.
  /// - Throws: ``TreatmentError`` for layers that differ from each other, experts, or loops.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    if growsLayers {
      guard Set(model.layers).count == 1, model.depth == .sequential else {
        throw TreatmentError(
          Self.card.name, option: "dimension",
          "found layers that differ or repeat, expected equal ones of which there can be more")
      }
    } else {
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
  ///
  /// - Parameters:
  ///   - costs: of the configured model.
  ///   - model: the configured model.
  ///   - length: the number of tokens of a sequence.
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

  /// The number of layers, or the width of their feed-forward.
  private func size(_ model: ModelConfiguration) -> Int {
    guard !growsLayers else { return model.layers.count }
    guard case .feedForward(let feedForward)? = model.layers.first?.channelMixer else { return 1 }
    return feedForward.width
  }

  private func resized(_ model: ModelConfiguration, to size: Int) -> ModelConfiguration {
    var model = model
    if growsLayers, let layer = model.layers.first {
      model.layers = Array(repeating: layer, count: size)
    } else {
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

  /// The size at which the count, which is linear in it, is nearest to the factor times the model's.
  private func grown(_ model: ModelConfiguration) -> Int {
    func count(_ model: ModelConfiguration) -> Double {
      let costs = ModelCosts(model)
      return Double(countsEmbeddings ? costs.parameterCount : costs.nonEmbeddingParameterCount)
    }
    let size = size(model)
    let own = count(model)
    let slope = count(resized(model, to: size + 1)) - own
    return size + Int(((factor - 1) * own / slope).rounded())
  }
}
