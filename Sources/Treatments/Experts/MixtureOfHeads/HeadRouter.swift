import LanguageModels
import Tensors

/// How many heads are always on, how many are routed, and how many of those a token gets.
struct HeadRouterCounts: Hashable {
  var shared: Int
  var routed: Int
  var chosen: Int
}

/// Weights of heads for each token, shared heads first [23]: `a₁·Hs·softmax(x W_s)` for the shared
/// and `a₂·k·p_h/Σp` for the k best of the routed, with p = softmax(x W_r) and a = 2·softmax(x W_0).
///
/// All weights are one where the three matrices are zero.
final class HeadRouter<Element: TensorElement>: HeadCombiner {
  private let counts: HeadRouterCounts
  private let router: Router<Element>
  private let shared: Tensor<Element>?
  private let groups: Tensor<Element>?

  /// Declares the matrices under the dotted name of the attention.
  init(
    _ name: String, counts: HeadRouterCounts, balance: Double, model: ModelConfiguration,
    in parameters: ParameterSet<Element>
  ) {
    self.counts = counts
    let deviation = StartingDeviations(model).hidden
    var configuration = RouterConfiguration()
    configuration.weights = .scaled(Double(counts.chosen))
    // [23] counts tokens for each head, k in all a token, where the router's loss counts shares.
    configuration.balancer =
      balance > 0 ? .auxiliaryLoss(coefficient: balance * Double(counts.chosen)) : .none
    router = Router(
      "\(name).router", width: model.width, choices: counts.routed, chosen: counts.chosen,
      configuration, deviation: deviation, in: parameters)
    func matrix(_ part: String, _ columns: Int) -> Tensor<Element>? {
      counts.shared == 0
        ? nil
        : parameters.declare(
          "\(name).\(part).weight", [model.width, columns], role: .hidden(fanIn: model.width),
          startingAs: .normal(standardDeviation: deviation))
    }
    shared = matrix("shared", counts.shared)
    groups = matrix("groups", 2)
  }

  /// The weights of all heads, `[rows, H]`.
  func weights(_ input: Tensor<Element>, in pass: ForwardPass<Element>) -> Tensor<Element> {
    let tape = pass.tape
    let routing = router.record(input, in: pass)
    let routed = tape.scatterColumns(routing.weights, routing.chosen, columns: counts.routed)
    guard let shared, let groups else { return routed }
    let always = tape.scale(
      tape.softmax(tape.linear(input, weight: shared)), by: Double(counts.shared))
    let balance = tape.scale(tape.softmax(tape.linear(input, weight: groups)), by: 2)
    return tape.concatenateColumns([
      tape.scaleHeads(always, by: tape.columns(balance, 0..<1)),
      tape.scaleHeads(routed, by: tape.columns(balance, 1..<2)),
    ])
  }

  func record(
    _ mixed: Tensor<Element>, input: Tensor<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    pass.tape.scaleHeads(mixed, by: weights(input, in: pass))
  }
}
