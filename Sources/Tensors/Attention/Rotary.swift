internal import CKernels

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Which elements of a head turn together.
public enum RotaryLayout: String, CaseIterable, Codable, Hashable, Sendable {
  /// i and i + dimensions/2, as LLaMA's checkpoints have it.
  case halves
  /// 2i and 2i + 1, as in the paper.
  case interleaved
}

/// Cosines and sines of rotary positions: pair i turns by `position · base^(−2i / dimensions)`.
public final class RotaryTable<Element: TensorElement> {
  /// The number of positions in the table.
  public let positionCount: Int
  /// How many elements of each head turn.
  public let dimensions: Int
  /// `[positions, dimensions / 2]`.
  public let cosines: Tensor<Element>
  /// `[positions, dimensions / 2]`.
  public let sines: Tensor<Element>

  /// Computes a table of positions from zero up; `dimensions` is even.
  public init(positionCount: Int, dimensions: Int, base: Double = 10_000, in arena: Arena) {
    precondition(dimensions > 0 && dimensions % 2 == 0, "\(dimensions) elements are not pairs")
    self.positionCount = positionCount
    self.dimensions = dimensions
    let half = dimensions / 2
    cosines = Tensor([positionCount, half], in: arena)
    sines = Tensor([positionCount, half], in: arena)
    for pair in 0..<half {
      let frequency = pow(base, -2 * Double(pair) / Double(dimensions))
      for position in 0..<positionCount {
        let angle = Double(position) * frequency
        cosines.values[position * half + pair] = Element(cos(angle))
        sines.values[position * half + pair] = Element(sin(angle))
      }
    }
  }
}

extension Tape {
  /// Turns queries and keys by their positions, in place.
  ///
  /// The result has the memory of x, whose values are no longer there afterwards; only where x is
  /// an input or a parameter is there a copy. The derivative turns the gradient back, in place too.
  ///
  /// `x` is `[rows, columns]`, queries, keys and values side by side; the derivative of what
  /// computed it must not need its values. Of each head the first `table.dimensions` elements turn.
  public func rotary(
    _ x: Tensor<Element>, _ table: RotaryTable<Element>, positions: IndexTensor,
    columns: Range<Int>, headWidth: Int, layout: RotaryLayout = .halves
  ) -> Tensor<Element> {
    precondition(
      positions.count == x.rowCount && columns.count % headWidth == 0
        && table.dimensions <= headWidth && columns.lowerBound >= 0
        && columns.upperBound <= x.columnCount,
      "rotary positions of columns \(columns), heads of width \(headWidth), in \(x.shape)")
    let output =
      x.isLeaf ? tensor(x.shape, dependingOn: [x]) : view(of: x, x.shape)
    return record(
      Rotary(
        input: x, output: output, table: table, positions: positions, columns: columns,
        headWidth: headWidth, layout: layout)
    ).output
  }
}

private struct Rotary<Element: TensorElement>: Operation {
  let input: Tensor<Element>
  let output: Tensor<Element>
  let table: RotaryTable<Element>
  let positions: IndexTensor
  let columns: Range<Int>
  let headWidth: Int
  let layout: RotaryLayout

  var name: String { "rotary positions" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    for row in 0..<positions.count {
      let position = positions.values[row]
      precondition(
        position >= 0 && position < Int32(table.positionCount),
        "position \(position) of row \(row) is not among the \(table.positionCount) of the table")
    }
    if input.values != output.values {
      output.values.update(from: input.values, count: input.count)
    }
    turn(output.values, isInverse: false, run)
  }

  func backward(_ run: Execution) {
    guard let gradient = output.gradient else { return }
    turn(gradient, isInverse: true, run)
    input.inheritGradient(of: output, run)
  }

  private func turn(
    _ matrix: UnsafeMutablePointer<Element>, isInverse: Bool, _ run: Execution
  ) {
    let width = input.columnCount
    run.forEachBlock(ofRows: input.rowCount, columns: columns.count) { row, count in
      Element.rotaryKernels.turn(
        count, columns.count / headWidth, headWidth, table.dimensions,
        layout == .halves ? AKN_ROTARY_HALVES : AKN_ROTARY_INTERLEAVED, table.cosines.values,
        table.sines.values, positions.values + row, isInverse ? 1 : 0,
        matrix + row * width + columns.lowerBound, width)
    }
  }
}
