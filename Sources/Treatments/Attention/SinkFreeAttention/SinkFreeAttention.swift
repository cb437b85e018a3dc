public import Cards
public import LanguageModels
public import Tensors

/// Attention whose heads can attend to nothing, so that no token has to serve as a sink [196].
public struct SinkFreeAttention: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "sink-free-attention", title: "Sink-free attention",
    summary: """
      Weights that need not sum to one over the tokens: a sigmoid of each score by itself, or a \
      softmax with one more learned key, with or without a value, or one more learned score.
      """,
    claim: """
      The first token no longer draws attention without meaning, and the loss is no worse.
      """,
    citations: [
      Citation(
        "Gu et al.",
        "When Attention Sink Emerges in Language Models: An Empirical View", 2024, id: "196")
    ], family: .attention,
    options: [
      .choice(
        "weights", "sigmoid", of: ["sigmoid", "shifted-sigmoid", "softmax"],
        "sigmoid(z); sigmoid(z - log n) with n the context's length; or a softmax"),
      .choice(
        "bias", "none", of: ["none", "key", "key-value", "score"],
        "with a softmax: a learned key with value zero, a learned key and value, or a learned score"
      ),
    ],
    null: NullSetting(options: ["weights": "softmax"]))

  private let weights: String
  private let bias: String

  /// The treatment.
  ///
  /// - Throws: ``TreatmentError`` for a bias without a softmax.
  public init(_ options: OptionValues) throws(TreatmentError) {
    weights = options.word("weights")
    bias = options.word("bias")
    guard bias == "none" || weights == "softmax" else {
      throw TreatmentError(
        Self.card.name, option: "bias",
        "found \(bias) with \(weights); only a softmax has to sum up")
    }
  }

  /// Sets the weights of every attention layer.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, or with other weights already.
  public func configure(_ model: inout ModelConfiguration) throws(TreatmentError) {
    try model.changeAttention(for: Self.card) { attention throws(TreatmentError) in
      guard attention.weights == .softmax else {
        throw TreatmentError(Self.card.name, "the model's attention has weights of its own already")
      }
      if weights != "softmax" { attention.weights = .sigmoid }
      if bias == "score" { attention.weights = .softmaxWithSink }
    }
  }

  /// Removes the sigmoid's shift, and adds learned keys.
  ///
  /// - Throws: ``TreatmentError`` where another treatment chose which keys are seen.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    for (name, attention) in try model.attentionLayers(for: Self.card) {
      if weights == "sigmoid" { attention.normalizer = .sigmoid(bias: 0) }
      guard bias == "key" || bias == "key-value" else { continue }
      guard attention.supplement == nil, attention.selection == nil else {
        throw TreatmentError(Self.card.name, "another treatment chooses which keys are seen")
      }
      attention.supplement = LearnedKey(
        "\(name).sink", attention.configuration, hasValue: bias == "key-value",
        in: model.parameters)
    }
  }

  /// The learned keys and the scores of all queries with them.
  public func charge(_ costs: inout RunCosts, for model: ModelConfiguration, length: Int) {
    guard bias == "key" || bias == "key-value" else { return }
    for (_, attention, runs) in model.attentionRuns {
      let width = attention.keyValueHeadCount * attention.headWidth
      costs.add(parameters: bias == "key" ? width : 2 * width)
      costs.add(operationsPerToken: 4 * Double(runs * attention.headCount * attention.headWidth))
    }
  }
}
