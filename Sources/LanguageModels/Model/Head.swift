public import Tensors

/// What turns the last activations into logits.
public final class Head<Element: TensorElement> {
  /// The matrix to logits where it is not the embedding, `[width, vocabulary]`.
  public let weight: Tensor<Element>?

  private let embedding: Tensor<Element>
  private let scale: Double
  private let transform: Linear<Element>?
  private let transformNorm: Norm<Element>?
  private let bias: Tensor<Element>?

  init(
    _ configuration: ModelConfiguration, embedding: Tensor<Element>, start: StartingDeviations,
    in parameters: ParameterSet<Element>
  ) {
    let width = configuration.width
    self.embedding = embedding
    scale = configuration.parametrization.logitScale(width: width)
    if configuration.head == .maskedTokens {
      transform = Linear(
        "head.transform", width, width, deviation: start.hidden, hasBias: true, in: parameters)
      transformNorm = Norm(
        "head.transform.norm", width: width, configuration.normalization, in: parameters)
      bias = parameters.declare(
        "head.bias", [configuration.vocabularyCount], role: .vector, startingAs: .constant(0))
    } else {
      transform = nil
      transformNorm = nil
      bias = nil
    }
    weight =
      configuration.tiesEmbeddings
      ? nil
      : parameters.declare(
        "head.weight", [width, configuration.vocabularyCount], role: .readout(fanIn: width),
        startingAs: .normal(standardDeviation: start.readout))
  }

  /// Records logits. `final` is `[rows, width]`.
  func record(_ final: Tensor<Element>, on tape: Tape<Element>) -> Tensor<Element> {
    var input = final
    if let transform, let transformNorm {
      input = transformNorm.record(transform.record(input, activation: .gelu, on: tape), on: tape)
    }
    if scale != 1 { input = tape.scale(input, by: scale) }
    if let weight { return tape.linear(input, weight: weight, bias: bias) }
    return tape.linear(input, weight: embedding, isTransposed: true, bias: bias)
  }
}
