public import Tensors

/// What a router decided for each row of a pass.
public struct Routing<Element: TensorElement> {
  /// The affinity of each row to each choice, `[rows, choices]`.
  public let affinities: Tensor<Element>
  /// The choices of each row, best first, `[rows · chosen]`.
  public let chosen: IndexTensor
  /// The weight of each chosen one, `[rows, chosen]`.
  public let weights: Tensor<Element>

  /// A decision.
  public init(affinities: Tensor<Element>, chosen: IndexTensor, weights: Tensor<Element>) {
    self.affinities = affinities
    self.chosen = chosen
    self.weights = weights
  }
}
