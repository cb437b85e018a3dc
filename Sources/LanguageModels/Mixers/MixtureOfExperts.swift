public import Tensors

/// Feed-forward experts of which a router gives each token a few. Tokens are sorted by expert, so
/// that each expert multiplies its rows at once; none is dropped.
public final class MixtureOfExperts<Element: TensorElement>: ChannelMixer {
  /// The number of experts, how many a token gets, and each expert's shape.
  public let configuration: ExpertsConfiguration
  /// What chooses.
  public let router: Router<Element>
  /// The experts.
  public let bank: ExpertBank<Element>

  /// Declares the parameters of a mixture.
  public init(
    _ name: String, _ configuration: ExpertsConfiguration, start: StartingDeviations,
    model: ModelConfiguration, in parameters: ParameterSet<Element>
  ) {
    self.configuration = configuration
    router = Router("\(name).router", configuration, model, start, in: parameters)
    bank = ExpertBank(name, configuration, model, start, in: parameters)
  }

  /// The activations between the matrices, in the order of the experts.
  public var hookSites: [String] { ["hidden"] }

  /// Records the mixture. `input` is `[rows, width]`. The pass receives the routing and the
  /// auxiliary loss. Returns `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let routing = router.record(input, in: pass)
    let combined = bank.record(
      input, chosen: routing.chosen, weights: routing.weights, in: pass)
    return residual.map { pass.tape.add($0, combined) } ?? combined
  }
}
