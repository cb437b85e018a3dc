public import Cards
public import LanguageModels

/// Attention to the last tokens, and to the first few of the sequence if wanted [209].
public struct SlidingWindow: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "sliding-window", title: "Sliding window",
    summary: """
      Every token sees itself and the tokens before it up to the window's width, and the first \
      tokens of the sequence as sinks if there are any.
      """,
    claim:
      "Cost and memory stop growing with the length of the sequence for a small loss in quality.",
    citations: [
      .fasterNeighborhood,
      Citation(
        "Beltagy et al.",
        "Longformer: The Long-Document Transformer", 2020),
      Citation(
        "Xiao et al.",
        "Efficient Streaming Language Models with Attention Sinks", 2023, role: "sinks"),
    ], family: .attention,
    options: [
      .whole("width", 64, in: 1...1_048_576, "how many tokens are seen, the query's own included"),
      .whole("sinks", 0, in: 0...4_096, "how many first tokens are seen besides"),
    ],
    null: NullSetting(options: ["width": 1_048_576], tolerance: 1e-12))

  private let width: Int
  private let sinks: Int

  /// The treatment.
  public init(_ options: OptionValues) throws(TreatmentError) {
    width = options.whole("width")
    sinks = options.whole("sinks")
  }

  /// Gives every attention layer the window.
  ///
  /// - Throws: ``TreatmentError`` for another model.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    guard model.isCausal else {
      throw TreatmentError(Self.card.name, "a window of the past needs a causal model")
    }
    try model.changeAttention(for: Self.card) { attention throws(TreatmentError) in
      guard attention.pattern == .all else {
        throw TreatmentError(Self.card.name, "the model's attention has a window already")
      }
      attention.pattern = .window(width: width, sinks: sinks)
    }
  }
}
