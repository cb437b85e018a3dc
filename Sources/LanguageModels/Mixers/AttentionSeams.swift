public import Tensors

/// What happens to the results of attention heads before they are projected back to the stream:
/// gates, routed weights, normalisation.
public protocol HeadCombiner<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records the combination. `mixed` has the heads' results side by side, `[rows, H·d]`. `input`
  /// is what the layer read, normalised, `[rows, width]`. Returns `[rows, H·d]`.
  func record(
    _ mixed: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element>
}

/// Factors on the attention scores of each query and head, as a function of the query's token.
public protocol AttentionTemperature<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records the factors. `input` is what the layer read, normalised, `[rows, width]`. Returns
  /// `[rows, H]`.
  func record(_ input: Tensor<Element>, in pass: ForwardPass<Element>) -> Tensor<Element>
}

/// What happens to queries, keys and values between their normalisation and their positions: gates,
/// scales.
public protocol ProjectionTransform<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records the transform. `projected` holds queries, keys and values side by side,
  /// `[rows, (H + 2·Hkv)·d]`. `input` is what the layer read, normalised, `[rows, width]`. Returns
  /// `[rows, (H + 2·Hkv)·d]`.
  func record(
    _ projected: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element>
}

/// Keys and values that every query sees in addition to those of the tokens.
public protocol AttentionSupplement<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records the attention to all keys. `queries` have their positions already, heads side by side.
  /// Returns the heads' results side by side, `[rows, H·d]`.
  func record(
    _ attended: AttentionResult<Element>, queries: HeadColumns<Element>,
    _ settings: AttentionSettings<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element>
}
