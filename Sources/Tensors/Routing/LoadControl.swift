extension Tape {
  /// Moves the biases of some choices towards a load, once in every backward pass [106].
  ///
  /// `bias_i += rate · (target − T_i / assignments)` for the controlled choices i, with T_i the
  /// number of assignments to choice i; no gradient takes part.
  ///
  /// `bias` is `[choices]`, the bias that ``topIndices(_:_:bias:)`` used. `chosen` is what was
  /// chosen; negative for none. `weights` are those of the chosen, recorded before; their gradient
  /// shows that a backward pass is under way. The biases of `controlled` choices move, each of
  /// which is to get the share `target` of all assignments.
  public func controlLoad(
    _ bias: Tensor<Element>, chosen: IndexTensor, weights: Tensor<Element>,
    controlled: Range<Int>, target: Double, rate: Tensor<Element>
  ) {
    precondition(
      controlled.upperBound <= bias.count && rate.count == 1,
      "choices \(controlled) of \(bias.count)")
    // Listed as the output of another operation, it must not give that one's gradient back.
    weights.retainsGradient = true
    record(
      LoadControl(
        bias: bias, chosen: chosen, weights: weights, controlled: controlled, target: target,
        rate: rate, load: arena.allocate(bias.count, of: Int.self)))
  }
}

/// A step of the control of loads, which happens with the gradients.
private struct LoadControl<Element: TensorElement>: Operation {
  let bias: Tensor<Element>
  let chosen: IndexTensor
  let weights: Tensor<Element>
  let controlled: Range<Int>
  let target: Double
  let rate: Tensor<Element>
  let load: UnsafeMutablePointer<Int>

  var name: String { "control load" }
  var outputs: [Tensor<Element>] { [weights] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {}

  func backward(_ run: Execution) {
    _ = chosen.count(into: UnsafeMutableBufferPointer(start: load, count: bias.count))
    for choice in controlled {
      let error = target - Double(load[choice]) / Double(max(chosen.count, 1))
      bias.values[choice] += rate.values[0] * Element(error)
    }
  }
}
