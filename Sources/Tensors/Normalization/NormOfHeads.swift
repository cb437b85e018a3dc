/// Adjacent heads in the columns of a matrix, and the gain that they share.
public struct HeadNorm<Element: TensorElement> {
  /// The columns of the heads, a multiple of the head's width.
  public var columns: Range<Int>
  /// `[width]`; nil for none.
  public var gain: Tensor<Element>?

  /// Heads and their gain.
  public init(columns: Range<Int>, gain: Tensor<Element>?) {
    self.columns = columns
    self.gain = gain
  }
}

extension Tape {
  /// Normalises heads by their own root mean square: queries and keys before attention. `x` is
  /// `[rows, columns]`, queries, keys and values side by side. `heads` are ascending and do not
  /// overlap. Returns `[rows, columns]`; columns of no head are those of x.
  public func rmsNorm(
    _ x: Tensor<Element>, heads: [HeadNorm<Element>], width: Int, epsilon: Double = 1e-5
  ) -> Tensor<Element> {
    for head in heads {
      precondition(
        head.columns.count % width == 0 && head.columns.lowerBound >= 0
          && head.columns.upperBound <= x.columnCount
          && head.gain.map { $0.count == width } ?? true,
        "heads of width \(width) in columns \(head.columns) of \(x.shape)")
    }
    let rest = heads.reduce(into: [0..<x.columnCount]) { rest, head in
      let last = rest.removeLast()
      rest += [
        last.lowerBound..<head.columns.lowerBound, head.columns.upperBound..<last.upperBound,
      ]
    }
    return record(
      NormOfHeads(
        input: x, heads: heads, rest: rest.filter { !$0.isEmpty }, width: width, epsilon: epsilon,
        output: tensor(x.shape, dependingOn: [x] + heads.map(\.gain)),
        inverseDeviations: heads.map {
          arena.allocate(x.rowCount * $0.columns.count / width, of: Element.self)
        })
    ).output
  }
}

private struct NormOfHeads<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let heads: [HeadNorm<Element>]
  let rest: [Range<Int>]
  let width: Int
  let epsilon: Double
  let output: Tensor<Element>
  let inverseDeviations: [UnsafeMutablePointer<Element>]

  var name: String { "rms norm of heads" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }
  private var rows: Int { input.rowCount }
  private var columns: Int { input.columnCount }
  private var partials: NormPartials { NormPartials(rows: rows, width: width) }
  var scratchBytes: Int { partials.count * MemoryLayout<Element>.stride }

  func forward(_ run: Execution) {
    run.forEachBlock(ofRows: rows, columns: columns) { row, count in
      for (head, inverse) in zip(heads, inverseDeviations) {
        let groups = head.columns.count / width
        let at = row * columns + head.columns.lowerBound
        Element.normKernels.forward(
          count, groups, width, input.values + at, columns, nil, nil, head.gain?.values, nil,
          epsilon, output.values + at, columns, nil, inverse + row * groups)
      }
      for range in rest {
        let at = row * columns + range.lowerBound
        Element.pointwiseKernels.copyMatrix(
          count, range.count, input.values + at, columns, output.values + at, columns, 0)
      }
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    let target = input.gradientDestination()
    for (head, inverse) in zip(heads, inverseDeviations) {
      let groups = head.columns.count / width
      partials.run(
        on: run, gain: head.gain?.gradientDestination(), bias: nil
      ) { row, count, ofGain, _ in
        let at = row * columns + head.columns.lowerBound
        Element.normKernels.backward(
          count, groups, width, input.values + at, columns, head.gain?.values, nil,
          inverse + row * groups, gradient + at, columns, target.map { $0.pointer + at }, columns,
          target?.flag ?? 0, ofGain, nil)
      }
    }
    guard let target else { return }
    run.forEachBlock(ofRows: rows, columns: columns) { row, count in
      for range in rest {
        let at = row * columns + range.lowerBound
        Element.pointwiseKernels.copyMatrix(
          count, range.count, gradient + at, columns, target.pointer + at, columns, target.flag)
      }
    }
  }
}
