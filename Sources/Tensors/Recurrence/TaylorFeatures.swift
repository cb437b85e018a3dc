extension Tape {
  /// Features whose inner products are the second-order Taylor polynomial of the exponential [194].
  ///
  /// `φ(x) = [1, x/f^¼, vec(x xᵀ)/(√2·√f)]` for a head x of width f, so that
  /// `φ(q)·φ(k) = 1 + z + z²/2` with `z = q·k/√f`, which is positive for every z.
  ///
  /// `x` holds heads side by side from the operand's column on. Returns
  /// `[rows, headCount · (1 + f + f²)]`.
  public func taylorFeatures(
    _ x: HeadColumns<Element>, headCount: Int, width: Int
  ) -> Tensor<Element> {
    precondition(
      headCount > 0 && width > 0 && x.column >= 0
        && x.column + headCount * width <= x.tensor.columnCount,
      "\(headCount) heads of width \(width) in a tensor \(x.tensor.shape)")
    let features = 1 + width + width * width
    return record(
      TaylorFeatures(
        input: x, headCount: headCount, width: width,
        output: tensor([x.tensor.rowCount, headCount * features], dependingOn: [x.tensor]))
    ).output
  }
}

private struct TaylorFeatures<Element: TensorElement>: Operation {
  let input: HeadColumns<Element>
  let headCount: Int
  let width: Int
  let output: Tensor<Element>

  var name: String { "taylor features" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let (from, to) = (input.tensor.columnCount, output.columnCount)
    run.forEachBlock(ofRows: output.rowCount, columns: to) { row, count in
      Self.expand(
        count, headCount, width, input.tensor.values + row * from + input.column, from,
        output.values + row * to)
    }
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient,
      let target = HeadColumns.gradientDestinations(of: [(input, headCount * width)])[0]
    else { return }
    let (from, to) = (input.tensor.columnCount, output.columnCount)
    run.forEachBlock(ofRows: output.rowCount, columns: to) { row, count in
      Self.contract(
        count, headCount, width, input.tensor.values + row * from + input.column, from,
        gradient + row * to, target.pointer + row * from, target.accumulates)
    }
  }

  /// Rows of heads `[rows, H · f]`, `stride` apart, to rows of features.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func expand(
    _ rows: Int, _ heads: Int, _ f: Int, _ input: UnsafePointer<Element>, _ stride: Int,
    _ output: UnsafeMutablePointer<Element>
  ) {
    let first = 1 / Element(f).squareRoot().squareRoot()
    let second = 1 / (2 * Element(f)).squareRoot()
    var place = output
    for row in 0..<rows {
      for head in 0..<heads {
        let x = input + row * stride + head * f
        place[0] = 1
        for i in 0..<f { place[1 + i] = first * x[i] }
        place += 1 + f
        for i in 0..<f {
          let factor = second * x[i]
          for j in 0..<f { place[j] = factor * x[j] }
          place += f
        }
      }
    }
  }

  /// The gradients of heads from those of their features.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func contract(
    _ rows: Int, _ heads: Int, _ f: Int, _ input: UnsafePointer<Element>, _ stride: Int,
    _ gradient: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>,
    _ accumulates: Bool
  ) {
    let first = 1 / Element(f).squareRoot().squareRoot()
    let second = 1 / (2 * Element(f)).squareRoot()
    var place = gradient
    for row in 0..<rows {
      for head in 0..<heads {
        let x = input + row * stride + head * f
        let dx = target + row * stride + head * f
        if accumulates {
          for i in 0..<f { dx[i] += first * place[1 + i] }
        } else {
          for i in 0..<f { dx[i] = first * place[1 + i] }
        }
        place += 1 + f
        for i in 0..<f {
          let factor = second * x[i]
          var sum: Element = 0
          for j in 0..<f {
            dx[j] += factor * place[j]
            sum += place[j] * x[j]
          }
          dx[i] += second * sum
          place += f
        }
      }
    }
  }
}
