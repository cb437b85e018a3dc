public import Tensors

/// A feed-forward layer: activation(x W₁ + b₁) W₂ + b₂, or (silu(x W_g) ⊙ x W_u) W₂ for SwiGLU.
public final class FeedForward<Element: TensorElement>: ChannelMixer {
  /// Widths, activation and biases.
  public let configuration: FeedForwardConfiguration
  /// W₁, or W_g and W_u side by side.
  public let up: Linear<Element>
  /// W₂.
  public let down: Linear<Element>

  private let name: String

  /// Declares the parameters of a feed-forward layer.
  public init(
    _ name: String, _ configuration: FeedForwardConfiguration, start: StartingDeviations,
    model: ModelConfiguration, in parameters: ParameterSet<Element>
  ) {
    self.name = name
    self.configuration = configuration
    let isGated = configuration.activation == .swiGLU
    up = Linear(
      isGated ? "\(name).gateUp" : "\(name).up", model.width,
      isGated ? 2 * configuration.width : configuration.width, deviation: start.hidden,
      hasBias: configuration.hasBias, normalizesSpectrally: configuration.normalizesSpectrally,
      columnBlocks: isGated
        ? [0..<configuration.width, configuration.width..<2 * configuration.width] : [],
      in: parameters)
    down = Linear(
      "\(name).down", configuration.width, model.width, deviation: start.residual,
      hasBias: configuration.hasBias, normalizesSpectrally: configuration.normalizesSpectrally,
      in: parameters)
  }

  /// The activations between the matrices.
  public var hookSites: [String] { ["hidden"] }

  /// Records the layer. `input` is `[rows, width]`. Returns `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    // The product takes a plain function along.
    let activated =
      configuration.activation.function.map { up.record(input, activation: $0, on: tape) }
      ?? tape.swiGLU(up.record(input, on: tape))
    let hidden = pass.site("\(name).hidden", activated)
    return down.record(hidden, addingTo: residual, on: tape)
  }
}

extension FeedForwardConfiguration.Activation {
  /// The function of single elements; nil for SwiGLU, which takes two.
  fileprivate var function: PointwiseFunction? { PointwiseFunction(rawValue: rawValue) }

  /// Records the function by itself, where no matrix product can take it along. The input is
  /// `[rows, width]`, or gate and value side by side for SwiGLU, `[rows, 2·width]`.
  public func record<Element>(_ input: Tensor<Element>, on tape: Tape<Element>) -> Tensor<Element> {
    function.map { tape.apply($0, to: input) } ?? tape.swiGLU(input)
  }
}
