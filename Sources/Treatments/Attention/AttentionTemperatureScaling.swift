public import Cards
public import LanguageModels
public import Tensors

/// A fixed softmax temperature below one in every attention layer [170].
public struct AttentionTemperatureScaling: Treatment {
  /// The card.
  public static let card = TreatmentCard(
    name: "attention-temperature", title: "Attention temperature",
    summary: """
      Attention scores are divided by a temperature, without training for it by default.
      """,
    claim: """
      Long inputs give embeddings that lie less close together, because attention filters high \
      frequencies less.
      """,
    citations: [
      Citation(
        "Zhou et al.",
        "Length-Induced Embedding Collapse in Transformer-based Models", 2024, id: "170")
    ], family: .attention,
    options: [
      .number("temperature", 0.9, in: 0.05...10, "what scores are divided by"),
      .choice(
        "during", "inference", of: ["inference", "training"],
        "whether only the trained model is scaled, or training too"),
    ],
    null: NullSetting(options: ["temperature": 1]))

  private let temperature: Double
  private let scalesTraining: Bool

  /// The treatment.
  public init(_ options: OptionValues) throws(TreatmentError) {
    temperature = options.number("temperature")
    scalesTraining = options.word("during") == "training"
  }

  /// Sets the temperature of every attention layer.
  ///
  /// - Throws: ``TreatmentError`` for a model without attention, or with temperatures already.
  public func install<Element: TensorElement>(
    in model: LanguageModel<Element>
  ) throws(TreatmentError) {
    for (_, attention) in try model.attentionLayers(for: Self.card) {
      guard attention.temperature == nil else {
        throw TreatmentError(Self.card.name, "another treatment sets the temperature")
      }
      attention.temperature = ConstantTemperature(
        headCount: attention.configuration.headCount, factor: 1 / temperature,
        scalesTraining: scalesTraining)
    }
  }
}

/// The same factor for all scores.
private final class ConstantTemperature<Element: TensorElement>: AttentionTemperature {
  let headCount: Int
  let factor: Double
  let scalesTraining: Bool

  init(headCount: Int, factor: Double, scalesTraining: Bool) {
    self.headCount = headCount
    self.factor = factor
    self.scalesTraining = scalesTraining
  }

  func record(_ input: Tensor<Element>, in pass: ForwardPass<Element>) -> Tensor<Element> {
    let factors = pass.tape.input([pass.rows, headCount])
    let scales = scalesTraining || !pass.isTraining
    factors.buffer.update(repeating: scales ? Element(factor) : 1)
    return factors
  }
}
