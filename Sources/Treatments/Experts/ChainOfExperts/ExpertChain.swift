public import LanguageModels
public import Tensors

/// Experts that are passed several times within a layer, each time chosen by what the last pass made
/// of the token [28].
///
/// `x⁽ᵗ⁾ = Σ_i g_{t,i} E_i(x⁽ᵗ⁻¹⁾) + x⁽ᵗ⁻¹⁾` with a router a pass and the same experts in all.
public final class ExpertChain<Element: TensorElement>: ChannelMixer {
  /// The number of passes, C.
  public let iterations: Int
  /// A router for each pass, or one for all.
  public let routers: [Router<Element>]
  /// The experts.
  public let bank: ExpertBank<Element>
  /// Whether each pass adds to what it reads; otherwise the layer's input is added once at the end.
  public let addsEachPass: Bool
  /// Whether the layer's input is left out of its result, to which the layer adds it anyway.
  public let subtractsInput: Bool

  /// Declares the parameters of a chain of so many passes.
  public init(
    _ name: String, _ configuration: ExpertsConfiguration, iterations: Int, sharesRouter: Bool,
    addsEachPass: Bool, subtractsInput: Bool, model: ModelConfiguration,
    in parameters: ParameterSet<Element>
  ) {
    self.iterations = iterations
    self.addsEachPass = addsEachPass
    self.subtractsInput = subtractsInput
    let start = StartingDeviations(model)
    routers = (0..<(sharesRouter ? 1 : iterations)).map { index in
      Router("\(name).routers.\(index)", configuration, model, start, in: parameters)
    }
    bank = ExpertBank(name, configuration, model, start, in: parameters)
  }

  /// The activations between the matrices, in the order of the experts, of every pass.
  public var hookSites: [String] { ["hidden"] }

  /// Records the chain.
  ///
  /// - Returns: `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    func add(_ one: Tensor<Element>?, _ other: Tensor<Element>) -> Tensor<Element> {
      one.map { tape.add($0, other) } ?? other
    }
    var state = input
    var sum = subtractsInput ? residual : add(residual, input)
    for iteration in 0..<iterations {
      let routing = routers[iteration % routers.count].record(state, in: pass)
      let step = bank.record(state, chosen: routing.chosen, weights: routing.weights, in: pass)
      let isLast = iteration == iterations - 1
      if addsEachPass || isLast { sum = add(sum, step) }
      if !isLast { state = addsEachPass ? tape.add(state, step) : step }
    }
    return sum ?? input
  }
}
