extension Tape {
  /// Chosen elements of each row: `y[r, j] = x[r, index[r, j]]`. `x` is `[rows, columns]`. `index`
  /// is `[rows · count]`; no column twice in one row. Returns `[rows, count]`.
  public func gatherColumns(
    _ x: Tensor<Element>, _ index: IndexTensor, _ count: Int
  ) -> Tensor<Element> {
    precondition(index.count == x.rowCount * count, "\(index.count) columns for \(x.shape)")
    return record(
      ColumnChoice(
        input: x, index: index, output: tensor([x.rowCount, count], dependingOn: [x]))
    ).output
  }

  /// Rows that sum to a constant: `y[r, j] = scale · x[r, j] / Σ_j x[r, j]`. `x` is
  /// `[rows, columns]`, not negative; a row of zeros stays one.
  public func normalizedRows(_ x: Tensor<Element>, scale: Double = 1) -> Tensor<Element> {
    record(
      RowShares(input: x, scale: Element(scale), output: tensor(x.shape, dependingOn: [x]))
    ).output
  }

  /// A loss that is least when all choices are taken equally often.
  ///
  /// `coefficient · E · Σ_e f_e p_e` with f the share of the assignments that went to choice e,
  /// which has no derivative, and p the mean over rows of affinity e as a share of its row (Switch
  /// Transformers, Fedus et al. 2021); `coefficient` at balance.
  ///
  /// `affinities` is `[rows, E]`, not negative. `chosen` is `[rows · choicesPerRow]`; negative for
  /// none. Returns one number.
  public func balanceLoss(
    _ affinities: Tensor<Element>, chosen: IndexTensor, choicesPerRow: Int, coefficient: Double
  ) -> Tensor<Element> {
    precondition(
      chosen.count == affinities.rowCount * choicesPerRow,
      "\(chosen.count) choices for \(affinities.shape)")
    return record(
      BalanceLoss(
        affinities: affinities, chosen: chosen, coefficient: coefficient,
        output: tensor([1], dependingOn: [affinities]),
        load: arena.allocate(affinities.columnCount, of: Double.self))
    ).output
  }

  /// Moves the bias of each choice against its load, once in every backward pass.
  /// `bias_e += rate · sign(mean load − load_e)` (Wang et al. 2024, loss-free balancing).
  ///
  /// `bias` is `[choices]`, the bias that ``topIndices(_:_:bias:)`` used. `chosen` is what was
  /// chosen; negative for none. `weights` are those of the chosen, recorded before; their gradient
  /// shows that a backward pass is under way, which recording and validation are not.
  public func balanceBias(
    _ bias: Tensor<Element>, chosen: IndexTensor, weights: Tensor<Element>, rate: Double
  ) {
    // Listed as the output of another operation, it must not give that one's gradient back.
    weights.retainsGradient = true
    record(
      BalanceBias(
        bias: bias, chosen: chosen, weights: weights, rate: Element(rate),
        load: arena.allocate(bias.count, of: Int.self)))
  }
}

private struct ColumnChoice<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let index: IndexTensor
  let output: Tensor<Element>

  var name: String { "gather columns" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let (columns, count) = (input.columnCount, output.columnCount)
    for row in 0..<input.rowCount {
      for at in row * count..<(row + 1) * count {
        let column = Int(index.values[at])
        precondition(column >= 0 && column < columns, "column \(column) of \(columns)")
        output.values[at] = input.values[row * columns + column]
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let (columns, count) = (input.columnCount, output.columnCount)
    if !target.accumulates { target.pointer.update(repeating: 0, count: input.count) }
    for row in 0..<input.rowCount {
      for at in row * count..<(row + 1) * count {
        target.pointer[row * columns + Int(index.values[at])] += gradient[at]
      }
    }
  }
}

private struct RowShares<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let scale: Element
  let output: Tensor<Element>

  var name: String { "normalize rows" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let columns = input.columnCount
    for row in 0..<input.rowCount {
      let factor = self.factor(row)
      for at in row * columns..<(row + 1) * columns {
        output.values[at] = input.values[at] * factor
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let columns = input.columnCount
    for row in 0..<input.rowCount {
      let factor = self.factor(row)
      var inner: Element = 0
      for at in row * columns..<(row + 1) * columns { inner += gradient[at] * output.values[at] }
      inner /= scale
      for at in row * columns..<(row + 1) * columns {
        let share = factor * (gradient[at] - inner)
        target.put(share, at: at)
      }
    }
  }

  /// scale / Σ x.
  @inline(__always)
  private func factor(_ row: Int) -> Element {
    let columns = input.columnCount
    var sum: Element = 0
    for at in row * columns..<(row + 1) * columns { sum += input.values[at] }
    return sum == 0 ? 0 : scale / sum
  }
}

/// The product of load and mean affinity, summed over choices.
private struct BalanceLoss<Element: TensorElement>: Operation {
  let affinities: Tensor<Element>
  let chosen: IndexTensor
  let coefficient: Double
  let output: Tensor<Element>
  /// coefficient · E · f_e / rows.
  let load: UnsafeMutablePointer<Double>

  var name: String { "balance loss" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func forward(_ run: Execution) {
    let columns = affinities.columnCount
    load.update(repeating: 0, count: columns)
    var assigned = 0
    for index in 0..<chosen.count where chosen.values[index] >= 0 {
      load[Int(chosen.values[index])] += 1
      assigned += 1
    }
    let scale =
      coefficient * Double(columns) / Double(max(assigned, 1)) / Double(affinities.rowCount)
    for column in 0..<columns { load[column] *= scale }
    var loss = 0.0
    for row in 0..<affinities.rowCount {
      let (inner, sum) = sums(row)
      if sum != 0 { loss += inner / sum }
    }
    output.values[0] = Element(loss)
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = affinities.gradientDestination() else {
      return
    }
    let columns = affinities.columnCount
    let seed = Double(gradient[0])
    for row in 0..<affinities.rowCount {
      let (inner, sum) = sums(row)
      for column in 0..<columns {
        let share = sum == 0 ? 0 : Element(seed * (load[column] - inner / sum) / sum)
        let at = row * columns + column
        target.put(share, at: at)
      }
    }
  }

  /// Σ load · affinity and Σ affinity of a row.
  @inline(__always)
  private func sums(_ row: Int) -> (Double, Double) {
    let columns = affinities.columnCount
    var inner = 0.0
    var sum = 0.0
    for column in 0..<columns {
      let affinity = Double(affinities.values[row * columns + column])
      inner += load[column] * affinity
      sum += affinity
    }
    return (inner, sum)
  }
}

/// A step of loss-free balancing, which happens with the gradients.
private struct BalanceBias<Element: TensorElement>: Operation {
  let bias: Tensor<Element>
  let chosen: IndexTensor
  let weights: Tensor<Element>
  let rate: Element
  let load: UnsafeMutablePointer<Int>

  var name: String { "balance bias" }
  var outputs: [Tensor<Element>] { [weights] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {}

  func backward(_ run: Execution) {
    let assigned = chosen.count(
      into: UnsafeMutableBufferPointer(start: load, count: bias.count))
    for choice in 0..<bias.count {
      // Compared in whole numbers: load < assigned / choices.
      let excess = load[choice] * bias.count - assigned
      if excess != 0 { bias.values[choice] += excess < 0 ? rate : -rate }
    }
  }
}
