public import LanguageModels
public import Tensors

/// The layer from which a mixture branches off: the mixture reads what the layer's feed-forward reads,
/// and its result waits for the next layer [106].
public final class ShortcutBranch<Element: TensorElement>: ChannelMixer {
  /// What branches off.
  public let mixture: ZeroExpertMixture<Element>
  /// The layer's own feed-forward.
  public let dense: FeedForward<Element>

  private let name: String

  /// The beginning of a branch.
  public init(
    _ name: String, mixture: ZeroExpertMixture<Element>, beside dense: FeedForward<Element>
  ) {
    self.name = name
    self.mixture = mixture
    self.dense = dense
  }

  /// The sites of the feed-forward.
  public var hookSites: [String] { dense.hookSites }

  /// Records both.
  ///
  /// - Returns: `[rows, width]`, without the mixture's result.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    pass.carried[name] = pass.tape.part(name) {
      mixture.record(input, addingTo: nil, in: pass)
    }
    return dense.record(input, addingTo: residual, in: pass)
  }
}

/// The layer after whose feed-forward the result of a branch is added to the stream [106].
public final class ShortcutEnd<Element: TensorElement>: ChannelMixer {
  /// The layer's own feed-forward.
  public let dense: FeedForward<Element>

  private let name: String

  /// The end of the branch of the same name.
  public init(_ name: String, after dense: FeedForward<Element>) {
    self.name = name
    self.dense = dense
  }

  /// The sites of the feed-forward.
  public var hookSites: [String] { dense.hookSites }

  /// Records the feed-forward and adds what waits.
  ///
  /// - Returns: `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let sum = dense.record(input, addingTo: residual, in: pass)
    guard let branch = pass.carried.removeValue(forKey: name) else {
      preconditionFailure("\(name) ends without having begun")
    }
    return pass.tape.add(sum, branch)
  }
}
