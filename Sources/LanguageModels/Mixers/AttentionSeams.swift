public import Tensors

/// What happens to the results of attention heads before they are projected back to the stream:
/// gates, routed weights, normalisation.
public protocol HeadCombiner<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records the combination.
  ///
  /// - Parameters:
  ///   - mixed: the heads' results side by side, `[rows, H·d]`.
  ///   - input: the normalised activations that the layer read, `[rows, width]`.
  ///   - pass: the pass being recorded.
  /// - Returns: `[rows, H·d]`.
  func record(
    _ mixed: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element>
}

/// Factors on the attention scores of each query and head, as a function of the query's token.
public protocol AttentionTemperature<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records the factors.
  ///
  /// - Parameters:
  ///   - input: the normalised activations that the layer read, `[rows, width]`.
  ///   - pass: the pass being recorded.
  /// - Returns: `[rows, H]`.
  func record(_ input: Tensor<Element>, in pass: ForwardPass<Element>) -> Tensor<Element>
}
