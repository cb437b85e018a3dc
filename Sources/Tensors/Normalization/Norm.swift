extension Tape {
  /// Layer normalisation of rows: `y = (x − mean) / √(variance + epsilon) ⊙ gain + bias`. `x` is
  /// `[rows, width]`. `gain` is `[width]`; nil for none. `bias` is `[width]`; nil for none.
  public func layerNorm(
    _ x: Tensor<Element>, gain: Tensor<Element>? = nil, bias: Tensor<Element>? = nil,
    epsilon: Double = 1e-5
  ) -> Tensor<Element> {
    norm(x, adding: nil, gain: gain, bias: bias, epsilon: epsilon, isCentred: true).normalized
  }

  /// Normalisation of rows by their root mean square: `y = x / √(mean(x²) + epsilon) ⊙ gain`. `x`
  /// is `[rows, width]`. `gain` is `[width]`; nil for none.
  public func rmsNorm(
    _ x: Tensor<Element>, gain: Tensor<Element>? = nil, epsilon: Double = 1e-5
  ) -> Tensor<Element> {
    norm(x, adding: nil, gain: gain, bias: nil, epsilon: epsilon, isCentred: false).normalized
  }

  /// Layer normalisation of a sum, in one pass over memory. `x` is `[rows, width]`: the residual
  /// stream. `gain` is `[width]`; nil for none. `bias` is `[width]`; nil for none. Returns the
  /// normalised sum, and the sum itself.
  public func layerNorm(
    _ x: Tensor<Element>, adding addend: Tensor<Element>, gain: Tensor<Element>? = nil,
    bias: Tensor<Element>? = nil, epsilon: Double = 1e-5
  ) -> (normalized: Tensor<Element>, sum: Tensor<Element>) {
    norm(x, adding: addend, gain: gain, bias: bias, epsilon: epsilon, isCentred: true)
  }

  /// Normalisation of a sum by its root mean square, in one pass over memory. `x` is
  /// `[rows, width]`: the residual stream. `gain` is `[width]`; nil for none. Returns the
  /// normalised sum, and the sum itself.
  public func rmsNorm(
    _ x: Tensor<Element>, adding addend: Tensor<Element>, gain: Tensor<Element>? = nil,
    epsilon: Double = 1e-5
  ) -> (normalized: Tensor<Element>, sum: Tensor<Element>) {
    norm(x, adding: addend, gain: gain, bias: nil, epsilon: epsilon, isCentred: false)
  }

  private func norm(
    _ x: Tensor<Element>, adding addend: Tensor<Element>?, gain: Tensor<Element>?,
    bias: Tensor<Element>?, epsilon: Double, isCentred: Bool
  ) -> (normalized: Tensor<Element>, sum: Tensor<Element>) {
    for vector in [gain, bias] where vector != nil {
      precondition(vector?.count == x.columnCount, "gain or bias does not fit rows of \(x.shape)")
    }
    precondition(addend.map { $0.shape == x.shape } ?? true, "the addend is not of \(x.shape)")
    let operation = record(
      RowNorm(
        input: x, addend: addend, sum: addend.map { tensor(x.shape, dependingOn: [x, $0]) },
        gain: gain, bias: bias, epsilon: epsilon,
        output: tensor(x.shape, dependingOn: [x, addend, gain, bias]),
        mean: isCentred ? arena.allocate(x.rowCount, of: Element.self) : nil,
        inverseDeviation: arena.allocate(x.rowCount, of: Element.self)))
    return (operation.output, operation.sum ?? x)
  }
}

/// Normalisation of rows, of a sum if there is an addend.
private struct RowNorm<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let addend: Tensor<Element>?
  let sum: Tensor<Element>?
  let gain: Tensor<Element>?
  let bias: Tensor<Element>?
  let epsilon: Double
  let output: Tensor<Element>
  let mean: UnsafeMutablePointer<Element>?
  let inverseDeviation: UnsafeMutablePointer<Element>

  var name: String { mean == nil ? "rms norm" : "layer norm" }
  var outputs: [Tensor<Element>] { [output] + (sum.map { [$0] } ?? []) }
  var cost: OperationCost { .none }
  private var rows: Int { input.rowCount }
  private var width: Int { input.columnCount }
  private var partials: NormPartials { NormPartials(rows: rows, width: width) }
  var scratchBytes: Int { partials.count * MemoryLayout<Element>.stride }

  func forward(_ run: Execution) {
    run.forEachBlock(ofRows: rows, columns: width) { row, count in
      let at = row * width
      Element.normKernels.forward(
        count, 1, width, input.values + at, width, addend.map { $0.values + at },
        sum.map { $0.values + at }, gain?.values, bias?.values, epsilon, output.values + at, width,
        mean.map { $0 + row }, inverseDeviation + row)
    }
  }

  func backward(_ run: Execution) {
    if let gradient = output.gradient {
      let normalized = sum ?? input
      let target = normalized.gradientDestination()
      partials.run(
        on: run, gain: gain?.gradientDestination(), bias: bias?.gradientDestination()
      ) { row, count, ofGain, ofBias in
        let at = row * width
        Element.normKernels.backward(
          count, 1, width, normalized.values + at, width, gain?.values, mean.map { $0 + row },
          inverseDeviation + row, gradient + at, width, target.map { $0.pointer + at }, width,
          target?.flag ?? 0, ofGain, ofBias)
      }
    }
    guard let sum, let addend, let total = sum.gradient else { return }
    let heir = input.requiresGradient ? input : addend
    (heir === input ? addend : input).addGradient(total, run)
    heir.inheritGradient(of: sum, run)
  }
}

/// Gradients of gains and biases: sums over fixed blocks of rows, then over the blocks in order.
struct NormPartials {
  let rows: Int
  let width: Int

  private var block: Int { max(16, (rows + 31) / 32) }
  private var blocks: Int { (rows + block - 1) / block }
  /// A stride of whole cache lines, so that threads do not share one.
  private var stride: Int { (width + 15) / 16 * 16 }

  var count: Int { 2 * blocks * stride }

  /// Runs `body` on blocks of rows with zeroed sums for gain and bias, and adds the sums up.
  func run<Element: TensorElement>(
    on run: Execution, gain: GradientDestination<Element>?, bias: GradientDestination<Element>?,
    _ body: (
      _ row: Int, _ count: Int, UnsafeMutablePointer<Element>?, UnsafeMutablePointer<Element>?
    ) -> Void
  ) {
    let sums = run.scratch.assumingMemoryBound(to: Element.self)
    run.pool.forEach(blocks) { item in
      let row = item * block
      let ofGain = gain.map { _ in sums + 2 * item * stride }
      let ofBias = bias.map { _ in sums + (2 * item + 1) * stride }
      ofGain?.update(repeating: 0, count: width)
      ofBias?.update(repeating: 0, count: width)
      body(row, min(block, rows - row), ofGain, ofBias)
    }
    for (offset, target) in [gain, bias].enumerated() {
      guard let target else { continue }
      Element.pointwiseKernels.columnSums(
        blocks, width, sums + offset * stride, 2 * stride, target.pointer, target.flag)
    }
  }
}
