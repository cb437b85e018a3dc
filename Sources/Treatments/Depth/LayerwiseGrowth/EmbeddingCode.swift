internal import LanguageModels
internal import Tensors

/// Rows of a token embedding that are not trained [84]; each has length one.
enum EmbeddingCode: String {
  /// The bits of a token's number, ±1, repeated over the width.
  case binary
  /// The directions of random rows.
  case random

  /// Writes the rows.
  ///
  /// - Parameter table: `[tokens, width]`; for ``random`` it holds the random rows.
  func write<Element: TensorElement>(to table: Tensor<Element>) {
    let (tokens, width) = (table.shape[0], table.shape[1])
    let bits = max(1, Int.bitWidth - max(tokens - 1, 0).leadingZeroBitCount)
    for token in 0..<tokens {
      let row = table.values + token * width
      if self == .binary {
        for column in 0..<width { row[column] = (token >> (column % bits)) & 1 == 1 ? 1 : -1 }
      }
      let square = (0..<width).reduce(0.0) { $0 + Double(row[$1]) * Double(row[$1]) }
      for column in 0..<width { row[column] = Element(Double(row[column]) / square.squareRoot()) }
    }
  }
}
