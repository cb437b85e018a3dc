extension Tape {
  /// Records `y = x diag(W₁ … W_b)`: each group of columns multiplied by a matrix of its own.
  /// `input` is `x`, `[rows, b·in]`. `weight` has the blocks, `[b, in, out]`. Returns
  /// `[rows, b·out]`.
  public func blockDiagonalLinear(
    _ input: Tensor<Element>, weight: Tensor<Element>
  ) -> Tensor<Element> {
    precondition(
      weight.shape.count == 3 && weight.shape[0] * weight.shape[1] == input.columnCount,
      "blocks \(weight.shape) do not map features of \(input.shape)")
    let shape = Array(input.shape.dropLast()) + [weight.shape[0] * weight.shape[2]]
    return record(
      BlockDiagonalMap(
        input: input, weight: weight, output: tensor(shape, dependingOn: [input, weight]))
    ).output
  }
}

/// One matrix product a block, one after the other, each on all threads; columns are read and
/// written where they lie.
private struct BlockDiagonalMap<Element: TensorElement>: Operation {
  var input: Tensor<Element>
  var weight: Tensor<Element>
  var output: Tensor<Element>

  var name: String { "block-diagonal linear" }
  var outputs: [Tensor<Element>] { [output] }
  private var blocks: Int { weight.shape[0] }
  private var inputs: Int { weight.shape[1] }
  private var width: Int { weight.shape[2] }

  private var forwardProduct: MatrixProduct<Element> {
    MatrixProduct(rows: input.rowCount, columns: width, depth: inputs)
  }
  private var inputGradientProduct: MatrixProduct<Element> {
    MatrixProduct(rows: input.rowCount, columns: inputs, depth: width)
  }
  private var weightGradientProduct: MatrixProduct<Element> {
    MatrixProduct(rows: inputs, columns: width, depth: input.rowCount)
  }

  var cost: OperationCost {
    let one = Double(blocks) * forwardProduct.operationCount
    return .product(one, input, weight)
  }

  var scratchBytes: Int {
    let most = max(
      forwardProduct.scratchCount, inputGradientProduct.scratchCount,
      weightGradientProduct.scratchCount)
    return most * MemoryLayout<Element>.stride
  }

  private func matrix(_ block: Int) -> MatrixOperand<Element> {
    MatrixOperand(weight.values + block * inputs * width, stride: width)
  }

  private func features(_ block: Int) -> MatrixOperand<Element> {
    MatrixOperand(input.values + block * inputs, stride: input.columnCount)
  }

  func forward(_ run: Execution) {
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    for block in 0..<blocks {
      forwardProduct.run(
        .init(
          left: features(block), right: matrix(block), output: output.values + block * width,
          outputStride: output.columnCount),
        pool: run.pool, scratch: scratch)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    func outputGradient(_ block: Int) -> MatrixOperand<Element> {
      MatrixOperand(gradient + block * width, stride: output.columnCount)
    }
    if let place = weight.gradientDestination() {
      for block in 0..<blocks {
        weightGradientProduct.run(
          .init(
            left: features(block).transposed, right: outputGradient(block),
            to: place.from(block * inputs * width),
            stride: width),
          pool: run.pool, scratch: scratch)
      }
    }
    if let place = input.gradientDestination() {
      for block in 0..<blocks {
        inputGradientProduct.run(
          .init(
            left: outputGradient(block), right: matrix(block).transposed,
            to: place.from(block * inputs),
            stride: input.columnCount),
          pool: run.pool, scratch: scratch)
      }
    }
  }
}
