/// Copies of matrices between layouts, by bit patterns.
///
/// Callers are generic over the element; here there are only numbers of 32 or 64 bits, so that each
/// loop is compiled for its size.
enum StridedCopy {
  /// Where the numbers of a matrix lie: element (r, c) is `start + r · row + c · column`.
  struct Layout {
    var start: Int
    var row: Int
    var column: Int
  }

  /// Copies a matrix from one layout to another. `destination` is memory, initialised or not.
  static func copy<Element: CheckpointElement>(
    rows: Int, columns: Int, from source: UnsafePointer<Element>, _ from: Layout,
    to destination: UnsafeMutablePointer<Element>, _ to: Layout
  ) {
    let source = UnsafeRawPointer(source)
    let destination = UnsafeMutableRawPointer(destination)
    switch MemoryLayout<Element>.stride {
    case 4: copy(UInt32.self, rows, columns, source, from, destination, to)
    case 8: copy(UInt64.self, rows, columns, source, from, destination, to)
    default: preconditionFailure("tensors hold Float or Double")
    }
  }

  @inline(__always)
  private static func copy<Bits: BitwiseCopyable>(
    _ bits: Bits.Type, _ rows: Int, _ columns: Int, _ source: UnsafeRawPointer, _ from: Layout,
    _ destination: UnsafeMutableRawPointer, _ to: Layout
  ) {
    let size = MemoryLayout<Bits>.size
    // Squares of 32 keep both a row and a column of cache lines at hand while transposing.
    let edge = 32
    for firstRow in stride(from: 0, to: rows, by: edge) {
      for firstColumn in stride(from: 0, to: columns, by: edge) {
        for row in firstRow..<min(firstRow + edge, rows) {
          for column in firstColumn..<min(firstColumn + edge, columns) {
            let value = source.load(
              fromByteOffset: (from.start + row * from.row + column * from.column) * size, as: bits)
            destination.storeBytes(
              of: value,
              toByteOffset: (to.start + row * to.row + column * to.column) * size, as: bits)
          }
        }
      }
    }
  }
}
