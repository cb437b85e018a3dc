public import Cards
public import LanguageModels

/// The middle layers are a block that runs several times in a row with the same weights [95].
public struct Recursion: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "recursion",
    title: "Recursive layers",
    summary: """
      The first and the last layer are their own; the layers between are one block that is run \
      several times with the same weights.
      """,
    claim: """
      With as many layers run, sharing them costs some quality for several times fewer parameters; \
      it is the baseline of mixture-of-recursions.
      """,
    citations: [.mixtureOfRecursions], family: .depth,
    options: RecursiveStack.options,
    null: NullSetting(options: ["recursions": 1]))

  private let stack: RecursiveStack

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) { stack = RecursiveStack(options) }

  /// Shares the middle layers.
  ///
  /// - Throws: ``TreatmentError`` for a model whose middle layers do not divide.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    try stack.configure(&model, for: Self.card)
  }
}
