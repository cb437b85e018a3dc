extension OperationCost {
  /// A product whose derivative is a product of the same size for each operand that wants one.
  static func product<Element>(
    _ operations: Double, _ left: Tensor<Element>, _ right: Tensor<Element>
  ) -> OperationCost {
    OperationCost(
      forward: operations,
      backward: (left.requiresGradient ? operations : 0)
        + (right.requiresGradient ? operations : 0))
  }
}

extension MatrixProduct.Operands {
  /// A product that goes to a gradient, or is added to it.
  init(
    left: MatrixOperand<Element>, right: MatrixOperand<Element>,
    to place: GradientDestination<Element>, stride: Int
  ) {
    self.init(
      left: left, right: right, output: place.pointer, outputStride: stride,
      addend: place.accumulates ? UnsafePointer(place.pointer) : nil, addendStride: stride)
  }

  /// The operands of one matrix of a batch.
  func at(_ index: Int, left: Int, right: Int, output: Int) -> Self {
    var one = self
    one.left.start += index * left
    one.right.start += index * right
    one.output += index * output
    if let addend { one.addend = addend + index * output }
    return one
  }
}
