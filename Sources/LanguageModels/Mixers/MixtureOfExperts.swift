public import Tensors

/// Feed-forward experts of which a router gives each token a few.
///
/// Tokens are sorted by expert, so that each expert multiplies its rows at once; none is dropped.
public final class MixtureOfExperts<Element: TensorElement>: ChannelMixer {
  /// The number of experts, how many a token gets, and each expert's shape.
  public let configuration: ExpertsConfiguration
  /// What chooses.
  public let router: Router<Element>
  /// Every expert's first matrix, gate and value side by side for SwiGLU: `[E, width, F or 2F]`.
  public let up: Tensor<Element>
  /// Every expert's second matrix, `[E, F, width]`.
  public let down: Tensor<Element>

  private let name: String

  /// Declares the parameters of a mixture.
  ///
  /// - Parameters:
  ///   - name: the dotted name of the layer's channel mixer.
  ///   - configuration: the experts and their router.
  ///   - start: the standard deviations with which matrices start.
  ///   - model: the model it belongs to.
  ///   - parameters: where to declare them.
  public init(
    _ name: String, _ configuration: ExpertsConfiguration, start: StartingDeviations,
    model: ModelConfiguration, in parameters: ParameterSet<Element>
  ) {
    self.name = name
    self.configuration = configuration
    let expert = configuration.expert
    router = Router(
      "\(name).router", width: model.width, choices: configuration.count,
      chosen: configuration.chosen, configuration.router, deviation: start.hidden, in: parameters)
    let inner = expert.activation == .swiGLU ? 2 * expert.width : expert.width
    up = parameters.declare(
      expert.activation == .swiGLU ? "\(name).experts.gateUp" : "\(name).experts.up",
      [configuration.count, model.width, inner], role: .hidden(fanIn: model.width),
      startingAs: .normal(standardDeviation: start.hidden))
    down = parameters.declare(
      "\(name).experts.down", [configuration.count, expert.width, model.width],
      role: .hidden(fanIn: expert.width), startingAs: .normal(standardDeviation: start.residual))
  }

  /// The activations between the matrices, in the order of the experts.
  public var hookSites: [String] { ["hidden"] }

  /// Records the mixture.
  ///
  /// - Parameters:
  ///   - input: `[rows, width]`.
  ///   - residual: what to add the result to.
  ///   - pass: the pass being recorded; it receives the routing and the auxiliary loss.
  /// - Returns: `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let routing = router.record(input, in: pass)
    let groups = tape.groupRows(
      routing.chosen, groupCount: configuration.count, choicesPerRow: configuration.chosen)
    let sorted = tape.expandRows(input, groups)
    let projected = tape.segmentedLinear(sorted, weight: up, offsets: groups.offsets)
    let activated = configuration.expert.activation.record(projected, on: tape)
    let hidden = pass.site("\(name).hidden", activated)
    let results = tape.segmentedLinear(hidden, weight: down, offsets: groups.offsets)
    let combined = tape.combineRows(results, groups, weights: routing.weights)
    return residual.map { tape.add($0, combined) } ?? combined
  }
}

extension FeedForwardConfiguration.Activation {
  /// Records the function by itself, where no matrix product can take it along.
  ///
  /// - Parameters:
  ///   - input: `[rows, width]`, or gate and value side by side for SwiGLU, `[rows, 2·width]`.
  ///   - tape: where to record.
  public func record<Element>(_ input: Tensor<Element>, on tape: Tape<Element>) -> Tensor<Element> {
    switch self {
    case .gelu: tape.apply(.gelu, to: input)
    case .geluTanh: tape.apply(.geluTanh, to: input)
    case .relu: tape.apply(.relu, to: input)
    case .reluSquared: tape.apply(.reluSquared, to: input)
    case .silu: tape.apply(.silu, to: input)
    case .swiGLU: tape.swiGLU(input)
    }
  }
}
