internal import CKernels

/// A type of number for which there are kernels of normalisation.
public protocol NormKernels {
  /// The kernels of this type.
  static var normKernels: NormKernelTable<Self> { get }
}

/// The kernels of normalisation for a type of number; `akn_norm.h` says what each computes.
public struct NormKernelTable<Element>: Sendable {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>

  let forward:
    @Sendable (
      Int, Int, Int, Constants?, Int, Constants?, Numbers?, Constants?, Constants?, Double,
      Numbers?, Int, Numbers?, Numbers?
    ) -> Void
  /// The gradients of what was normalised, of gain and of bias.
  let backward:
    @Sendable (
      Int, Int, Int, Constants?, Int, Constants?, Constants?, Constants?, Constants?, Int, Numbers?,
      Int, Int32, Numbers?, Numbers?
    ) -> Void
}

extension Float: NormKernels {
  /// The kernels of single precision.
  public static let normKernels = NormKernelTable<Float>(
    forward: akn_norm_forward_f32, backward: akn_norm_backward_f32)
}

extension Double: NormKernels {
  /// The kernels of double precision.
  public static let normKernels = NormKernelTable<Double>(
    forward: akn_norm_forward_f64, backward: akn_norm_backward_f64)
}
