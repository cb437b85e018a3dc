public import Cards
public import LanguageModels

/// Queries and keys normalised a head before their product, so that scores cannot grow without
/// bound [145].
public struct QueryKeyNorm: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "qk-norm", title: "Query and key normalisation",
    summary: """
      Each head's queries and keys are divided by their root mean square and multiplied by a \
      learned gain, so that a score is at most the square root of the head's width times the \
      largest gains.
      """,
    claim: """
      Attention scores stop growing at high learning rates, and the loss depends much less on the \
      learning rate, the more so in larger models.
      """,
    citations: [
      .smallScaleProxies,
      Citation(
        "Dehghani et al.",
        "Scaling Vision Transformers to 22 Billion Parameters", 2023),
    ], family: .optimization,
    whyNoNull: "a norm of width d is not the identity for any gain")

  /// The treatment.
  public init(_ options: OptionValues) throws(TreatmentError) {}

  /// Every attention layer normalises queries and keys.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, or one that does it already.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    try model.changeAttention(for: Self.card) { attention throws(TreatmentError) in
      guard !attention.normalizesQueriesAndKeys else {
        throw TreatmentError(Self.card.name, "the model normalises queries and keys already")
      }
      attention.normalizesQueriesAndKeys = true
    }
  }
}
