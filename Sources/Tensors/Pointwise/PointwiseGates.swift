extension Tape {
  /// A gated unit: `y = f(gate) ⊙ value` of inputs that hold both side by side [GLU]. `x` is
  /// `[rows, 2·features]`, gates first. Returns `[rows, features]`.
  public func gatedUnit(
    _ x: Tensor<Element>, _ function: PointwiseFunction
  ) -> Tensor<Element> {
    precondition(x.columnCount % 2 == 0, "gates and values do not fit in \(x.shape)")
    let shape = Array(x.shape.dropLast()) + [x.columnCount / 2]
    return record(
      GatedUnit(function: function, input: x, output: tensor(shape, dependingOn: [x]))
    ).output
  }

  /// `silu(gate) ⊙ value`; see ``gatedUnit(_:_:)``.
  public func swiGLU(_ x: Tensor<Element>) -> Tensor<Element> { gatedUnit(x, .silu) }

  /// A learned gate: `y = σ(g) ⊙ x`, one g for each element or for each head of them. `x` is
  /// `[rows, heads·width]`. `g` is `[rows, heads]`; as many columns as x for a gate an element.
  public func gate(_ x: Tensor<Element>, by g: Tensor<Element>) -> Tensor<Element> {
    precondition(
      g.rowCount == x.rowCount && x.columnCount % g.columnCount == 0,
      "gates \(g.shape) do not fit \(x.shape)")
    return record(
      SigmoidGate(input: x, gate: g, output: tensor(x.shape, dependingOn: [x, g]))
    ).output
  }
}

private struct GatedUnit<Element: TensorElement>: Operation {
  let function: PointwiseFunction
  let input: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "\(function.rawValue) gated unit" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var features: Int { output.columnCount }

  func forward(_ run: Execution) {
    run.forEachBlock(ofRows: output.rowCount, columns: features) { row, count in
      Element.pointwiseKernels.gatedForward(
        function.kernel, count, features, input.values + row * 2 * features,
        output.values + row * features)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    run.forEachBlock(ofRows: output.rowCount, columns: features) { row, count in
      Element.pointwiseKernels.gatedBackward(
        function.kernel, count, features, input.values + row * 2 * features,
        gradient + row * features, target.pointer + row * 2 * features, target.flag)
    }
  }
}

private struct SigmoidGate<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let gate: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "gate" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var heads: Int { gate.columnCount }
  private var width: Int { input.columnCount / gate.columnCount }

  func forward(_ run: Execution) {
    run.forEachBlock(ofRows: input.rowCount, columns: heads * width) { row, count in
      Element.pointwiseKernels.gateForward(
        count, heads, width, gate.values + row * heads, input.values + row * heads * width,
        output.values + row * heads * width)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    // In the order in which the kernel writes them, in case both are one tensor.
    let ofInput = input.gradientDestination()
    let ofGate = gate.gradientDestination()
    run.forEachBlock(ofRows: input.rowCount, columns: heads * width) { row, count in
      let at = row * heads * width
      Element.pointwiseKernels.gateBackward(
        count, heads, width, gate.values + row * heads, input.values + at, gradient + at,
        ofGate.map { $0.pointer + row * heads }, ofGate?.flag ?? 0,
        ofInput.map { $0.pointer + at }, ofInput?.flag ?? 0)
    }
  }
}
