internal import CKernels

/// Rows sorted by the group that they were sent to, stably. Choice j of row t is assignment
/// `t · choicesPerRow + j`.
public final class RowGroups {
  /// The number of groups.
  public let groupCount: Int
  /// The number of choices of each row.
  public let choicesPerRow: Int
  /// Group g takes the places from `offsets[g]` up to `offsets[g + 1]`. `[groups + 1]`
  public let offsets: IndexTensor
  /// The assignment at each place; −1 beyond the last. `[assignments]`
  public let order: IndexTensor
  /// The place of each assignment; −1 for those without a group. `[assignments]`
  public let places: IndexTensor

  init(groupCount: Int, choicesPerRow: Int, assignments: Int, in arena: Arena) {
    self.groupCount = groupCount
    self.choicesPerRow = choicesPerRow
    offsets = IndexTensor([groupCount + 1], in: arena)
    order = IndexTensor([assignments], in: arena)
    places = IndexTensor([assignments], in: arena)
  }
}

extension Tape {
  /// The columns of the greatest elements of each row, greatest first, equal ones by lower column.
  /// `x` is `[rows, columns]`. `bias` is `[columns]`, added to x for the comparison alone; nil for
  /// none. Returns `[rows, count]`.
  public func topIndices(
    _ x: Tensor<Element>, _ count: Int, bias: Tensor<Element>? = nil
  ) -> IndexTensor {
    precondition(
      count > 0 && count <= x.columnCount && bias.map { $0.count == x.columnCount } ?? true,
      "the \(count) greatest of \(x.shape)")
    let chosen = indices([x.rowCount, count])
    record(TopIndices(input: x, bias: bias, chosen: chosen))
    return chosen
  }

  /// Sorts rows by the groups chosen for them. `chosen` is a group for each choice of each row,
  /// `[rows · choices]`; negative for none.
  public func groupRows(
    _ chosen: IndexTensor, groupCount: Int, choicesPerRow: Int
  ) -> RowGroups {
    precondition(chosen.count % choicesPerRow == 0, "\(chosen.count) choices")
    let groups = RowGroups(
      groupCount: groupCount, choicesPerRow: choicesPerRow, assignments: chosen.count, in: arena)
    record(Grouping<Element>(chosen: chosen, groups: groups))
    return groups
  }

  /// Rows in the order of their groups, one copy for each choice: `y[place] = x[row]`. `x` is
  /// `[rows, columns]`. Returns `[rows · choices, columns]`.
  public func expandRows(_ x: Tensor<Element>, _ groups: RowGroups) -> Tensor<Element> {
    precondition(
      x.rowCount * groups.choicesPerRow == groups.order.count,
      "groups of other rows than \(x.shape)")
    return record(
      RowExpansion(
        input: x, groups: groups,
        output: tensor([groups.order.count, x.columnCount], dependingOn: [x]))
    ).output
  }

  /// The weighted sum of what the groups made of each row: `y[t] = Σ_j w[t, j] x[place(t, j)]`. `x`
  /// is `[rows · choices, columns]` in the order of the groups. `weights` is w, `[rows, choices]`;
  /// nil for ones. Returns `[rows, columns]`.
  public func combineRows(
    _ x: Tensor<Element>, _ groups: RowGroups, weights: Tensor<Element>? = nil
  ) -> Tensor<Element> {
    precondition(
      x.rowCount == groups.order.count && weights.map { $0.count == groups.order.count } ?? true,
      "\(x.shape) is not in the order of these groups")
    return record(
      RowCombination(
        input: x, groups: groups, weights: weights,
        output: tensor(
          [x.rowCount / groups.choicesPerRow, x.columnCount], dependingOn: [x, weights]))
    ).output
  }
}

private struct TopIndices<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let bias: Tensor<Element>?
  let chosen: IndexTensor

  var name: String { "top" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let columns = input.columnCount
    let count = chosen.count / max(input.rowCount, 1)
    run.forEachBlock(ofRows: input.rowCount, columns: columns * count) { row, rows in
      Element.gatherKernels.top(
        rows, columns, count, input.values + row * columns, bias?.values,
        chosen.values + row * count, nil)
    }
  }

  func backward(_ run: Execution) {}
}

private struct Grouping<Element: TensorElement>: Operation {
  let chosen: IndexTensor
  let groups: RowGroups

  var name: String { "group" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    for group in chosen.buffer {
      precondition(group < Int32(groups.groupCount), "group \(group) of \(groups.groupCount)")
    }
    akn_group(
      chosen.count, chosen.values, groups.groupCount, groups.offsets.values, groups.order.values,
      groups.places.values)
  }

  func backward(_ run: Execution) {}
}

private struct RowExpansion<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let groups: RowGroups
  let output: Tensor<Element>

  var name: String { "expand rows" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    run.forEachBlock(ofRows: output.rowCount, columns: output.columnCount) { place, count in
      Element.gatherKernels.expandRows(
        place, place + count, groups.choicesPerRow, output.columnCount, input.values,
        groups.order.values, nil, output.values, 0)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient, let target = input.gradientDestination() else { return }
    let columns = groups.choicesPerRow * output.columnCount
    run.forEachBlock(ofRows: input.rowCount, columns: columns) { row, count in
      Element.gatherKernels.combineRows(
        row, row + count, groups.choicesPerRow, output.columnCount, gradient,
        groups.places.values, nil, target.pointer, target.flag)
    }
  }
}

/// Weighted sums of rows in the order of their groups.
private struct RowCombination<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let groups: RowGroups
  let weights: Tensor<Element>?
  let output: Tensor<Element>

  var name: String { "combine rows" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var columns: Int { output.columnCount }

  func forward(_ run: Execution) {
    run.forEachBlock(
      ofRows: output.rowCount, columns: groups.choicesPerRow * columns
    ) { row, count in
      Element.gatherKernels.combineRows(
        row, row + count, groups.choicesPerRow, columns, input.values, groups.places.values,
        weights?.values, output.values, 0)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    if let target = input.gradientDestination() {
      run.forEachBlock(ofRows: input.rowCount, columns: columns) { place, count in
        Element.gatherKernels.expandRows(
          place, place + count, groups.choicesPerRow, columns, gradient, groups.order.values,
          weights?.values, target.pointer, target.flag)
      }
    }
    guard let target = weights?.gradientDestination() else { return }
    run.forEachBlock(
      ofRows: output.rowCount, columns: groups.choicesPerRow * columns
    ) { row, count in
      Element.gatherKernels.combineWeights(
        row, row + count, groups.choicesPerRow, columns, input.values, groups.places.values,
        gradient, target.pointer, target.flag)
    }
  }
}
