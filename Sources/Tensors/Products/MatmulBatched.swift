extension Tape {
  /// Records `C[b] = op(A[b]) op(B[b])`, one matrix product for every index of a batch.
  ///
  /// `left` is `A`, `[batch, m, k]`, or `[batch, k, m]` if it is transposed. `right` is `B`,
  /// `[batch, k, n]`, or `[batch, n, k]` if it is transposed. Returns `[batch, m, n]`.
  public func matmul(
    _ left: Tensor<Element>, _ right: Tensor<Element>, leftIsTransposed: Bool = false,
    rightIsTransposed: Bool = false
  ) -> Tensor<Element> {
    precondition(
      left.shape.count == 3 && right.shape.count == 3 && left.shape[0] == right.shape[0]
        && left.shape[leftIsTransposed ? 1 : 2] == right.shape[rightIsTransposed ? 2 : 1],
      "no products of \(left.shape) and \(right.shape)")
    let output = tensor(
      [
        left.shape[0], left.shape[leftIsTransposed ? 2 : 1],
        right.shape[rightIsTransposed ? 1 : 2],
      ], dependingOn: [left, right])
    return record(
      BatchedProduct(
        left: left, right: right, leftIsTransposed: leftIsTransposed,
        rightIsTransposed: rightIsTransposed, output: output)
    ).output
  }
}

/// A batch of matrix products: groups of small ones side by side, large ones one after the other.
private struct BatchedProduct<Element: TensorElement>: Operation {
  var left: Tensor<Element>
  var right: Tensor<Element>
  var leftIsTransposed: Bool
  var rightIsTransposed: Bool
  var output: Tensor<Element>

  var name: String { "matmul" }
  var outputs: [Tensor<Element>] { [output] }

  private var batch: Int { output.shape[0] }
  private var product: MatrixProduct<Element> {
    MatrixProduct(
      rows: output.shape[1], columns: output.shape[2], depth: left.shape[leftIsTransposed ? 1 : 2])
  }
  /// The gradients' products have the stored shapes of what they are gradients of.
  private var leftProduct: MatrixProduct<Element> {
    MatrixProduct(
      rows: left.shape[1], columns: left.shape[2], depth: product.columns)
  }
  private var rightProduct: MatrixProduct<Element> {
    MatrixProduct(
      rows: right.shape[1], columns: right.shape[2], depth: product.rows)
  }

  var cost: OperationCost {
    let one = Double(batch) * product.operationCount
    return .product(one, left, right)
  }

  /// Groups of a batch that may run side by side, each with scratch memory of its own.
  private var groups: Int { product.operationCount > 50e6 ? 1 : min(batch, 16) }

  private var slot: Int {
    (max(product.scratchCount, leftProduct.scratchCount, rightProduct.scratchCount) + 15) & ~15
  }

  var scratchBytes: Int { groups * slot * MemoryLayout<Element>.stride }

  private func operand(_ tensor: Tensor<Element>, _ isTransposed: Bool) -> MatrixOperand<Element> {
    MatrixOperand(tensor.values, stride: tensor.shape[2], isTransposed: isTransposed)
  }

  private func run(
    _ product: MatrixProduct<Element>, _ operands: MatrixProduct<Element>.Operands,
    _ left: Int, _ right: Int, _ execution: Execution
  ) {
    let scratch = execution.scratch.assumingMemoryBound(to: Element.self)
    let size = product.rows * product.columns
    let batch = self.batch
    let groups = self.groups
    let slot = self.slot
    if groups <= 1 {
      for index in 0..<batch {
        product.run(
          operands.at(index, left: left, right: right, output: size), pool: execution.pool,
          scratch: scratch)
      }
    } else {
      execution.pool.forEach(groups) { group in
        for index in group * batch / groups..<(group + 1) * batch / groups {
          product.run(
            operands.at(index, left: left, right: right, output: size), pool: nil,
            scratch: scratch + group * slot)
        }
      }
    }
  }

  func forward(_ execution: Execution) {
    let product = self.product
    run(
      product,
      .init(
        left: operand(left, leftIsTransposed), right: operand(right, rightIsTransposed),
        output: output.values, outputStride: product.columns),
      product.rows * product.depth, product.depth * product.columns, execution)
  }

  func backward(_ execution: Execution) {
    guard let outputGradient = output.gradient else { return }
    let product = self.product
    let gradient = MatrixOperand(outputGradient, stride: product.columns)
    let a = operand(left, leftIsTransposed)
    let b = operand(right, rightIsTransposed)
    let sizes = (
      a: product.rows * product.depth, b: product.depth * product.columns,
      c: product.rows * product.columns
    )
    if let place = left.gradientDestination() {
      // dA = dC Bᵀ, and its transposed, B dCᵀ, where A is stored transposed.
      let first = leftIsTransposed ? (b, sizes.b) : (gradient, sizes.c)
      let second =
        leftIsTransposed ? (gradient.transposed, sizes.c) : (b.transposed, sizes.b)
      run(
        leftProduct, .init(left: first.0, right: second.0, to: place, stride: left.shape[2]),
        first.1, second.1, execution)
    }
    if let place = right.gradientDestination() {
      // dB = Aᵀ dC, and its transposed, dCᵀ A.
      let first =
        rightIsTransposed ? (gradient.transposed, sizes.c) : (a.transposed, sizes.a)
      let second = rightIsTransposed ? (a, sizes.a) : (gradient, sizes.c)
      run(
        rightProduct, .init(left: first.0, right: second.0, to: place, stride: right.shape[2]),
        first.1, second.1, execution)
    }
  }
}
