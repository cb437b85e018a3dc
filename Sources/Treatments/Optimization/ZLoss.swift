public import Cards
public import LanguageModels
public import Training

/// A penalty on the logarithm of softmax's denominator, which keeps logits from drifting [145].
public struct ZLoss: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "z-loss", title: "z-loss",
    summary: """
      The loss grows by the coefficient times the mean square of log Z, where Z is the denominator \
      of the softmax over the vocabulary.
      """,
    claim: "Output logits no longer diverge at high learning rates, and the loss is no worse.",
    citations: [
      .smallScaleProxies,
      Citation(
        "Chowdhery et al.",
        "PaLM: Scaling Language Modeling with Pathways", 2022),
    ], family: .optimization,
    options: [
      .number("coefficient", 1e-4, in: 0...1, "the weight of the mean square of log Z")
    ],
    null: NullSetting(options: ["coefficient": 0]))

  private let coefficient: Double

  /// The treatment.
  public init(_ options: OptionValues) throws(TreatmentError) {
    coefficient = options.number("coefficient")
  }

  /// Sets the recipe's coefficient.
  ///
  /// - Throws: ``TreatmentError`` for a recipe that has z-loss already.
  public func adjust(
    _ recipe: inout TrainingRecipe, for model: ModelConfiguration
  ) throws(TreatmentError) {
    guard recipe.zLoss == 0 else {
      throw TreatmentError(Self.card.name, "the recipe has z-loss \(recipe.zLoss) already")
    }
    recipe.zLoss = coefficient
  }
}
