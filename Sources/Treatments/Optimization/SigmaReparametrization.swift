public import Cards
public import LanguageModels

/// Every matrix of a layer divided by its spectral norm, with a learned scale [176].
public struct SigmaReparametrization: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "sigma-reparam", title: "σReparam",
    summary: """
      Each weight matrix is used as γ·W/σ(W), where σ is its largest singular value by power \
      iteration, differentiated, and γ a learned number that starts at one.
      """,
    claim: """
      The entropy of attention no longer collapses, so that training is stable without warm-up, \
      weight decay or normalisation layers.
      """,
    citations: [
      Citation(
        "Zhai et al.",
        "Stabilizing Transformer Training by Preventing Attention Entropy Collapse", 2023, id: "176"
      )
    ], family: .optimization,
    options: [
      .flag("attention", true, "whether the matrices of attention are divided"),
      .flag("feed-forward", true, "whether the matrices of feed-forwards are divided"),
    ],
    whyNoNull: "a matrix divided by its norm no longer has the scale that the baseline's starts at")

  private let dividesAttention: Bool
  private let dividesFeedForward: Bool

  /// The treatment.
  ///
  /// - Throws: ``TreatmentError`` if none are.
  public init(_ options: OptionValues) throws(TreatmentError) {
    dividesAttention = options.flag("attention")
    dividesFeedForward = options.flag("feed-forward")
    guard dividesAttention || dividesFeedForward else {
      throw TreatmentError(Self.card.name, "no matrices are left to divide")
    }
  }

  /// Sets the flags of all layers.
  ///
  /// - Throws: ``TreatmentError`` where there are none.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    if dividesAttention {
      try model.changeAttention(for: Self.card) { $0.normalizesSpectrally = true }
    }
    guard dividesFeedForward else { return }
    var count = 0
    for index in model.layers.indices {
      guard case .feedForward(var feedForward) = model.layers[index].channelMixer else { continue }
      feedForward.normalizesSpectrally = true
      model.layers[index].channelMixer = .feedForward(feedForward)
      count += 1
    }
    guard count > 0 else {
      throw TreatmentError(
        Self.card.name, option: "feed-forward", "the model has no plain feed-forwards")
    }
  }
}
