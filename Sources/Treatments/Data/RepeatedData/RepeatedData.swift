public import Cards
internal import Corpora
internal import LanguageModels
public import Training

/// A small part of the training data comes many times, the rest once [135].
public struct RepeatedData: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "repeated-data", title: "Repeated data",
    summary: """
      A share of the training tokens comes from a subset that the run sees many times; the rest is \
      seen once.
      """,
    claim: """
      The damage is greatest at a number of repetitions between few and very many; repeating 0.1% \
      of the data a hundred times makes a model of 800M parameters as good as one of 400M.
      """,
    citations: [
      Citation(
        "Hernandez et al.",
        "Scaling Laws and Interpretability of Learning from Repeated Data", 2022, id: "135")
    ], family: .data, version: 2,
    options: [
      .number("share", 0.1, in: 0...1, "the share f of training tokens that are of the subset"),
      .number(
        "repeats", 100, in: 1...1_000_000_000,
        "how often the run sees the subset, e: it has f·D/e tokens, one sequence at least"),
    ],
    null: NullSetting(options: ["share": 0]), dependsOnRunLength: true)

  private let share: Double
  private let repeats: Double

  /// The treatment with some options.
  public init(_ options: OptionValues) throws(TreatmentError) {
    share = options.number("share")
    repeats = options.number("repeats")
  }

  /// Batches with repetitions; nil where the run has none.
  ///
  /// - Throws: ``TreatmentError`` for other data, or too few for the rest to come once.
  public func source(of data: Dataset, recipe: TrainingRecipe) throws -> (any BatchSource)? {
    let plan = RepeatedBatches.Plan(share: share, repeats: repeats, recipe: recipe)
    guard plan.repeated > 0 else { return nil }
    let windows: RepeatedBatches.Windows
    switch data.content {
    case .text(let text): windows = .stream(text.training)
    case .tokens(let training, _): windows = .stream(training)
    case .language(let language): windows = .language(language)
    case .task, .domains:
      throw TreatmentError(
        Self.card.name, "found tasks or domains, expected text, tokens or one language")
    }
    return try RepeatedBatches(windows, plan: plan, recipe: recipe)
  }
}
