extension Tape {
  /// Some columns of a matrix. `x` is `[rows, columns]`. Returns `[rows, range.count]`.
  public func columns(_ x: Tensor<Element>, _ range: Range<Int>) -> Tensor<Element> {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.columnCount, "columns \(range) of \(x.shape)")
    let shape = Array(x.shape.dropLast()) + [range.count]
    return record(
      ColumnSlice(input: x, start: range.lowerBound, output: tensor(shape, dependingOn: [x]))
    ).output
  }

  /// Matrices side by side. `parts` is `[rows, columns]` with the same number of rows. Returns
  /// `[rows, Σ columns]`.
  public func concatenateColumns(_ parts: [Tensor<Element>]) -> Tensor<Element> {
    guard let first = parts.first else { preconditionFailure("nothing to put side by side") }
    precondition(
      parts.allSatisfy { $0.rowCount == first.rowCount },
      "matrices side by side: \(parts.map(\.shape))")
    let shape = Array(first.shape.dropLast()) + [parts.reduce(0) { $0 + $1.columnCount }]
    return record(
      ColumnConcatenation(parts: parts, output: tensor(shape, dependingOn: parts))
    ).output
  }
}

private struct ColumnSlice<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let start: Int
  let output: Tensor<Element>

  var name: String { "columns" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let (from, to) = (input.columnCount, output.columnCount)
    run.forEachBlock(ofRows: output.rowCount, columns: to) { row, count in
      Element.pointwiseKernels.copyMatrix(
        count, to, input.values + row * from + start, from, output.values + row * to, to, 0)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let (from, to) = (input.columnCount, output.columnCount)
    run.forEachBlock(ofRows: output.rowCount, columns: target.accumulates ? to : from) {
      row, count in
      let place = target.pointer + row * from
      // Overwriting clears the columns beside the slice too.
      if !target.accumulates { place.update(repeating: 0, count: count * from) }
      Element.pointwiseKernels.copyMatrix(
        count, to, gradient + row * to, to, place + start, from, target.flag)
    }
  }
}

private struct ColumnConcatenation<Element: TensorElement>: Operation {
  let parts: [Tensor<Element>]
  let output: Tensor<Element>

  var name: String { "concatenate columns" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let width = output.columnCount
    run.forEachBlock(ofRows: output.rowCount, columns: width) { row, count in
      var start = row * width
      for part in parts {
        let columns = part.columnCount
        Element.pointwiseKernels.copyMatrix(
          count, columns, part.values + row * columns, columns, output.values + start, width, 0)
        start += columns
      }
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let width = output.columnCount
    var start = 0
    for part in parts {
      let columns = part.columnCount
      let first = start
      start += columns
      guard let target = part.gradientDestination() else { continue }
      run.forEachBlock(ofRows: output.rowCount, columns: columns) { row, count in
        Element.pointwiseKernels.copyMatrix(
          count, columns, gradient + row * width + first, width,
          target.pointer + row * columns, columns, target.flag)
      }
    }
  }
}
