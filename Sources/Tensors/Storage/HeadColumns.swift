/// A matrix whose columns hold the queries, the keys or the values of all heads side by side.
public struct HeadColumns<Element: TensorElement> {
  /// `[batch · length, columns]`, or any shape that has as many rows: its last axis is the columns.
  public var tensor: Tensor<Element>
  /// The first column of head 0.
  public var column: Int

  /// The columns of a matrix from one on.
  public init(_ tensor: Tensor<Element>, column: Int = 0) {
    self.tensor = tensor
    self.column = column
  }
}

extension HeadColumns {
  /// The first element of head 0.
  var start: UnsafeRawPointer { UnsafeRawPointer(tensor.values + column) }

  /// Where the gradients of operands go that may be columns of one matrix. A matrix of which not
  /// all columns are covered is cleared first if it holds no gradient yet.
  ///
  /// Each operand has the number of its columns; no two overlap.
  static func gradientDestinations(
    of operands: [(operand: HeadColumns, width: Int)]
  ) -> [GradientDestination<Element>?] {
    var destinations = [GradientDestination<Element>?](repeating: nil, count: operands.count)
    for (index, (operand, _)) in operands.enumerated() {
      let same = operands.indices.filter { operands[$0].operand.tensor === operand.tensor }
      guard same.first == index, let place = operand.tensor.gradientDestination() else { continue }
      var accumulates = place.accumulates
      if !accumulates, same.reduce(0, { $0 + operands[$1].width }) < operand.tensor.columnCount {
        place.pointer.update(repeating: 0, count: operand.tensor.count)
        accumulates = true
      }
      for other in same {
        destinations[other] = GradientDestination(
          pointer: place.pointer + operands[other].operand.column, accumulates: accumulates)
      }
    }
    return destinations
  }
}
