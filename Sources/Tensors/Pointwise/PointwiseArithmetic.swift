extension Tape {
  /// `y = a + b`; where possible the gradient of a is the result's own memory.
  public func add(_ a: Tensor<Element>, _ b: Tensor<Element>) -> Tensor<Element> {
    precondition(a.shape == b.shape, "\(a.shape) + \(b.shape)")
    return record(Addition(a: a, b: b, output: tensor(a.shape, dependingOn: [a, b]))).output
  }

  /// `y = x + bias` with one bias for all rows. `x` is `[rows, columns]`. `bias` is `[columns]`.
  public func add(_ x: Tensor<Element>, bias: Tensor<Element>) -> Tensor<Element> {
    precondition(bias.count == x.columnCount, "\(x.shape) with a bias \(bias.shape)")
    return record(
      BiasAddition(input: x, bias: bias, output: tensor(x.shape, dependingOn: [x, bias]))
    ).output
  }

  /// `y = factor · x`.
  public func scale(_ x: Tensor<Element>, by factor: Double) -> Tensor<Element> {
    record(
      Scaling(input: x, factor: Element(factor), output: tensor(x.shape, dependingOn: [x]))
    ).output
  }

  /// The product of elements: `y = a ⊙ b`.
  public func multiply(_ a: Tensor<Element>, _ b: Tensor<Element>) -> Tensor<Element> {
    precondition(a.shape == b.shape, "\(a.shape) ⊙ \(b.shape)")
    return record(Product(a: a, b: b, output: tensor(a.shape, dependingOn: [a, b]))).output
  }
}

private struct Addition<Element: TensorElement>: Operation {
  let a: Tensor<Element>
  let b: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "add" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    run.forEachPiece(of: output.count) { start, count in
      Element.pointwiseKernels.add(
        count, a.values + start, b.values + start, output.values + start)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    // One summand takes over the memory; better one that has no gradient of its own yet.
    let heir = !a.requiresGradient || (a.gradientIsWritten && !b.gradientIsWritten) ? b : a
    (heir === a ? b : a).addGradient(gradient, run)
    heir.inheritGradient(of: output, run)
  }
}

private struct BiasAddition<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let bias: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "add bias" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let columns = input.columnCount
    run.forEachBlock(ofRows: input.rowCount, columns: columns) { row, count in
      Element.pointwiseKernels.addBias(
        count, columns, input.values + row * columns, bias.values, output.values + row * columns)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    if let target = bias.gradientDestination() {
      let columns = input.columnCount
      // By columns, so that every sum runs over the rows from first to last.
      let width = 64
      run.pool.forEach((columns + width - 1) / width) { item in
        let start = item * width
        Element.pointwiseKernels.columnSums(
          input.rowCount, min(width, columns - start), gradient + start, columns,
          target.pointer + start, target.flag)
      }
    }
    input.inheritGradient(of: output, run)
  }
}

private struct Scaling<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let factor: Element
  let output: Tensor<Element>

  var name: String { "scale" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    run.forEachPiece(of: input.count) { start, count in
      Element.pointwiseKernels.scale(
        count, factor, input.values + start, output.values + start, 0)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    input.addGradient(gradient, times: factor, run)
  }
}

private struct Product<Element: TensorElement>: Operation {
  let a: Tensor<Element>
  let b: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "multiply" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    run.forEachPiece(of: output.count) { start, count in
      Element.pointwiseKernels.multiply(
        count, a.values + start, b.values + start, output.values + start, 0)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    for (one, other) in [(a, b), (b, a)] {
      guard let target = one.gradientDestination() else { continue }
      run.forEachPiece(of: output.count) { start, count in
        Element.pointwiseKernels.multiply(
          count, gradient + start, other.values + start, target.pointer + start, target.flag)
      }
    }
  }
}
