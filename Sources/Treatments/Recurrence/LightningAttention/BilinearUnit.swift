internal import LanguageModels
internal import Tensors

/// A gated feed-forward without activation, (x W_v ⊙ x W_u) W_o: SGLU [210].
///
/// It takes over the matrices of a gated feed-forward, so that both start with the same numbers.
final class BilinearUnit<Element: TensorElement>: ChannelMixer {
  private let name: String
  private let feedForward: FeedForward<Element>

  init(_ name: String, of feedForward: FeedForward<Element>) {
    self.name = name
    self.feedForward = feedForward
  }

  var hookSites: [String] { ["hidden"] }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let product = tape.gatedUnit(feedForward.up.record(input, on: tape), .identity)
    let hidden = pass.site("\(name).hidden", product)
    return feedForward.down.record(hidden, addingTo: residual, on: tape)
  }
}

extension FeedForwardConfiguration {
  /// A gated feed-forward in place of this one: of the same width if it has a gate already, else of
  /// two thirds of it, so that its three matrices have the parameters of two.
  var gated: FeedForwardConfiguration {
    guard activation != .swiGLU else { return self }
    return FeedForwardConfiguration(
      width: max((2 * width + 2) / 3, 1), activation: .swiGLU, hasBias: false)
  }
}
