internal import CKernels

/// The matrix products of a type of number; see `akn_gemm.h` for what each computes.
public protocol MatmulKernels: Sendable {
  /// Columns of a packed panel of a right operand.
  static var panelColumns: Int { get }
  /// Packs some columns of a right operand.
  static func packColumns(
    _ columns: Range<Int>, of right: MatrixOperand<Self>, depth: Int,
    into packed: UnsafeMutablePointer<Self>)
  /// Packs some rows of a left operand that has `rows` of them.
  static func packRows(
    _ range: Range<Int>, of left: MatrixOperand<Self>, rows: Int, depth: Int,
    into packed: UnsafeMutablePointer<Self>)
  /// A block of a product from a left operand and packed columns.
  static func multiplyRows(
    _ block: MatrixBlock<Self>, left: MatrixOperand<Self>,
    packed: UnsafePointer<Self>)
  /// A block of a product from packed rows and a right operand.
  static func multiplyColumns(
    _ block: MatrixBlock<Self>, packed: UnsafePointer<Self>,
    right: MatrixOperand<Self>)
  /// A block of a product by the BLAS of the platform: `output = left right + beta output`.
  static func multiplyBLAS(
    _ block: MatrixBlock<Self>, left: MatrixOperand<Self>,
    right: MatrixOperand<Self>, beta: Self)

  /// `y = f(x)` for `count` elements.
  static func activate(
    _ activation: LinearActivation, _ count: Int, _ x: UnsafePointer<Self>,
    _ y: UnsafeMutablePointer<Self>)
  /// `dx = dy f'(x)` for `count` elements.
  static func differentiate(
    _ activation: LinearActivation, _ count: Int, _ x: UnsafePointer<Self>,
    _ dy: UnsafePointer<Self>, _ dx: UnsafeMutablePointer<Self>)
  /// The sums of some columns of a matrix, from its first row to its last.
  static func sumColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Self>, stride: Int,
    into sums: UnsafeMutablePointer<Self>, accumulating: Bool)
  /// `y += x` for `count` elements.
  static func accumulate(_ x: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>, _ count: Int)
}

/// A matrix as an operand of a product: where it lies, and whether it lies there transposed.
public struct MatrixOperand<Element> {
  var start: UnsafePointer<Element>
  /// Elements between the rows that lie in memory.
  var stride: Int
  var isTransposed: Bool

  /// The operand from some row and column of it on.
  func from(row: Int, column: Int) -> Self {
    var part = self
    part.start += isTransposed ? column * stride + row : row * stride + column
    return part
  }
}

/// A block of a product that is to be computed, and what is added to it.
public struct MatrixBlock<Element> {
  var rows: Int
  var columns: Int
  var depth: Int
  var output: UnsafeMutablePointer<Element>
  var outputStride: Int
  /// A row that is added to all rows.
  var bias: UnsafePointer<Element>?
  /// A matrix that is added; it may be the output.
  var addend: UnsafePointer<Element>?
  var addendStride: Int
}

extension Float: MatmulKernels {
  /// Columns of a packed panel.
  public static var panelColumns: Int { Int(AKN_GEMM_PANEL_COLUMNS_F32) }

  /// Packs some columns of a right operand.
  public static func packColumns(
    _ columns: Range<Int>, of right: MatrixOperand<Float>, depth: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    akn_gemm_pack_columns_f32(
      depth, columns.lowerBound, columns.upperBound, right.start,
      right.stride, right.isTransposed ? 1 : 0, packed)
  }

  /// Packs some rows of a left operand.
  public static func packRows(
    _ range: Range<Int>, of left: MatrixOperand<Float>, rows: Int, depth: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    akn_gemm_pack_rows_f32(
      rows, depth, range.lowerBound, range.upperBound, left.start, left.stride,
      left.isTransposed ? 1 : 0, packed)
  }

  /// A block of a product from a left operand and packed columns.
  public static func multiplyRows(
    _ block: MatrixBlock<Float>, left: MatrixOperand<Float>, packed: UnsafePointer<Float>
  ) {
    akn_gemm_rows_f32(
      block.rows, block.columns, block.depth, left.start, left.stride, left.isTransposed ? 1 : 0,
      packed, block.output, block.outputStride, block.bias, block.addend, block.addendStride)
  }

  /// A block of a product from packed rows and a right operand.
  public static func multiplyColumns(
    _ block: MatrixBlock<Float>, packed: UnsafePointer<Float>, right: MatrixOperand<Float>
  ) {
    akn_gemm_columns_f32(
      block.rows, block.columns, block.depth, packed, right.start, right.stride,
      right.isTransposed ? 1 : 0, block.output, block.outputStride, block.bias, block.addend,
      block.addendStride)
  }

