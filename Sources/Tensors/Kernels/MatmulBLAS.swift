#if canImport(Accelerate)
  internal import Accelerate
#endif

/// The platform's own matrix products, each call on the calling thread alone.
enum MatmulBLAS {
  static func sgemm(
    _ block: MatrixBlock<Float>, left: MatrixOperand<Float>, right: MatrixOperand<Float>,
    beta: Float
  ) {
    #if canImport(Accelerate)
      cblas_sgemm(
        CblasRowMajor, left.isTransposed ? CblasTrans : CblasNoTrans,
        right.isTransposed ? CblasTrans : CblasNoTrans, Int32(block.rows), Int32(block.columns),
        Int32(block.depth), 1, left.start, Int32(left.stride), right.start, Int32(right.stride),
        beta, block.output, Int32(block.outputStride))
    #else
      OpenBLAS.makeRoom()
      OpenBLAS.loaded.sgemm(
        OpenBLAS.rowMajor, left.isTransposed ? OpenBLAS.transposed : OpenBLAS.plain,
        right.isTransposed ? OpenBLAS.transposed : OpenBLAS.plain, Int32(block.rows),
        Int32(block.columns), Int32(block.depth), 1, left.start, Int32(left.stride), right.start,
        Int32(right.stride), beta, block.output, Int32(block.outputStride))
    #endif
  }

  static func dgemm(
    _ block: MatrixBlock<Double>, left: MatrixOperand<Double>, right: MatrixOperand<Double>,
    beta: Double
  ) {
    #if canImport(Accelerate)
      cblas_dgemm(
        CblasRowMajor, left.isTransposed ? CblasTrans : CblasNoTrans,
        right.isTransposed ? CblasTrans : CblasNoTrans, Int32(block.rows), Int32(block.columns),
        Int32(block.depth), 1, left.start, Int32(left.stride), right.start, Int32(right.stride),
        beta, block.output, Int32(block.outputStride))
    #else
      OpenBLAS.makeRoom()
      OpenBLAS.loaded.dgemm(
        OpenBLAS.rowMajor, left.isTransposed ? OpenBLAS.transposed : OpenBLAS.plain,
        right.isTransposed ? OpenBLAS.transposed : OpenBLAS.plain, Int32(block.rows),
        Int32(block.columns), Int32(block.depth), 1, left.start, Int32(left.stride), right.start,
        Int32(right.stride), beta, block.output, Int32(block.outputStride))
    #endif
  }
}
