extension Tape {
  /// The same numbers as a constant: no gradient flows through, and the backward pass of what made
  /// them is left out where nothing else needs it.
  public func constant(_ x: Tensor<Element>) -> Tensor<Element> {
    record(ConstantCopy(input: x, output: tensor(x.shape, dependingOn: []))).output
  }
}

private struct ConstantCopy<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "constant" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    run.forEachPiece(of: output.count) { start, count in
      (output.values + start).update(from: input.values + start, count: count)
    }
  }

  func backward(_ run: Execution) {}
}
