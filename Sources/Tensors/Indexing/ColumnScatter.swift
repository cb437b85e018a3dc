extension Tape {
  /// Elements put back into the columns that they were chosen from, zero elsewhere:
  /// `y[r, index[r, j]] = x[r, j]`, the transpose of ``gatherColumns(_:_:_:)``.
  ///
  /// `x` is `[rows, count]`. `index` is `[rows · count]`; no column twice in one row, and negative
  /// for none. Returns `[rows, columns]`.
  public func scatterColumns(
    _ x: Tensor<Element>, _ index: IndexTensor, columns: Int
  ) -> Tensor<Element> {
    precondition(
      index.count == x.count && x.columnCount <= columns,
      "\(index.count) indices for \(x.shape) in \(columns) columns")
    return record(
      ColumnScatter(
        input: x, index: index, output: tensor([x.rowCount, columns], dependingOn: [x]))
    ).output
  }
}

private struct ColumnScatter<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let index: IndexTensor
  let output: Tensor<Element>

  var name: String { "scatter columns" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let (columns, count) = (output.columnCount, input.columnCount)
    output.values.update(repeating: 0, count: output.count)
    for row in 0..<input.rowCount {
      for at in row * count..<(row + 1) * count where index.values[at] >= 0 {
        let column = Int(index.values[at])
        precondition(column < columns, "column \(column) of \(columns)")
        output.values[row * columns + column] = input.values[at]
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let (columns, count) = (output.columnCount, input.columnCount)
    for row in 0..<input.rowCount {
      for at in row * count..<(row + 1) * count {
        let column = Int(index.values[at])
        let share = column < 0 ? 0 : gradient[row * columns + column]
        target.put(share, at: at)
      }
    }
  }
}
