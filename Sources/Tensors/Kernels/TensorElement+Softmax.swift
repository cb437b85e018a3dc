internal import CKernels

/// A type of number for which there are kernels of softmax and cross-entropy.
public protocol SoftmaxKernels {
  /// The kernels of this type.
  static var softmaxKernels: SoftmaxKernelTable<Self> { get }
}

/// The kernels of softmax and cross-entropy for a type of number; `akn_softmax.h` says what
/// each computes.
public struct SoftmaxKernelTable<Element>: Sendable {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>

  let forward: @Sendable (Int, Int, Constants?, Numbers?) -> Void
  let backward: @Sendable (Int, Int, Constants?, Constants?, Numbers?, Int32) -> Void
  let logSoftmaxForward: @Sendable (Int, Int, Constants?, Numbers?) -> Void
  let logSoftmaxBackward: @Sendable (Int, Int, Constants?, Constants?, Numbers?, Int32) -> Void
  let crossEntropyForward:
    @Sendable (Int, Int, Constants?, UnsafePointer<Int32>?, Double, Numbers?, Numbers?, Numbers?) ->
      Void
  let crossEntropyBackward:
    @Sendable (
      Int, Int, Constants?, UnsafePointer<Int32>?, Double, Constants?, Constants?, Constants?,
      Constants?, Numbers?, Int32
    ) -> Void
}

extension Float: SoftmaxKernels {
  /// The kernels of single precision.
  public static let softmaxKernels = SoftmaxKernelTable<Float>(
    forward: akn_softmax_forward_f32, backward: akn_softmax_backward_f32,
    logSoftmaxForward: akn_log_softmax_forward_f32,
    logSoftmaxBackward: akn_log_softmax_backward_f32,
    crossEntropyForward: akn_cross_entropy_forward_f32,
    crossEntropyBackward: akn_cross_entropy_backward_f32)
}

extension Double: SoftmaxKernels {
  /// The kernels of double precision.
  public static let softmaxKernels = SoftmaxKernelTable<Double>(
    forward: akn_softmax_forward_f64, backward: akn_softmax_backward_f64,
    logSoftmaxForward: akn_log_softmax_forward_f64,
    logSoftmaxBackward: akn_log_softmax_backward_f64,
    crossEntropyForward: akn_cross_entropy_forward_f64,
    crossEntropyBackward: akn_cross_entropy_backward_f64)
}
