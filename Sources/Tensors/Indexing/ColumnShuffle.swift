extension Tape {
  /// Columns in the order of a transposed matrix: with k = columns / groups,
  /// `y[r, i·k + j] = x[r, j·groups + i]`.
  ///
  /// Every group of the result has one column of each run of `groups` columns: the stride
  /// permutation of Monarch matrices. Shuffling with k groups undoes it.
  ///
  /// `x` is `[rows, columns]`. `groups` divides the number of columns.
  public func shuffleColumns(_ x: Tensor<Element>, groups: Int) -> Tensor<Element> {
    precondition(
      groups > 0 && x.columnCount % groups == 0, "\(groups) groups of columns of \(x.shape)")
    return record(
      ColumnShuffle(input: x, groups: groups, output: tensor(x.shape, dependingOn: [x]))
    ).output
  }
}

private struct ColumnShuffle<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let groups: Int
  let output: Tensor<Element>

  var name: String { "shuffle columns" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var columns: Int { output.columnCount }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let (columns, groups, size) = (columns, groups, columns / groups)
    let (x, y) = (input.values, output.values)
    run.forEachBlock(ofRows: output.rowCount, columns: columns) { start, count in
      for row in start..<start + count {
        let (from, to) = (x + row * columns, y + row * columns)
        for group in 0..<groups {
          for index in 0..<size { to[group * size + index] = from[index * groups + group] }
        }
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let (columns, groups, size) = (columns, groups, columns / groups)
    run.forEachBlock(ofRows: output.rowCount, columns: columns) { start, count in
      for row in start..<start + count {
        let from = gradient + row * columns
        for group in 0..<groups {
          for index in 0..<size {
            target.put(
              from[group * size + index], at: row * columns + index * groups + group)
          }
        }
      }
    }
  }
}
