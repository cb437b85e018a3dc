public import Cards
public import LanguageModels
public import Tensors

/// Attention to the nearest tokens, every so many apart [209].
public struct NeighborhoodAttention: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "neighborhood-attention", title: "Neighbourhood attention",
    summary: """
      Every token sees so many neighbours at distances that are multiples of the dilation: before it \
      and itself in a causal model, around it in an encoder, where tokens at the borders have as \
      many neighbours as the others.
      """,
    claim: """
      Cost grows linearly with the length; dilation lets the same number of neighbours reach \
      further.
      """,
    citations: [.fasterNeighborhood], family: .attention,
    options: [
      .whole("size", 7, in: 1...1_048_575, "how many neighbours, the token itself included; odd"),
      .whole("dilation", 2, in: 1...65_536, "how far apart neighbours are"),
    ],
    null: NullSetting(options: ["size": 1_048_575, "dilation": 1], tolerance: 1e-12))

  private let size: Int
  private let dilation: Int

  /// The treatment.
  ///
  /// - Throws: ``TreatmentError`` for an even number of neighbours.
  public init(_ options: OptionValues) throws(TreatmentError) {
    size = options.whole("size")
    dilation = options.whole("dilation")
    guard size % 2 == 1 else {
      throw TreatmentError(Self.card.name, option: "size", "found \(size), expected an odd number")
    }
  }

  /// Gives every attention layer the neighbourhood.
  ///
  /// - Throws: ``TreatmentError`` for another model.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    let rule = Neighborhood(
      size: size, dilation: dilation, isCausal: model.configuration.isCausal)
    let selection = KeySelection(isSharedByHeads: true) { _, query, key, length in
      rule.contains(key, of: query, length: length)
    }
    for (_, attention) in try model.selectableAttention(for: Self.card) {
      attention.selection = selection
    }
  }

  /// Only the pairs of neighbours are computed.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    let rule = Neighborhood(size: size, dilation: dilation, isCausal: model.isCausal)
    for (_, attention, runs) in model.attentionRuns {
      costs.replaceAllKeys(
        attention, runs: runs, isCausal: model.isCausal, length: length,
        pairs: attention.headCount * rule.pairCount(length: length),
        kept: attention.keyValueHeadCount * rule.keptKeys(length: length))
    }
  }
}
