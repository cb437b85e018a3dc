public import LanguageModels
public import Tensors

/// A feed-forward layer both of whose maps are structured [112]; gate and value of SwiGLU are one map,
/// as in the authors' code.
public final class StructuredFeedForward<Element: TensorElement>: ChannelMixer {
  /// Widths, activation and biases.
  public let configuration: FeedForwardConfiguration
  /// W₁, or W_g and W_u side by side.
  public let up: StructuredLinear<Element>
  /// W₂.
  public let down: StructuredLinear<Element>

  private let name: String
  private let guideShare: Tensor<Element>?

  /// Declares the parameters of a layer in the place of a dense one, which must be out of the set and
  /// whose starting values count; α of all maps is one number, nil for no guide.
  public init(
    _ name: String, replacing dense: FeedForward<Element>, width: Int,
    structures: (up: LinearStructure, down: LinearStructure), guideShare: Tensor<Element>?,
    in parameters: ParameterSet<Element>
  ) {
    self.name = name
    self.guideShare = guideShare
    configuration = dense.configuration
    let inner = dense.configuration.width
    let isGated = dense.configuration.activation == .swiGLU
    up = StructuredLinear(
      isGated ? "\(name).gateUp" : "\(name).up", dense: dense.up.weight.array.map(Double.init),
      width, isGated ? 2 * inner : inner, structure: structures.up,
      hasBias: dense.configuration.hasBias, isGuided: guideShare != nil,
      guideBlocks: isGated ? [0..<inner, inner..<2 * inner] : [], in: parameters)
    down = StructuredLinear(
      "\(name).down", dense: dense.down.weight.array.map(Double.init), inner, width,
      structure: structures.down, hasBias: dense.configuration.hasBias,
      isGuided: guideShare != nil, in: parameters)
  }

  /// The activations between the maps.
  public var hookSites: [String] { ["hidden"] }

  /// Records the layer; the guide is left out where its share is zero.
  ///
  /// - Returns: `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let share = guideShare.flatMap { $0.values[0] == 0 ? nil : $0 }
    let projected = up.record(input, guideShare: share, on: tape)
    let hidden = pass.site(
      "\(name).hidden", configuration.activation.record(projected, on: tape))
    return down.record(hidden, addingTo: residual, guideShare: share, on: tape)
  }
}
