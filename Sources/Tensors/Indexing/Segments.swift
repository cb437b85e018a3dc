extension Tape {
  /// Sums of adjacent rows: `y[s] = Σ x[r]` for `offsets[s] ≤ r < offsets[s + 1]`. `x` is
  /// `[rows, columns]`. `offsets` is where segments begin, ascending, and where the last one ends;
  /// rows outside all segments do not count. Returns `[offsets.count − 1, columns]`.
  public func segmentSums(_ x: Tensor<Element>, offsets: IndexTensor) -> Tensor<Element> {
    precondition(offsets.count > 0, "segments need their ends")
    return record(
      SegmentSums(
        input: x, offsets: offsets,
        output: tensor([offsets.count - 1, x.columnCount], dependingOn: [x]))
    ).output
  }
}

private struct SegmentSums<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let offsets: IndexTensor
  let output: Tensor<Element>

  var name: String { "segment sums" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    for segment in 0..<output.rowCount {
      let (begin, end) = (offsets.values[segment], offsets.values[segment + 1])
      precondition(
        begin >= 0 && begin <= end && Int(end) <= input.rowCount,
        "segment \(begin)..<\(end) of \(input.rowCount) rows")
    }
    run.pool.forEach(output.rowCount) { segment in
      Element.gatherKernels.segmentSums(
        segment, segment + 1, input.columnCount, input.values, offsets.values, output.values, 0)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let columns = input.columnCount
    if !target.accumulates {
      // Rows outside the segments have no part in the loss.
      let (first, last) = (Int(offsets.values[0]), Int(offsets.values[output.rowCount]))
      target.pointer.update(repeating: 0, count: first * columns)
      (target.pointer + last * columns).update(
        repeating: 0, count: (input.rowCount - last) * columns)
    }
    run.pool.forEach(output.rowCount) { segment in
      let source = gradient + segment * columns
      for row in Int(offsets.values[segment])..<Int(offsets.values[segment + 1]) {
        Element.pointwiseKernels.copyMatrix(
          1, columns, source, columns, target.pointer + row * columns, columns, target.flag)
      }
    }
  }
}
