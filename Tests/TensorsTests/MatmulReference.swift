import Tensors

extension TestRandom {
  /// Numbers between −1 and 1.
  mutating func array<Element: BinaryFloatingPoint>(_ count: Int) -> [Element] {
    (0..<count).map { _ in Element(uniform(-1, 1)) }
  }

  /// Fills a tensor with numbers between −1 and 1.
  mutating func fill<Element>(_ tensor: Tensor<Element>) -> Tensor<Element> {
    for index in 0..<tensor.count { tensor.values[index] = Element(uniform(-1, 1)) }
    return tensor
  }
}

/// A stored matrix for the plain triple loop.
struct MatmulMatrix {
  var values: [Double]
  var stride: Int
  var isTransposed = false

  subscript(row: Int, column: Int) -> Double {
    values[isTransposed ? column * stride + row : row * stride + column]
  }

  /// The product by its definition.
  static func product(_ a: Self, _ b: Self, rows: Int, columns: Int, depth: Int) -> [Double] {
    var c = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for j in 0..<columns {
        for k in 0..<depth { c[i * columns + j] += a[i, k] * b[k, j] }
      }
    }
    return c
  }
}

/// The largest difference of two arrays.
func matmulDifference(_ a: [some BinaryFloatingPoint], _ b: [Double]) -> Double {
  zip(a, b).map { abs(Double($0) - $1) }.max() ?? 0
}
