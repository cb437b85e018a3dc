extension Tape {
  /// Softmax of rows: `y = exp(x) / Σ exp(x)`. `x` is `[rows, columns]`.
  public func softmax(_ x: Tensor<Element>) -> Tensor<Element> {
    record(Softmax(input: x, isLogarithm: false, output: tensor(x.shape, dependingOn: [x]))).output
  }

  /// The logarithm of softmax of rows: `y = x − ln Σ exp(x)`. `x` is `[rows, columns]`.
  public func logSoftmax(_ x: Tensor<Element>) -> Tensor<Element> {
    record(Softmax(input: x, isLogarithm: true, output: tensor(x.shape, dependingOn: [x]))).output
  }
}

/// Softmax of rows or its logarithm, differentiated from its output.
private struct Softmax<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let isLogarithm: Bool
  let output: Tensor<Element>

  var name: String { isLogarithm ? "log-softmax" : "softmax" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let columns = input.columnCount
    let kernels = Element.softmaxKernels
    run.forEachBlock(ofRows: input.rowCount, columns: columns) { row, count in
      let at = row * columns
      if isLogarithm {
        kernels.logSoftmaxForward(count, columns, input.values + at, output.values + at)
      } else {
        kernels.forward(count, columns, input.values + at, output.values + at)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let columns = input.columnCount
    let kernels = Element.softmaxKernels
    run.forEachBlock(ofRows: input.rowCount, columns: columns) { row, count in
      let at = row * columns
      if isLogarithm {
        kernels.logSoftmaxBackward(
          count, columns, output.values + at, gradient + at, target.pointer + at, target.flag)
      } else {
        kernels.backward(
          count, columns, output.values + at, gradient + at, target.pointer + at, target.flag)
      }
    }
  }
}
