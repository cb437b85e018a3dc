public import LanguageModels
public import Tensors

/// Routed experts and a feed-forward that every token passes through, added up: a shared expert.
public final class RoutedBesideDense<Element: TensorElement>: ChannelMixer {
  /// The routed experts, called `routed` within the layer's channel mixer.
  public let routed: any ChannelMixer<Element>
  /// What every token passes through.
  public let dense: FeedForward<Element>

  /// The sum of the two.
  public init(_ routed: any ChannelMixer<Element>, beside dense: FeedForward<Element>) {
    self.routed = routed
    self.dense = dense
  }

  /// The sites of both.
  public var hookSites: [String] { dense.hookSites + routed.hookSites.map { "routed.\($0)" } }

  /// Records both.
  ///
  /// - Returns: `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    routed.record(input, addingTo: dense.record(input, addingTo: residual, in: pass), in: pass)
  }
}
