extension Tape {
  /// The sum of all elements, one number.
  public func sum(_ x: Tensor<Element>) -> Tensor<Element> {
    record(Sum(input: x, power: .one, factor: 1, output: tensor([1], dependingOn: [x]))).output
  }

  /// The mean of all elements, one number.
  public func mean(_ x: Tensor<Element>) -> Tensor<Element> {
    record(
      Sum(
        input: x, power: .one, factor: 1 / Double(max(x.count, 1)),
        output: tensor([1], dependingOn: [x]))
    ).output
  }

  /// The sum of the squares of all elements, one number.
  public func squareSum(_ x: Tensor<Element>) -> Tensor<Element> {
    record(Sum(input: x, power: .two, factor: 1, output: tensor([1], dependingOn: [x]))).output
  }
}

/// A multiple of the sum of elements or of their squares, in double precision and a fixed order.
private struct Sum<Element: TensorElement>: Operation {
  enum Power { case one, two }

  let input: Tensor<Element>
  let power: Power
  let factor: Double
  let output: Tensor<Element>

  var name: String { "sum" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var pieces: Int { (input.count + Execution.grain - 1) / Execution.grain }
  var scratchBytes: Int { pieces * MemoryLayout<Double>.stride }

  func forward(_ run: Execution) {
    let partial = run.scratch.assumingMemoryBound(to: Double.self)
    run.forEachPiece(of: input.count) { start, count in
      let x = input.values + start
      partial[start / Execution.grain] =
        power == .one
        ? Element.pointwiseKernels.sum(count, x) : Element.pointwiseKernels.squareSum(count, x)
    }
    var sum = 0.0
    for piece in 0..<pieces { sum += partial[piece] }
    output.values[0] = Element(factor * sum)
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let share = Element(factor * Double(gradient[0]))
    if power == .two {
      input.addGradient(input.values, times: 2 * share, run)
      return
    }
    guard let target = input.gradientDestination() else { return }
    if target.accumulates {
      for index in 0..<input.count { target.pointer[index] += share }
    } else {
      target.pointer.update(repeating: share, count: input.count)
    }
  }
}
