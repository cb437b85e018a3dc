public import Tensors

/// A normalisation with its gain and bias.
public final class Norm<Element: TensorElement> {
  /// What is subtracted and divided by, and whether there is a gain or bias.
  public let configuration: Normalization
  /// The learned factors, `[width]`.
  public let gain: Tensor<Element>?
  /// The learned summands, `[width]`.
  public let bias: Tensor<Element>?

  /// Declares the parameters of a normalisation.
  public init(
    _ name: String, width: Int, _ configuration: Normalization,
    in parameters: ParameterSet<Element>
  ) {
    self.configuration = configuration
    gain =
      configuration.hasGain
      ? parameters.declare("\(name).gain", [width], role: .vector, startingAs: .constant(1)) : nil
    bias =
      configuration.hasBias
      ? parameters.declare("\(name).bias", [width], role: .vector, startingAs: .constant(0)) : nil
  }

  /// Records the normalisation of each row. `input` is `[rows, width]`.
  public func record(_ input: Tensor<Element>, on tape: Tape<Element>) -> Tensor<Element> {
    switch configuration.kind {
    case .layer:
      tape.layerNorm(input, gain: gain, bias: bias, epsilon: configuration.epsilon)
    case .rootMeanSquare:
      tape.rmsNorm(input, gain: gain, epsilon: configuration.epsilon)
    }
  }
}
