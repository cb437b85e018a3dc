extension Tape {
  /// Adjacent columns with a factor for all of them:
  /// `y[r, h·w + i] = x[r, h·w + i] · factor[r, h]`. `x` is `[rows, heads·width]`. `factors` is
  /// `[rows, heads]`. Returns `[rows, heads·width]`.
  public func scaleHeads(_ x: Tensor<Element>, by factors: Tensor<Element>) -> Tensor<Element> {
    precondition(
      factors.rowCount == x.rowCount && factors.columnCount > 0
        && x.columnCount % factors.columnCount == 0,
      "factors \(factors.shape) do not fit \(x.shape)")
    return record(
      HeadScale(input: x, factors: factors, output: tensor(x.shape, dependingOn: [x, factors]))
    ).output
  }
}

private struct HeadScale<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let factors: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "scale heads" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var width: Int { input.columnCount / factors.columnCount }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let (heads, width) = (factors.columnCount, width)
    run.forEachBlock(ofRows: input.rowCount, columns: heads * width) { row, count in
      for head in row * heads..<(row + count) * heads {
        let factor = factors.values[head]
        for index in head * width..<(head + 1) * width {
          output.values[index] = input.values[index] * factor
        }
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let (heads, width) = (factors.columnCount, width)
    if let target = input.gradientDestination() {
      run.forEachBlock(ofRows: input.rowCount, columns: heads * width) { row, count in
        for head in row * heads..<(row + count) * heads {
          let factor = factors.values[head]
          for index in head * width..<(head + 1) * width {
            let share = gradient[index] * factor
            target.put(share, at: index)
          }
        }
      }
    }
    // Second, in case both are one tensor.
    guard let target = factors.gradientDestination() else { return }
    run.forEachBlock(ofRows: input.rowCount, columns: heads * width) { row, count in
      for head in row * heads..<(row + count) * heads {
        var sum: Element = 0
        for index in head * width..<(head + 1) * width {
          sum += gradient[index] * input.values[index]
        }
        target.put(sum, at: head)
      }
    }
  }
}
