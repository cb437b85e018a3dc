public import Tensors

/// The matrices of several feed-forward experts of one shape. Rows are sorted by expert, so that
/// each expert multiplies its rows at once; none is dropped.
public final class ExpertBank<Element: TensorElement> {
  /// The number of experts.
  public let count: Int
  /// Each expert.
  public let expert: FeedForwardConfiguration
  /// Every expert's first matrix, gate and value side by side for SwiGLU: `[E, width, F or 2F]`.
  public let up: Tensor<Element>
  /// Every expert's second matrix, `[E, F, width]`.
  public let down: Tensor<Element>

  private let name: String

  /// Declares the parameters of experts without biases; the dotted name is their mixer's.
  public init(
    _ name: String, count: Int, expert: FeedForwardConfiguration, width: Int,
    start: StartingDeviations, in parameters: ParameterSet<Element>
  ) {
    self.name = name
    self.count = count
    self.expert = expert
    let isGated = expert.activation == .swiGLU
    let inner = isGated ? 2 * expert.width : expert.width
    up = parameters.declare(
      isGated ? "\(name).experts.gateUp" : "\(name).experts.up", [count, width, inner],
      role: .hidden(fanIn: width), startingAs: .normal(standardDeviation: start.hidden),
      columnBlocks: isGated ? [0..<expert.width, expert.width..<inner] : [])
    down = parameters.declare(
      "\(name).experts.down", [count, expert.width, width], role: .hidden(fanIn: expert.width),
      startingAs: .normal(standardDeviation: start.residual))
  }

  /// Declares the parameters of a model's experts.
  public convenience init(
    _ name: String, _ experts: ExpertsConfiguration, _ model: ModelConfiguration,
    _ start: StartingDeviations, in parameters: ParameterSet<Element>
  ) {
    self.init(
      name, count: experts.count, expert: experts.expert, width: model.width, start: start,
      in: parameters)
  }

  /// Records the weighted sum of the chosen experts of each row: `y = Σ_j w_j E_{c_j}(x)`.
  ///
  /// `input` is x, `[rows, width]`. `chosen` is c, `[rows · choices]`, negative for none. `weights`
  /// is w, `[rows, choices]`. `share` is the share of the choices that are an expert on average, as
  /// the accountant counts them. Returns `[rows, width]`.
  public func record(
    _ input: Tensor<Element>, chosen: IndexTensor, weights: Tensor<Element>, share: Double = 1,
    in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    let groups = tape.groupRows(
      chosen, groupCount: count, choicesPerRow: chosen.count / input.rowCount)
    let expected = share * Double(chosen.count)
    let sorted = tape.expandRows(input, groups)
    let projected = tape.segmentedLinear(
      sorted, weight: up, offsets: groups.offsets, expectedRows: expected)
    let activated = expert.activation.record(projected, on: tape)
    let hidden = pass.site("\(name).hidden", activated)
    let results = tape.segmentedLinear(
      hidden, weight: down, offsets: groups.offsets, expectedRows: expected)
    return tape.combineRows(results, groups, weights: weights)
  }
}
