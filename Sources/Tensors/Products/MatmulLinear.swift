extension Tape {
  /// Records `activation(x W + b) + r`, the linear map of every row of features.
  ///
  /// Bias and activation are applied while the product is in the cache. On a tape that holds
  /// weights fixed, the weight of a map of few rows is packed once, when the first such map is
  /// recorded.
  ///
  /// `input` is `x`, `[..., in]`; all axes but the last are rows. `weight` is `W`, `[in, out]`, or
  /// `[out, in]` if it is transposed. Transposed, its outputs are rows, as those of an embedding
  /// that is its model's head too. `bias` is `b`, `[out]`. `residual` is `r`, as many elements as
  /// the result. Returns `[..., out]`.
  public func linear(
    _ input: Tensor<Element>, weight: Tensor<Element>, isTransposed: Bool = false,
    bias: Tensor<Element>? = nil, activation: PointwiseFunction = .identity,
    residual: Tensor<Element>? = nil
  ) -> Tensor<Element> {
    precondition(
      weight.shape.count == 2 && weight.shape[isTransposed ? 1 : 0] == input.columnCount,
      "a weight \(weight.shape) does not map features of \(input.shape)")
    let outputs = weight.shape[isTransposed ? 0 : 1]
    let shape = Array(input.shape.dropLast()) + [outputs]
    precondition(bias == nil || bias?.count == outputs, "a bias is not one number an output")
    precondition(
      residual == nil || residual?.count == input.rowCount * outputs,
      "a residual is not of the size of what it is added to")
    let output = tensor(shape, dependingOn: [input, weight, bias, residual])
    var map = LinearMap(
      input: input, weight: weight, weightIsTransposed: isTransposed, bias: bias,
      activation: activation, residual: residual, output: output)
    if activation != .identity, output.requiresGradient {
      map.preactivation = tensor(shape, dependingOn: [])
    }
    if holdsWeightsFixed, weight.isLeaf, map.rows <= LinearMap<Element>.fewRows,
      !MatrixProduct<Element>.usesBLAS
    {
      map.packed = packedWeights.place(of: weight, isTransposed: isTransposed) { arena in
        let packed = arena.allocate(map.forwardProduct.packedCount, of: Element.self)
        map.forwardProduct.pack(map.weightOperand, into: packed)
        return UnsafePointer(packed)
      }
    }
    return record(map).output
  }
}

/// A linear map of rows with what follows it, and its derivative.
private struct LinearMap<Element: TensorElement>: Operation {
  var input: Tensor<Element>
  var weight: Tensor<Element>
  var weightIsTransposed: Bool
  var bias: Tensor<Element>?
  var activation: PointwiseFunction
  var residual: Tensor<Element>?
  var output: Tensor<Element>
  /// What the activation saw, for the backward pass.
  var preactivation: Tensor<Element>?
  /// The weight as it was packed for all replays.
  var packed: UnsafePointer<Element>?

  /// Up to this many rows, as in decoding, a product takes hardly longer than packing its weight.
  static var fewRows: Int { 16 }

  var name: String { "linear" }
  var outputs: [Tensor<Element>] { [output] }

  var rows: Int { input.rowCount }
  private var inputs: Int { input.columnCount }
  private var width: Int { output.columnCount }

  var forwardProduct: MatrixProduct<Element> {
    MatrixProduct(rows: rows, columns: width, depth: inputs)
  }
  private var inputGradientProduct: MatrixProduct<Element> {
    MatrixProduct(rows: rows, columns: inputs, depth: width)
  }
  private var weightGradientProduct: MatrixProduct<Element> {
    weightIsTransposed
      ? MatrixProduct(rows: width, columns: inputs, depth: rows)
      : MatrixProduct(rows: inputs, columns: width, depth: rows)
  }

  /// The weight as a right operand `[in, out]`.
  var weightOperand: MatrixOperand<Element> {
    MatrixOperand(weight.values, stride: weight.columnCount, isTransposed: weightIsTransposed)
  }

