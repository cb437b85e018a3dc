#if canImport(Accelerate)
  internal import Accelerate
#endif

/// The platform's own matrix products, each call on the calling thread alone.
enum MatmulBLAS {
  #if canImport(Accelerate)
    private typealias Order = CBLAS_ORDER
    private typealias Transposition = CBLAS_TRANSPOSE
    private static var rowMajor: Order { CblasRowMajor }
    private static var plain: Transposition { CblasNoTrans }
    private static var transposed: Transposition { CblasTrans }
  #else
    // What the headers of OpenBLAS call the order of rows, plain operands and transposed ones.
    private typealias Order = Int32
    private typealias Transposition = Int32
    private static var rowMajor: Order { 101 }
    private static var plain: Transposition { 111 }
    private static var transposed: Transposition { 112 }
  #endif

  private typealias Gemm<Element> = (
    Order, Transposition, Transposition, Int32, Int32, Int32, Element, UnsafePointer<Element>,
    Int32, UnsafePointer<Element>, Int32, Element, UnsafeMutablePointer<Element>, Int32
  ) -> Void

  @Sendable
  static func sgemm(
    _ block: MatrixBlock<Float>, left: MatrixOperand<Float>, right: MatrixOperand<Float>,
    beta: Float
  ) {
    #if canImport(Accelerate)
      multiply(block, left, right, beta, cblas_sgemm)
    #else
      multiply(block, left, right, beta, OpenBLAS.loaded.sgemm)
    #endif
  }

  @Sendable
  static func dgemm(
    _ block: MatrixBlock<Double>, left: MatrixOperand<Double>, right: MatrixOperand<Double>,
    beta: Double
  ) {
    #if canImport(Accelerate)
      multiply(block, left, right, beta, cblas_dgemm)
    #else
      multiply(block, left, right, beta, OpenBLAS.loaded.dgemm)
    #endif
  }

  private static func multiply<Element: ExpressibleByIntegerLiteral>(
    _ block: MatrixBlock<Element>, _ left: MatrixOperand<Element>,
    _ right: MatrixOperand<Element>, _ beta: Element, _ gemm: @autoclosure () -> Gemm<Element>
  ) {
    #if !canImport(Accelerate)
      OpenBLAS.makeRoom()
    #endif
    gemm()(
      rowMajor, left.isTransposed ? transposed : plain, right.isTransposed ? transposed : plain,
      Int32(block.rows), Int32(block.columns), Int32(block.depth), 1, left.start,
      Int32(left.stride), right.start, Int32(right.stride), beta, block.output,
      Int32(block.outputStride))
  }
}
