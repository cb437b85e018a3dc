import Tensors

/// A matrix with the singular vectors of another and singular values near one, by Newton-Schulz.
///
/// X ← X/‖X‖, then X ← aX + (bA + cA²)X with A = XXᵀ, where a = 3.4445, b = −4.7750 and c = 2.0315
/// make small singular values grow fastest; after five iterations all but the smallest lie between
/// 0.7 and 1.2 (Jordan et al., 2024). The shorter axis is the rows', so that A is the smaller Gram
/// matrix.
final class Orthogonalization<Element: TensorElement> {
  private let rows: Int
  private let columns: Int
  private let isTransposed: Bool
  private let tape: Tape<Element>
  private let input: Tensor<Element>
  private let output: Tensor<Element>
  private let result: UnsafeMutablePointer<Element>

  /// Records the iterations for matrices of one shape.
  init(rows: Int, columns: Int, iterations: Int, pool: ThreadPool) {
    self.rows = rows
    self.columns = columns
    isTransposed = rows > columns
    tape = Tape(pool: pool, isDifferentiable: false)
    input = tape.input(isTransposed ? [columns, rows] : [rows, columns])
    // A tensor of the tape's own: the tape may keep a packed copy of a leaf.
    var x = tape.scale(input, by: 1)
    for _ in 0..<iterations {
      let gram = tape.linear(x, weight: x, isTransposed: true)
      let polynomial = tape.linear(
        tape.scale(gram, by: 2.0315), weight: gram, residual: tape.scale(gram, by: -4.7750))
      x = tape.linear(polynomial, weight: x, residual: tape.scale(x, by: 3.4445))
    }
    output = x
    result = isTransposed ? tape.arena.allocate(rows * columns, of: Element.self) : x.values
  }

  /// Orthogonalises a matrix. `matrix` is its first element; rows are `stride` elements apart.
  /// Returns the result, rows side by side; valid until the next call.
  func run(_ matrix: UnsafePointer<Element>, stride: Int) -> UnsafePointer<Element> {
    var square = 0.0
    for row in 0..<rows {
      square += Element.pointwiseKernels.squareSum(columns, matrix + row * stride)
    }
    let scale = Element(1 / max(square.squareRoot(), 1e-7))
    if isTransposed {
      Self.transpose(matrix, stride, rows, columns, scale, input.values)
    } else {
      Self.copy(matrix, stride, rows, columns, scale, input.values)
    }
    tape.replay()
    if isTransposed { Self.transpose(output.values, rows, columns, rows, 1, result) }
    return UnsafePointer(result)
  }

  /// target[row, column] = scale · source[row, column].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func copy(
    _ source: UnsafePointer<Element>, _ stride: Int, _ rows: Int, _ columns: Int,
    _ scale: Element, _ target: UnsafeMutablePointer<Element>
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        target[row * columns + column] = scale * source[row * stride + column]
      }
    }
  }

  /// target[column, row] = scale · source[row, column].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func transpose(
    _ source: UnsafePointer<Element>, _ stride: Int, _ rows: Int, _ columns: Int,
    _ scale: Element, _ target: UnsafeMutablePointer<Element>
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        target[column * rows + row] = scale * source[row * stride + column]
      }
    }
  }
}
