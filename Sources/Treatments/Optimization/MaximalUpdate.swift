public import Cards
public import LanguageModels
public import Training

/// Maximal update parametrisation, with the rule of [70] for weight decay.
///
/// With m the width over the base width, hidden matrices start with a variance of 1/m of the base
/// width's, logits are divided by m, and scores are divided by d instead of √d. What else follows
/// the width depends on the optimiser:
///
/// - AdamW and Lion, whose steps do not depend on the gradient's scale: hidden matrices learn at the
///   rate over m; embeddings, the head and vectors at the rate. With the decay rule hidden matrices
///   decay at λ√m, and all others not at all.
/// - Muon: steps of hidden matrices have a spectral norm that is the same at every width, so that
///   their rate and decay stay. The parameters that Muon leaves to AdamW follow AdamW's rule. [70]
///   derives its decay from AdamW's stationary state, so that it is refused here.
/// - SGD: refused; its steps grow with the gradient and need other factors.
public struct MaximalUpdate: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "maximal-update", title: "Maximal update with scaled decay",
    summary: """
      Starting values, learning rates, logits and attention scores follow the width so that rates \
      found at one width serve at others; the decay of hidden matrices grows with the root of the \
      width.
      """,
    claim: """
      The best learning rate and weight decay of a small width are the best at larger ones, and \
      sublayer gains stay the same over widths.
      """,
    citations: [
      Citation(
        "Fan et al.",
        "Robust Layerwise Scaling Rules by Proper Weight Decay Tuning", 2025,
        link: "arXiv:2510.15262", id: "70"),
      Citation(
        "Yang et al.",
        """
        Tensor Programs V: Tuning Large Neural Networks via Zero-Shot Hyperparameter \
        Transfer
        """, 2022, link: "arXiv:2203.03466", role: "the rule for width"),
    ], family: .optimization,
    options: [
      .whole("base-width", 64, in: 1...65_536, "the width at which the recipe's rates were found"),
      .whole(
        "base-head-width", 0, in: 0...4096,
        "the width of heads at which scores are as usual; 0 for the model's own, for ladders whose "
          + "heads are equally wide at every size"),
      .flag(
        "scales-weight-decay", true,
        "whether hidden matrices decay at √m times the recipe's rate and nothing else decays"),
    ],
    null: NullSetting(
      options: ["base-width": 32, "scales-weight-decay": false], tolerance: 1e-12))

  private let baseWidth: Int
  private let baseHeadWidth: Int
  private let scalesWeightDecay: Bool

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    baseWidth = options.whole("base-width")
    baseHeadWidth = options.whole("base-head-width")
    scalesWeightDecay = options.flag("scales-weight-decay")
  }

  /// Sets the parametrisation.
  ///
  /// - Throws: ``TreatmentError`` for a base head width that is needed and not given.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    let widths = Set(
      model.layers.compactMap { layer -> Int? in
        guard case .attention(let attention) = layer.tokenMixer else { return nil }
        return attention.headWidth
      })
    var base = baseHeadWidth
    if base == 0 {
      guard widths.count <= 1 else {
        throw TreatmentError(
          Self.card.name, option: "base-head-width",
          "found 0, but layers have heads of widths "
            + widths.sorted().map(String.init).joined(separator: ", ") + "; give one of them")
      }
      base = widths.first ?? 1
    }
    model.parametrization = .maximalUpdate(
      baseWidth: baseWidth, baseHeadWidth: base, scalesWeightDecay: scalesWeightDecay)
  }

  /// Refuses optimisers for which the rule is not known.
  ///
  /// - Throws: ``TreatmentError`` for SGD, and for Muon with the decay rule.
  public func adjust(
    _ recipe: inout TrainingRecipe, for model: ModelConfiguration
  ) throws(TreatmentError) {
    switch recipe.optimizer {
    case .adamW, .lion: break
    case .muon:
      if scalesWeightDecay {
        throw TreatmentError(
          Self.card.name, option: "scales-weight-decay",
          "found true with muon, but the rule follows from AdamW's stationary state; expected false"
        )
      }
    case .sgd:
      throw TreatmentError(
        Self.card.name, "found sgd, whose steps need other factors; expected adamW, lion or muon")
    }
  }
}
