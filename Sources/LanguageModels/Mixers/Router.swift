public import Tensors

/// Chooses, for each token, a few of several alternatives: experts, heads, depths, learners. Every
/// decision depends on the token's own activation alone, so that it is causal.
public final class Router<Element: TensorElement> {
  /// How it scores, weighs and balances.
  public let configuration: RouterConfiguration
  /// The number of alternatives.
  public let choices: Int
  /// The number of alternatives that a token gets.
  public let chosen: Int
  /// The matrix from activations to scores, `[width, choices]`.
  public let weight: Tensor<Element>
  /// What is added to the scores for the choice alone; moved against the load, not trained.
  public let selectionBias: Tensor<Element>?
  /// What moves ``selectionBias`` in place of the configuration's rule; nil for that rule.
  public var controller: (any RouterController<Element>)?

  private let name: String

  /// Declares the parameters of the router of a model's experts.
  public convenience init(
    _ name: String, _ experts: ExpertsConfiguration, _ model: ModelConfiguration,
    _ start: StartingDeviations, in parameters: ParameterSet<Element>
  ) {
    self.init(
      name, width: model.width, choices: experts.count, chosen: experts.chosen, experts.router,
      deviation: start.hidden, in: parameters)
  }

  /// Declares the parameters of a router.
  public init(
    _ name: String, width: Int, choices: Int, chosen: Int, _ configuration: RouterConfiguration,
    deviation: Double, in parameters: ParameterSet<Element>
  ) {
    precondition(chosen >= 1 && chosen <= choices, "\(chosen) of \(choices) alternatives")
    self.name = name
    self.configuration = configuration
    self.choices = choices
    self.chosen = chosen
    weight = parameters.declare(
      "\(name).weight", [width, choices], role: .hidden(fanIn: width),
      startingAs: .normal(standardDeviation: deviation))
    if case .bias = configuration.balancer {
      selectionBias = parameters.declareBuffer(
        "\(name).selectionBias", [choices], startingAs: .constant(0))
    } else {
      selectionBias = nil
    }
  }

  /// Records the decision for each row. `input` is `[rows, width]`. An auxiliary loss is added to
  /// the pass. Returns choices and weights.
  public func record(_ input: Tensor<Element>, in pass: ForwardPass<Element>) -> Routing<Element> {
    let tape = pass.tape
    let scores = tape.linear(input, weight: weight)
    let affinities: Tensor<Element>
    switch configuration.activation {
    case .softmax: affinities = tape.softmax(scores)
    case .sigmoid: affinities = tape.sigmoid(scores)
    }
    let indices = tape.topIndices(affinities, chosen, bias: selectionBias)
    var weights = tape.gatherColumns(affinities, indices, chosen)
    switch configuration.weights {
    case .raw: break
    case .renormalized: weights = tape.normalizedRows(weights, scale: 1)
    case .scaled(let factor): weights = tape.normalizedRows(weights, scale: factor)
    }
    let routing = Routing(affinities: affinities, chosen: indices, weights: weights)
    pass.routings[name] = routing
    switch configuration.balancer {
    case .none: break
    case .auxiliaryLoss(let coefficient):
      pass.auxiliaryLosses.append(
        tape.balanceLoss(
          affinities, chosen: indices, choicesPerRow: chosen, coefficient: coefficient))
    case .bias(let rate):
      if let selectionBias, tape.isDifferentiable {
        if let controller {
          controller.record(selectionBias, routing, on: tape)
        } else {
          tape.balanceBias(selectionBias, chosen: indices, weights: weights, rate: rate)
        }
      }
    }
    return routing
  }
}

/// What moves the biases with which a router chooses, without a gradient.
public protocol RouterController<Element>: AnyObject {
  /// The numbers it computes with.
  associatedtype Element: TensorElement

  /// Records a change of the biases, to be made once in every backward pass. `bias`, `[choices]`,
  /// is added to the scores for the choice alone; the tape is differentiable.
  func record(_ bias: Tensor<Element>, _ routing: Routing<Element>, on tape: Tape<Element>)
}
