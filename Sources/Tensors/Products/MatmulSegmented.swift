extension Tape {
  /// Records `y[r] = x[r] W[s]` with s the segment of row r: rows that were sorted by expert, each
  /// multiplied by its expert's matrix.
  ///
  /// `input` is `x`, `[rows, in]`. `weight` is `W`, `[segments, in, out]`. Segment s holds the rows
  /// from `offsets[s]` up to `offsets[s + 1]`, `[segments + 1]`, read at every run; rows after the
  /// last one are left as they are. The accountant counts `expectedRows`, all by default. Returns
  /// `[rows, out]`.
  public func segmentedLinear(
    _ input: Tensor<Element>, weight: Tensor<Element>, offsets: IndexTensor,
    expectedRows: Double? = nil
  ) -> Tensor<Element> {
    precondition(
      weight.shape.count == 3 && weight.shape[1] == input.columnCount
        && offsets.count == weight.shape[0] + 1,
      "weights \(weight.shape) for features \(input.shape) in \(offsets.count - 1) segments")
    let output = tensor([input.rowCount, weight.shape[2]], dependingOn: [input, weight])
    return record(
      SegmentedProduct(
        input: input, weight: weight, offsets: offsets,
        expectedRows: expectedRows ?? Double(input.rowCount), output: output)
    ).output
  }
}

/// One matrix product a segment, one after the other, each on all threads.
private struct SegmentedProduct<Element: TensorElement>: Operation {
  var input: Tensor<Element>
  var weight: Tensor<Element>
  var offsets: IndexTensor
  var expectedRows: Double
  var output: Tensor<Element>

  var name: String { "segmented linear" }
  var outputs: [Tensor<Element>] { [output] }
  private var inputs: Int { weight.shape[1] }
  private var width: Int { weight.shape[2] }

  var cost: OperationCost {
    let one = 2 * expectedRows * Double(inputs) * Double(width)
    return .product(one, input, weight)
  }

  /// However the rows fall into segments, no product packs more than its smaller operand.
  var scratchBytes: Int {
    let gradient = MatrixProduct<Element>(rows: inputs, columns: width, depth: input.rowCount)
    let most = max((width + 64) * inputs, (inputs + 64) * width, gradient.scratchCount)
    return most * MemoryLayout<Element>.stride
  }

  private func segments(_ body: (_ segment: Int, _ rows: Range<Int>) -> Void) {
    for segment in 0..<weight.shape[0] {
      let rows = Int(offsets.values[segment])..<Int(offsets.values[segment + 1])
      body(segment, rows)
    }
  }

  private func matrix(_ segment: Int) -> MatrixOperand<Element> {
    MatrixOperand(weight.values + segment * inputs * width, stride: width)
  }

  func forward(_ run: Execution) {
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    segments { segment, rows in
      MatrixProduct<Element>(rows: rows.count, columns: width, depth: inputs).run(
        .init(
          left: MatrixOperand(input.values + rows.lowerBound * inputs, stride: inputs),
          right: matrix(segment), output: output.values + rows.lowerBound * width,
          outputStride: width),
        pool: run.pool, scratch: scratch)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let scratch = run.scratch.assumingMemoryBound(to: Element.self)
    func outputGradient(_ rows: Range<Int>) -> MatrixOperand<Element> {
      MatrixOperand(gradient + rows.lowerBound * width, stride: width)
    }
    if let place = input.gradientDestination() {
      segments { segment, rows in
        MatrixProduct<Element>(rows: rows.count, columns: inputs, depth: width).run(
          .init(
            left: outputGradient(rows), right: matrix(segment).transposed,
            to: place.from(rows.lowerBound * inputs),
            stride: inputs),
          pool: run.pool, scratch: scratch)
      }
    }
    if let place = weight.gradientDestination() {
      segments { segment, rows in
        let start = place.pointer + segment * inputs * width
        guard !rows.isEmpty else {
          if !place.accumulates { start.update(repeating: 0, count: inputs * width) }
          return
        }
        MatrixProduct<Element>(rows: inputs, columns: width, depth: rows.count).run(
          .init(
            left: MatrixOperand(
              input.values + rows.lowerBound * inputs, stride: inputs, isTransposed: true),
            right: outputGradient(rows),
            to: place.from(segment * inputs * width),
            stride: width),
          pool: run.pool, scratch: scratch)
      }
    }
  }
}
