extension Tape {
  /// Some rows of a matrix with a share of others added: `y = x`, then `y[at[j]] += w[j] · u[j]`.
  ///
  /// `x` is `[rows, columns]`. `rows` is u, `[count, columns]`. `at` is the row of x that each row
  /// of u is added to, no row twice, negative for none, `[count]`; nil where u has a row for each
  /// row of x. `weights` is w, `[count]`; nil for ones. Returns `[rows, columns]`.
  public func add(
    _ x: Tensor<Element>, rows: Tensor<Element>, at index: IndexTensor? = nil,
    weights: Tensor<Element>? = nil
  ) -> Tensor<Element> {
    precondition(
      rows.columnCount == x.columnCount && rows.rowCount == index?.count ?? x.rowCount
        && weights.map { $0.count == rows.rowCount } ?? true,
      "rows \(rows.shape) with weights \(weights?.shape ?? []) added to \(x.shape)")
    return record(
      RowAddition(
        input: x, rows: rows, index: index, weights: weights,
        output: tensor(x.shape, dependingOn: [x, rows, weights]))
    ).output
  }

  /// A matrix with other rows in the place of some: `y = x`, then `y[at[j]] = u[j]`. `x` is
  /// `[rows, columns]`. `rows` is u, `[count, columns]`. `index` is the row of x that each row of u
  /// replaces, no row twice, negative for none, `[count]`. Returns `[rows, columns]`.
  public func replace(
    _ x: Tensor<Element>, rows: Tensor<Element>, at index: IndexTensor
  ) -> Tensor<Element> {
    precondition(
      rows.columnCount == x.columnCount && rows.rowCount == index.count,
      "rows \(rows.shape) in place of \(index.count) of \(x.shape)")
    return record(
      RowReplacement(
        input: x, rows: rows, index: index, output: tensor(x.shape, dependingOn: [x, rows]),
        isReplaced: arena.allocate(x.rowCount, of: Bool.self))
    ).output
  }
}

private struct RowAddition<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let rows: Tensor<Element>
  let index: IndexTensor?
  let weights: Tensor<Element>?
  let output: Tensor<Element>

  var name: String { "add rows" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var columns: Int { output.columnCount }

  /// Where a row goes; negative for nowhere.
  @inline(__always)
  private func place(_ row: Int) -> Int { index.map { Int($0.values[row]) } ?? row }

  func forward(_ run: Execution) {
    run.forEachPiece(of: output.count) { start, count in
      (output.values + start).update(from: input.values + start, count: count)
    }
    run.forEachBlock(ofRows: rows.rowCount, columns: columns) { first, count in
      for row in first..<first + count {
        let place = place(row)
        guard place >= 0 else { continue }
        precondition(place < output.rowCount, "row \(place) of \(output.rowCount)")
        Element.pointwiseKernels.scale(
          columns, weights?.values[row] ?? 1, rows.values + row * columns,
          output.values + place * columns, 1)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let ofRows = rows.gradientDestination()
    let ofWeights = weights?.gradientDestination()
    if ofRows != nil || ofWeights != nil {
      run.forEachBlock(ofRows: rows.rowCount, columns: columns) { first, count in
        for row in first..<first + count {
          let place = place(row)
          if let ofRows {
            let target = ofRows.pointer + row * columns
            if place >= 0 {
              Element.pointwiseKernels.scale(
                columns, weights?.values[row] ?? 1, gradient + place * columns, target,
                ofRows.flag)
            } else if !ofRows.accumulates {
              target.update(repeating: 0, count: columns)
            }
          }
          if let ofWeights {
            let share = place < 0 ? 0 : product(gradient + place * columns, row)
            ofWeights.put(share, at: row)
          }
        }
      }
    }
    input.inheritGradient(of: output, run)
  }

  /// What the weight of a row multiplies, times the gradient there.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func product(_ gradient: UnsafePointer<Element>, _ row: Int) -> Element {
    let values = rows.values + row * columns
    var sum: Element = 0
    for column in 0..<columns { sum += gradient[column] * values[column] }
    return sum
  }
}

private struct RowReplacement<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let rows: Tensor<Element>
  let index: IndexTensor
  let output: Tensor<Element>
  /// A flag a row of x.
  let isReplaced: UnsafeMutablePointer<Bool>

  var name: String { "replace rows" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var columns: Int { output.columnCount }

  func forward(_ run: Execution) {
    isReplaced.update(repeating: false, count: output.rowCount)
    for place in index.buffer where place >= 0 {
      precondition(place < Int32(output.rowCount), "row \(place) of \(output.rowCount)")
      isReplaced[Int(place)] = true
    }
    run.forEachPiece(of: output.count) { start, count in
      (output.values + start).update(from: input.values + start, count: count)
    }
    run.forEachBlock(ofRows: rows.rowCount, columns: columns) { first, count in
      for row in first..<first + count where index.values[row] >= 0 {
        (output.values + Int(index.values[row]) * columns).update(
          from: rows.values + row * columns, count: columns)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    if let target = rows.gradientDestination() {
      run.forEachBlock(ofRows: rows.rowCount, columns: columns) { row, count in
        Element.gatherKernels.rows(
          count, columns, gradient, index.values + row, target.pointer + row * columns,
          target.flag)
      }
    }
    guard let target = input.gradientDestination() else { return }
    run.forEachBlock(ofRows: output.rowCount, columns: columns) { first, count in
      for row in first..<first + count {
        let place = target.pointer + row * columns
        if !isReplaced[row] {
          Element.pointwiseKernels.scale(
            columns, 1, gradient + row * columns, place, target.flag)
        } else if !target.accumulates {
          place.update(repeating: 0, count: columns)
        }
      }
    }
  }
}
