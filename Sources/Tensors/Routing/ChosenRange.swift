extension Tape {
  /// Choices within a range; the others become none. `chosen` is negative for none. Returns as many
  /// choices, −1 for those outside.
  public func choices(_ chosen: IndexTensor, within range: Range<Int>) -> IndexTensor {
    let kept = indices(chosen.shape)
    record(ChoiceFilter<Element>(chosen: chosen, range: range, kept: kept))
    return kept
  }

  /// The weight that each row gives to choices within a range: `y[r] = Σ_j w[r, j]` over the j with
  /// `chosen[r, j]` in it. `weights` is w, `[rows, choices]`. `chosen` is `[rows · choices]`.
  /// Returns `[rows, 1]`.
  public func weightSums(
    _ weights: Tensor<Element>, chosen: IndexTensor, within range: Range<Int>
  ) -> Tensor<Element> {
    precondition(weights.count == chosen.count, "\(chosen.count) choices for \(weights.shape)")
    return record(
      WeightSums(
        weights: weights, chosen: chosen, range: range,
        output: tensor([weights.rowCount, 1], dependingOn: [weights]))
    ).output
  }
}

private struct ChoiceFilter<Element: TensorElement>: Operation {
  let chosen: IndexTensor
  let range: Range<Int>
  let kept: IndexTensor

  var name: String { "filter choices" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    for index in 0..<chosen.count {
      let choice = chosen.values[index]
      kept.values[index] = range.contains(Int(choice)) ? choice : -1
    }
  }

  func backward(_ run: Execution) {}
}

private struct WeightSums<Element: TensorElement>: Operation {
  let weights: Tensor<Element>
  let chosen: IndexTensor
  let range: Range<Int>
  let output: Tensor<Element>

  var name: String { "sum weights" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let columns = weights.columnCount
    for row in 0..<output.count {
      var sum: Element = 0
      for at in row * columns..<(row + 1) * columns where range.contains(Int(chosen.values[at])) {
        sum += weights.values[at]
      }
      output.values[row] = sum
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = weights.gradientDestination() else { return }
    let columns = weights.columnCount
    for at in 0..<weights.count {
      let share = range.contains(Int(chosen.values[at])) ? gradient[at / columns] : 0
      target.put(share, at: at)
    }
  }
}
