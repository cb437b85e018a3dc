internal import CKernels

/// A type of number for which there are kernels of rows by index.
public protocol GatherKernels {
  /// The kernels of this type.
  static var gatherKernels: GatherKernelTable<Self> { get }
}

/// The kernels of rows by index for a type of number; `akn_gather.h` says what each computes.
public struct GatherKernelTable<Element>: Sendable {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>

  /// y[i] = x[index[i]].
  let rows: @Sendable (Int, Int, Constants?, UnsafePointer<Int32>?, Numbers?, Int32) -> Void
  /// y[index[i]] += x[i].
  let scatterAddRows:
    @Sendable (Int, Int, Int, Int, Constants?, UnsafePointer<Int32>?, Int, Numbers?, Int32) -> Void
  /// Rows in the order of their groups.
  let expandRows:
    @Sendable (Int, Int, Int, Int, Constants?, UnsafePointer<Int32>?, Constants?, Numbers?, Int32)
      -> Void
  /// Weighted sums of the rows of each token.
  let combineRows:
    @Sendable (Int, Int, Int, Int, Constants?, UnsafePointer<Int32>?, Constants?, Numbers?, Int32)
      -> Void
  /// The gradient of the weights of such sums.
  let combineWeights:
    @Sendable (Int, Int, Int, Int, Constants?, UnsafePointer<Int32>?, Constants?, Numbers?, Int32)
      -> Void
  /// The greatest elements of each row.
  let top:
    @Sendable (Int, Int, Int, Constants?, Constants?, UnsafeMutablePointer<Int32>?, Numbers?) ->
      Void
}

extension Float: GatherKernels {
  /// The kernels of single precision.
  public static let gatherKernels = GatherKernelTable<Float>(
    rows: akn_gather_rows_f32, scatterAddRows: akn_scatter_add_rows_f32,
    expandRows: akn_expand_rows_f32, combineRows: akn_combine_rows_f32,
    combineWeights: akn_combine_weights_f32, top: akn_top_f32)
}

extension Double: GatherKernels {
  /// The kernels of double precision.
  public static let gatherKernels = GatherKernelTable<Double>(
    rows: akn_gather_rows_f64, scatterAddRows: akn_scatter_add_rows_f64,
    expandRows: akn_expand_rows_f64, combineRows: akn_combine_rows_f64,
    combineWeights: akn_combine_weights_f64, top: akn_top_f64)
}