  var cost: OperationCost {
    let one = forwardProduct.operationCount
    return .product(one, input, weight)
  }

  var scratchBytes: Int { (productScratch + activationScratch) * MemoryLayout<Element>.stride }

  private var productScratch: Int {
    var products = [forwardProduct]
    if input.requiresGradient { products.append(inputGradientProduct) }
    if weight.requiresGradient { products.append(weightGradientProduct) }
    return (products.map(\.scratchCount).max() ?? 0) + 15 & ~15
  }
  /// Room for the gradient with respect to the preactivation.
  private var activationScratch: Int { preactivation == nil ? 0 : output.count }

  func forward(_ run: Execution) {
    let product = forwardProduct
    let width = self.width
    let target = preactivation?.values ?? output.values
    var operands = MatrixProduct<Element>.Operands(
      left: MatrixOperand(input.values, stride: inputs),
      right: weightOperand, output: target, outputStride: width,
      bias: bias.map { UnsafePointer($0.values) }, packed: packed)
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    guard activation != .identity else {
      operands.addend = residual.map { UnsafePointer($0.values) }
      operands.addendStride = width
      return product.run(operands, pool: run.pool, scratch: scratch)
    }
    let kernel = activation.kernel
    let kernels = Element.matmulKernels
    let values = output.values
    let summand = residual?.values
    product.run(operands, pool: run.pool, scratch: scratch) { rows, columns in
      let isWhole = columns.count == width
      for row in isWhole ? rows.prefix(1) : rows {
        let count = isWhole ? rows.count * width : columns.count
        let place = row * width + columns.lowerBound
        kernels.activate(kernel, count, target + place, values + place)
        if let summand {
          kernels.add(count, summand + place, values + place, values + place)
        }
      }
    }
  }

  func backward(_ run: Execution) {
    guard let outputGradient = output.gradient else { return }
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    var gradient = outputGradient
    if let preactivation {
      gradient = scratch + productScratch
      differentiate(preactivation.values, outputGradient, into: gradient, run.pool)
    }
    if let place = bias?.gradientDestination() { sumColumns(gradient, into: place, run.pool) }
    let right = MatrixOperand(gradient, stride: width)
    let left = MatrixOperand(input.values, stride: inputs)
    if let place = weight.gradientDestination() {
      let product = weightGradientProduct
      product.run(
        .init(
          left: weightIsTransposed ? right.transposed : left.transposed,
          right: weightIsTransposed ? left : right, to: place, stride: product.columns),
        pool: run.pool, scratch: scratch)
    }
    if let place = input.gradientDestination() {
      precondition(place.pointer != gradient, "a gradient is overwritten while it is read")
      inputGradientProduct.run(
        .init(left: right, right: weightOperand.transposed, to: place, stride: inputs),
        pool: run.pool, scratch: scratch)
    }
    residual?.inheritGradient(of: output, run)
  }

  private func differentiate(
    _ x: UnsafeMutablePointer<Element>, _ dy: UnsafeMutablePointer<Element>,
    into dx: UnsafeMutablePointer<Element>, _ pool: ThreadPool
  ) {
    let piece = 1 << 15
    let count = output.count
    let kernel = activation.kernel
    pool.forEach((count + piece - 1) / piece) { item in
      let start = item * piece
      Element.pointwiseKernels.activationBackward(
        kernel, min(piece, count - start), x + start, dy + start, dx + start, 0)
    }
  }

  private func sumColumns(
    _ x: UnsafeMutablePointer<Element>, into sums: GradientDestination<Element>,
    _ pool: ThreadPool
  ) {
    let piece = 64
    let rows = self.rows
    let width = self.width
    pool.forEach((width + piece - 1) / piece) { item in
      let start = item * piece
      Element.pointwiseKernels.columnSums(
        rows, min(piece, width - start), x + start, width, sums.pointer + start, sums.flag)
    }
  }
}
