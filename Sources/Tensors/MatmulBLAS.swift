#if canImport(Accelerate)
  internal import Accelerate
#else
  internal import COpenBLAS
#endif

/// The platform's own matrix products, each call on the calling thread alone.
enum MatmulBLAS {
  /// Asks the library once to start no threads: ours cut the work.
  private static let isSingleThreaded: Bool = {
    #if !canImport(Accelerate)
      openblas_set_num_threads(1)
    #endif
    return true
  }()

  static func sgemm(
    _ block: MatrixBlock<Float>, left: MatrixOperand<Float>, right: MatrixOperand<Float>,
    beta: Float
  ) {
    guard isSingleThreaded else { return }
    cblas_sgemm(
      CblasRowMajor, left.isTransposed ? CblasTrans : CblasNoTrans,
      right.isTransposed ? CblasTrans : CblasNoTrans, Int32(block.rows), Int32(block.columns),
      Int32(block.depth), 1, left.start, Int32(left.stride), right.start, Int32(right.stride),
      beta, block.output, Int32(block.outputStride))
  }

  static func dgemm(
    _ block: MatrixBlock<Double>, left: MatrixOperand<Double>, right: MatrixOperand<Double>,
    beta: Double
  ) {
    guard isSingleThreaded else { return }
    cblas_dgemm(
      CblasRowMajor, left.isTransposed ? CblasTrans : CblasNoTrans,
      right.isTransposed ? CblasTrans : CblasNoTrans, Int32(block.rows), Int32(block.columns),
      Int32(block.depth), 1, left.start, Int32(left.stride), right.start, Int32(right.stride),
      beta, block.output, Int32(block.outputStride))
  }
}
