public import LanguageModels
public import Tensors

/// A linear map of two factors, with a dense matrix that guides it early in training [112].
///
/// y = α x W + (1 − α) (x A) B + b; α is one at the start, where W is the product of the factors,
/// and zero from some step on, from where W is not recorded.
public final class StructuredLinear<Element: TensorElement> {
  /// How the map is made of its factors.
  public let structure: LinearStructure
  /// A.
  public let first: Tensor<Element>
  /// B.
  public let second: Tensor<Element>
  /// The learned summands, `[out]`.
  public let bias: Tensor<Element>?
  /// W, `[in, out]`; nil without a guide.
  public let guide: Tensor<Element>?

  private let inputs: Int
  private let outputs: Int

  /// Declares the parameters of a structured map in the place of a dense one, `[in, out]`.
  ///
  /// A low rank starts as the best approximation of a dense matrix, each factor with the roots of
  /// its singular values; blocks start with orthonormal rows or columns, whatever the scale of
  /// dense matrices, as the authors' code does. A bias starts at zero. `guideBlocks` are the ranges of
  /// the guide's columns that are matrices of their own.
  public init(
    _ name: String, dense: [Double], _ inputs: Int, _ outputs: Int, structure: LinearStructure,
    hasBias: Bool, isGuided: Bool, guideBlocks: [Range<Int>] = [],
    in parameters: ParameterSet<Element>
  ) {
    self.structure = structure
    self.inputs = inputs
    self.outputs = outputs
    let shapes = structure.shapes(inputs: inputs, outputs: outputs)
    func declare(_ part: String, _ shape: [Int]) -> Tensor<Element> {
      let fanIn = shape[shape.count - 2]
      return parameters.declare(
        "\(name).\(part)", shape, role: .hidden(fanIn: fanIn),
        startingAs: .normal(standardDeviation: 1 / Double(fanIn).squareRoot()))
    }
    first = declare("first", shapes.first)
    second = declare("second", shapes.second)
    if case .lowRank(let rank) = structure {
      let halves = SingularValueDecomposition(dense, rows: inputs, columns: outputs)
        .halves(rank: rank)
      first.fill(halves.left)
      second.fill(halves.right)
    } else {
      first.orthonormalizeMatrices()
      second.orthonormalizeMatrices()
    }
    bias =
      hasBias
      ? parameters.declare("\(name).bias", [outputs], role: .vector, startingAs: .constant(0)) : nil
    guide =
      isGuided
      ? parameters.declare(
        "\(name).guide", [inputs, outputs], role: .hidden(fanIn: inputs),
        startingAs: .constant(0), columnBlocks: guideBlocks) : nil
    guide?.fill(product())
  }

  /// The dense matrix that the factors make, `[in, out]`, row-major.
  public func product() -> [Double] {
    let (a, b) = (first.array.map(Double.init), second.array.map(Double.init))
    let shapes = structure.shapes(inputs: inputs, outputs: outputs)
    let inner = shapes.first.count == 2 ? shapes.first[1] : shapes.first[0] * shapes.first[2]
    let left = shapes.first.count == 2 ? a : Self.blockDiagonal(a, shapes.first)
    var right = shapes.second.count == 2 ? b : Self.blockDiagonal(b, shapes.second)
    if case .blockShuffle(let blocks) = structure {
      // The permutations before and after B reorder its rows and its columns.
      let (height, width) = (inner / blocks, outputs / blocks)
      var shuffled = right
      for row in 0..<inner {
        for column in 0..<outputs {
          let from = (row % height * blocks + row / height) * outputs
          shuffled[from + column % width * blocks + column / width] = right[row * outputs + column]
        }
      }
      right = shuffled
    }
    return SingularValueDecomposition.product(left, right, inputs, inner, outputs)
  }

  /// Records y, `[rows, out]`, added to a residual if there is one; α, one number, is nil for no guide.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>? = nil,
    guideShare: Tensor<Element>? = nil, on tape: Tape<Element>
  ) -> Tensor<Element> {
    let guided = guideShare.flatMap { share in guide.map { (matrix: $0, share: share) } }
    var output: Tensor<Element>
    switch structure {
    case .blockShuffle(let blocks):
      let inner = tape.shuffleColumns(
        tape.blockDiagonalLinear(input, weight: first), groups: blocks)
      output = tape.shuffleColumns(
        tape.blockDiagonalLinear(inner, weight: second), groups: outputs / blocks)
    case .lowRank, .blockDense:
      let inner =
        first.shape.count == 2
        ? tape.linear(input, weight: first) : tape.blockDiagonalLinear(input, weight: first)
      // Without a guide the last product takes bias and residual along.
      guard guided != nil else {
        return tape.linear(inner, weight: second, bias: bias, residual: residual)
      }
      output = tape.linear(inner, weight: second)
    }
    if let guided {
      output = tape.interpolate(
        tape.linear(input, weight: guided.matrix), output, share: guided.share)
    }
    if let bias { output = tape.add(output, bias: bias) }
    return residual.map { tape.add($0, output) } ?? output
  }

  /// Blocks `[b, in, out]` on the diagonal of a dense matrix.
  private static func blockDiagonal(_ blocks: [Double], _ shape: [Int]) -> [Double] {
    let (count, rows, columns) = (shape[0], shape[1], shape[2])
    var dense = Array(repeating: 0.0, count: count * rows * count * columns)
    for block in 0..<count {
      for row in 0..<rows {
        for column in 0..<columns {
          dense[(block * rows + row) * count * columns + block * columns + column] =
            blocks[(block * rows + row) * columns + column]
        }
      }
    }
    return dense
  }
}

extension Tensor {
  /// Takes over numbers in double precision.
  fileprivate func fill(_ numbers: [Double]) {
    for (index, number) in numbers.enumerated() { values[index] = Element(number) }
  }

  /// Replaces a matrix, or each of a stack, by the nearest one with orthonormal rows or columns.
  fileprivate func orthonormalizeMatrices() {
    let (rows, columns) = (shape[shape.count - 2], columnCount)
    let matrices = array.map(Double.init)
    var result: [Double] = []
    for start in stride(from: 0, to: count, by: rows * columns) {
      result += SingularValueDecomposition(
        Array(matrices[start..<start + rows * columns]), rows: rows, columns: columns
      ).orthonormal()
    }
    fill(result)
  }
}