  /// A block of a product by the BLAS of the platform.
  public static func multiplyBLAS(
    _ block: MatrixBlock<Float>, left: MatrixOperand<Float>, right: MatrixOperand<Float>,
    beta: Float
  ) {
    MatmulBLAS.sgemm(block, left: left, right: right, beta: beta)
  }

  /// Applies an activation.
  public static func activate(
    _ activation: LinearActivation, _ count: Int, _ x: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    guard let kernel = activation.kernel else { return y.update(from: x, count: count) }
    akn_activation_forward_f32(kernel, count, x, y)
  }

  /// Multiplies by the derivative of an activation.
  public static func differentiate(
    _ activation: LinearActivation, _ count: Int, _ x: UnsafePointer<Float>,
    _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>
  ) {
    guard let kernel = activation.kernel else { return dx.update(from: dy, count: count) }
    akn_activation_backward_f32(kernel, count, x, dy, dx, 0)
  }

  /// Sums columns of a matrix.
  public static func sumColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Float>, stride: Int,
    into sums: UnsafeMutablePointer<Float>, accumulating: Bool
  ) {
    akn_column_sums_f32(rows, columns, x, stride, sums, accumulating ? 1 : 0)
  }

  /// Adds elements to others.
  public static func accumulate(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    akn_add_f32(count, x, y, y)
  }
}

extension Double: MatmulKernels {
  /// Columns of a packed panel.
  public static var panelColumns: Int { Int(AKN_GEMM_PANEL_COLUMNS_F64) }

  /// Packs some columns of a right operand.
  public static func packColumns(
    _ columns: Range<Int>, of right: MatrixOperand<Double>, depth: Int,
    into packed: UnsafeMutablePointer<Double>
  ) {
    akn_gemm_pack_columns_f64(
      depth, columns.lowerBound, columns.upperBound, right.start,
      right.stride, right.isTransposed ? 1 : 0, packed)
  }

  /// Packs some rows of a left operand.
  public static func packRows(
    _ range: Range<Int>, of left: MatrixOperand<Double>, rows: Int, depth: Int,
    into packed: UnsafeMutablePointer<Double>
  ) {
    akn_gemm_pack_rows_f64(
      rows, depth, range.lowerBound, range.upperBound, left.start, left.stride,
      left.isTransposed ? 1 : 0, packed)
  }

  /// A block of a product from a left operand and packed columns.
  public static func multiplyRows(
    _ block: MatrixBlock<Double>, left: MatrixOperand<Double>, packed: UnsafePointer<Double>
  ) {
    akn_gemm_rows_f64(
      block.rows, block.columns, block.depth, left.start, left.stride, left.isTransposed ? 1 : 0,
      packed, block.output, block.outputStride, block.bias, block.addend, block.addendStride)
  }

  /// A block of a product from packed rows and a right operand.
  public static func multiplyColumns(
    _ block: MatrixBlock<Double>, packed: UnsafePointer<Double>, right: MatrixOperand<Double>
  ) {
    akn_gemm_columns_f64(
      block.rows, block.columns, block.depth, packed, right.start, right.stride,
      right.isTransposed ? 1 : 0, block.output, block.outputStride, block.bias, block.addend,
      block.addendStride)
  }

  /// A block of a product by the BLAS of the platform.
  public static func multiplyBLAS(
    _ block: MatrixBlock<Double>, left: MatrixOperand<Double>, right: MatrixOperand<Double>,
    beta: Double
  ) {
    MatmulBLAS.dgemm(block, left: left, right: right, beta: beta)
  }

  /// Applies an activation.
  public static func activate(
    _ activation: LinearActivation, _ count: Int, _ x: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>
  ) {
    guard let kernel = activation.kernel else { return y.update(from: x, count: count) }
    akn_activation_forward_f64(kernel, count, x, y)
  }

  /// Multiplies by the derivative of an activation.
  public static func differentiate(
    _ activation: LinearActivation, _ count: Int, _ x: UnsafePointer<Double>,
    _ dy: UnsafePointer<Double>, _ dx: UnsafeMutablePointer<Double>
  ) {
    guard let kernel = activation.kernel else { return dx.update(from: dy, count: count) }
    akn_activation_backward_f64(kernel, count, x, dy, dx, 0)
  }

  /// Sums columns of a matrix.
  public static func sumColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Double>, stride: Int,
    into sums: UnsafeMutablePointer<Double>, accumulating: Bool
  ) {
    akn_column_sums_f64(rows, columns, x, stride, sums, accumulating ? 1 : 0)
  }

  /// Adds elements to others.
  public static func accumulate(
    _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    akn_add_f64(count, x, y, y)
  }
}
