extension Tape {
  /// A point between two tensors: `share · a + (1 − share) · b`. `b` has as many elements as a, and
  /// `share` is one number, read at every run; no gradient flows into it.
  public func interpolate(
    _ a: Tensor<Element>, _ b: Tensor<Element>, share: Tensor<Element>
  ) -> Tensor<Element> {
    precondition(
      a.count == b.count && share.count == 1,
      "no point between \(a.shape) and \(b.shape) at \(share.shape)")
    return record(
      Interpolation(a: a, b: b, share: share, output: tensor(a.shape, dependingOn: [a, b]))
    ).output
  }
}

private struct Interpolation<Element: TensorElement>: Operation {
  let a: Tensor<Element>
  let b: Tensor<Element>
  let share: Tensor<Element>
  let output: Tensor<Element>

  var name: String { "interpolate" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let share = share.values[0]
    run.forEachPiece(of: output.count) { start, count in
      Element.pointwiseKernels.scale(count, 1 - share, b.values + start, output.values + start, 0)
      Element.pointwiseKernels.scale(count, share, a.values + start, output.values + start, 1)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    a.addGradient(gradient, times: share.values[0], run)
    b.addGradient(gradient, times: 1 - share.values[0], run)
  }
}
