internal import CKernels

/// A type of number for which there are kernels of matrix products.
public protocol MatmulKernels {
  /// The kernels of this type.
  static var matmulKernels: MatmulKernelTable<Self> { get }
}

/// The kernels of matrix products for a type of number; `akn_gemm.h` says what each computes.
///
/// A class, since decoding asks for it once a product of a microsecond: a struct of functions would
/// be copied with all of them.
public final class MatmulKernelTable<Element>: Sendable {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>
  typealias PackColumns = @Sendable (Int, Int, Int, Constants?, Int, Int32, Numbers?) -> Void
  typealias PackRows = @Sendable (Int, Int, Int, Int, Constants?, Int, Int32, Numbers?) -> Void
  typealias Rows =
    @Sendable (
      Int, Int, Int, Constants?, Int, Int32, Constants?, Numbers?, Int, Constants?, Constants?, Int
    ) -> Void
  typealias Columns =
    @Sendable (
      Int, Int, Int, Constants?, Constants?, Int, Int32, Numbers?, Int, Constants?, Constants?, Int
    ) -> Void
  typealias Activate = @Sendable (akn_activation_t, Int, Constants?, Numbers?) -> Void
  typealias Add = @Sendable (Int, Constants?, Constants?, Numbers?) -> Void
  typealias BLAS =
    @Sendable (MatrixBlock<Element>, MatrixOperand<Element>, MatrixOperand<Element>, Element) ->
    Void

  /// Columns of a packed panel of a right operand.
  let panelColumns: Int32
  /// Packs some columns of a right operand.
  let packColumns: PackColumns
  /// Packs some rows of a left operand.
  let packRows: PackRows
  /// A block of a product from a left operand and packed columns.
  let rows: Rows
  /// A block of a product from packed rows and a right operand.
  let columns: Columns
  /// A block of a product by the BLAS of the platform: `output = left right + beta output`.
  let blas: BLAS
  /// What follows a product while it is in the cache: y = f(x), and y = a + b.
  let activate: Activate
  let add: Add

  init(
    panelColumns: Int32, packColumns: @escaping PackColumns, packRows: @escaping PackRows,
    rows: @escaping Rows, columns: @escaping Columns, blas: @escaping BLAS,
    activate: @escaping Activate, add: @escaping Add
  ) {
    self.panelColumns = panelColumns
    self.packColumns = packColumns
    self.packRows = packRows
    self.rows = rows
    self.columns = columns
    self.blas = blas
    self.activate = activate
    self.add = add
  }
}

/// A matrix as an operand of a product: where it lies, and whether it lies there transposed.
struct MatrixOperand<Element> {
  var start: UnsafePointer<Element>
  /// Elements between the rows that lie in memory.
  var stride: Int
  var isTransposed: Bool

  init(
    _ start: UnsafeMutablePointer<Element>, stride: Int, isTransposed: Bool = false
  ) {
    self.start = UnsafePointer(start)
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// The operand from some row and column of it on.
  func from(row: Int, column: Int) -> Self {
    var part = self
    part.start += isTransposed ? column * stride + row : row * stride + column
    return part
  }

  var transposed: Self {
    var other = self
    other.isTransposed.toggle()
    return other
  }

  /// Whether it lies transposed, as the kernels take it.
  var flag: Int32 { isTransposed ? 1 : 0 }
}

/// A block of a product that is to be computed, and what is added to it.
struct MatrixBlock<Element> {
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
  /// The kernels of single precision.
  public static let matmulKernels = MatmulKernelTable<Float>(
    panelColumns: AKN_GEMM_PANEL_COLUMNS_F32, packColumns: akn_gemm_pack_columns_f32,
    packRows: akn_gemm_pack_rows_f32, rows: akn_gemm_rows_f32, columns: akn_gemm_columns_f32,
    blas: MatmulBLAS.sgemm, activate: akn_activation_forward_f32, add: akn_add_f32)
}

extension Double: MatmulKernels {
  /// The kernels of double precision.
  public static let matmulKernels = MatmulKernelTable<Double>(
    panelColumns: AKN_GEMM_PANEL_COLUMNS_F64, packColumns: akn_gemm_pack_columns_f64,
    packRows: akn_gemm_pack_rows_f64, rows: akn_gemm_rows_f64, columns: akn_gemm_columns_f64,
    blas: MatmulBLAS.dgemm, activate: akn_activation_forward_f64, add: akn_add_f64)
}
