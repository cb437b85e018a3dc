extension Tape {
  /// Rows of a table: `y[i] = table[index[i]]`; zeros where the index is negative. Repeated indices
  /// add up in the gradient in the order of the rows, on any number of threads.
  ///
  /// `table` is `[entries, columns]`; also activations of which some rows are wanted. Returns
  /// `[index.count, columns]`.
  public func embedding(_ table: Tensor<Element>, _ index: IndexTensor) -> Tensor<Element> {
    embedding(sumOf: [(table, index)])
  }

  /// The sum of rows of several tables: of tokens, positions and token types. `parts` are tables
  /// `[entries, columns]` with an entry of each for every row. Returns `[rows, columns]`.
  public func embedding(
    sumOf parts: [(table: Tensor<Element>, index: IndexTensor)]
  ) -> Tensor<Element> {
    guard let first = parts.first else { preconditionFailure("an embedding without a table") }
    precondition(
      parts.allSatisfy {
        $0.table.columnCount == first.table.columnCount && $0.index.count == first.index.count
      }, "tables of one embedding differ in width or in the number of rows asked for")
    return record(
      Embedding(
        parts: parts,
        output: tensor(
          [first.index.count, first.table.columnCount], dependingOn: parts.map(\.table)))
    ).output
  }
}

private struct Embedding<Element: TensorElement>: Operation {
  let parts: [(table: Tensor<Element>, index: IndexTensor)]
  let output: Tensor<Element>

  var name: String { "embedding" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var rows: Int { output.rowCount }
  private var columns: Int { output.columnCount }

  func forward(_ run: Execution) {
    for (table, index) in parts {
      let entries = Int32(table.rowCount)
      for entry in index.buffer {
        precondition(entry < entries, "entry \(entry) of a table with \(entries) rows")
      }
    }
    run.forEachBlock(ofRows: rows, columns: columns) { row, count in
      for (offset, part) in parts.enumerated() {
        Element.gatherKernels.rows(
          count, columns, part.table.values, part.index.values + row,
          output.values + row * columns, offset == 0 ? 0 : 1)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    // By columns: each item adds up all rows in their order, whichever entries they repeat.
    let width = columns > 64 ? 64 : 32
    for (table, index) in parts {
      guard let target = table.gradientDestination() else { continue }
      run.pool.forEach((columns + width - 1) / width) { item in
        Element.gatherKernels.scatterAddRows(
          rows, columns, item * width, min((item + 1) * width, columns), gradient, index.values,
          table.rowCount, target.pointer, target.flag)
      }
    }
  }
}
