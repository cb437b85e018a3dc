public import LanguageModels
public import Tensors

/// Shape and control of a mixture with zero-computation experts [106].
public struct ZeroExpertSettings: Hashable, Sendable {
  /// The number of feed-forward experts, N.
  public var experts: Int
  /// The number of experts that return what they get, Z.
  public var zeroExperts: Int
  /// The number of experts that a token goes to, K.
  public var chosen: Int
  /// The mean number of feed-forward experts of a token that the biases are moved towards, K_e.
  public var meanExperts: Double
  /// The factor γ of the chosen affinities.
  public var weightScale: Double
  /// The step μ of the biases.
  public var biasRate: Double
  /// The number of steps after which μ is half as large; zero for never.
  public var rateHalfLife: Double

  /// The arithmetic of a token relative to K feed-forward experts.
  public var expertShare: Double { meanExperts / Double(chosen) }
}

/// Feed-forward experts and experts that return what they get, with biases that keep a mean number of
/// feed-forward experts a token [106].
///
/// `y = Σ_i γ p_i E_i(x)` over the K greatest `p + b`, with p a softmax over all N + Z experts. After
/// each batch `b_i += μ((K_e / K) / N − T_i / (K T))` for the N feed-forward experts.
public final class ZeroExpertMixture<Element: TensorElement>: ChannelMixer {
  /// Shape and control.
  public let settings: ZeroExpertSettings
  /// What chooses; its choices from N on are the zero-computation experts.
  public let router: Router<Element>
  /// The feed-forward experts.
  public let bank: ExpertBank<Element>

  /// Declares the parameters of a mixture in a model, which sets the step of the biases before each
  /// batch.
  public init(
    _ name: String, _ settings: ZeroExpertSettings, expert: FeedForwardConfiguration,
    in model: LanguageModel<Element>
  ) {
    self.settings = settings
    let start = StartingDeviations(model.configuration)
    let width = model.configuration.width
    var configuration = RouterConfiguration()
    configuration.weights = .raw
    configuration.balancer = settings.zeroExperts > 0 ? .bias(rate: settings.biasRate) : .none
    router = Router(
      "\(name).router", width: width, choices: settings.experts + settings.zeroExperts,
      chosen: settings.chosen, configuration, deviation: start.hidden, in: model.parameters)
    bank = ExpertBank(
      name, count: settings.experts, expert: expert, width: width, start: start,
      in: model.parameters)
    guard settings.zeroExperts > 0 else { return }
    let rate = model.parameters.declareBuffer(
      "\(name).router.biasRate", [1], startingAs: .constant(settings.biasRate))
    router.controller = MeanExpertController(settings, rate: rate)
    if settings.rateHalfLife > 0 {
      model.stepActions.append { moment in
        rate.values[0] = Element(settings.rate(at: moment.step))
      }
    }
  }

  /// The activations between the matrices, in the order of the experts.
  public var hookSites: [String] { ["hidden"] }

  /// Records the mixture.
  ///
  /// - Returns: `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let routing = router.record(input, in: pass)
    let weights =
      settings.weightScale == 1
      ? routing.weights : tape.scale(routing.weights, by: settings.weightScale)
    let dense = 0..<settings.experts
    let isMixed = settings.zeroExperts > 0
    let combined = bank.record(
      input, chosen: isMixed ? tape.choices(routing.chosen, within: dense) : routing.chosen,
      weights: weights, share: settings.expertShare, in: pass)
    let sum = residual.map { tape.add($0, combined) } ?? combined
    guard isMixed else { return sum }
    let kept = tape.weightSums(
      weights, chosen: routing.chosen, within: dense.upperBound..<router.choices)
    return tape.add(sum, rows: input, weights: kept)
  }
}

extension ZeroExpertSettings {
  /// μ before a step.
  func rate(at step: Int) -> Double {
    rateHalfLife > 0 ? biasRate / (1 + Double(step) / rateHalfLife) : biasRate
  }
}

/// Moves the biases of the feed-forward experts towards their share of a mean number a token.
private final class MeanExpertController<Element: TensorElement>: RouterController {
  private let settings: ZeroExpertSettings
  private let rate: Tensor<Element>

  init(_ settings: ZeroExpertSettings, rate: Tensor<Element>) {
    self.settings = settings
    self.rate = rate
  }

  func record(_ bias: Tensor<Element>, _ routing: Routing<Element>, on tape: Tape<Element>) {
    tape.controlLoad(
      bias, chosen: routing.chosen, weights: routing.weights, controlled: 0..<settings.experts,
      target: settings.expertShare / Double(settings.experts), rate: rate)
  }
}
