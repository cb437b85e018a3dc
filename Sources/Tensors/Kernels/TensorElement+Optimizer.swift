internal import CKernels

/// A type of number for which there are kernels of optimiser steps.
public protocol OptimizerKernels {
  /// The kernels of this type.
  static var optimizerKernels: OptimizerKernelTable<Self> { get }
}

/// The kernels of optimiser steps for a type of number; `akn_optimizer.h` says what each computes.
public struct OptimizerKernelTable<Element>: Sendable {
  /// Elements that a kernel may write.
  public typealias Numbers = UnsafeMutablePointer<Element>
  /// Elements that a kernel only reads.
  public typealias Constants = UnsafePointer<Element>

  /// A step of AdamW.
  public let adamw:
    @Sendable (
      Int, Numbers?, Constants?, Numbers?, Numbers?, Double, Double, Double, Double, Double, Int,
      Double
    ) -> Void
  /// A step of stochastic gradient descent.
  public let sgd:
    @Sendable (Int, Numbers?, Constants?, Numbers?, Double, Double, Int32, Double, Int32, Double) ->
      Void
  /// A step of Lion.
  public let lion:
    @Sendable (Int, Numbers?, Constants?, Numbers?, Double, Double, Double, Double, Double) -> Void
  /// The momentum of Muon.
  public let momentum:
    @Sendable (Int, Constants?, Numbers?, Numbers?, Double, Int32, Double) -> Void
  /// p = shrink p + step u.
  public let shrinkAdd: @Sendable (Int, Numbers?, Double, Double, Constants?) -> Void
}

extension Float: OptimizerKernels {
  /// The kernels of single precision.
  public static let optimizerKernels = OptimizerKernelTable<Float>(
    adamw: akn_adamw_f32, sgd: akn_sgd_f32, lion: akn_lion_f32, momentum: akn_momentum_f32,
    shrinkAdd: akn_shrink_add_f32)
}

extension Double: OptimizerKernels {
  /// The kernels of double precision.
  public static let optimizerKernels = OptimizerKernelTable<Double>(
    adamw: akn_adamw_f64, sgd: akn_sgd_f64, lion: akn_lion_f64, momentum: akn_momentum_f64,
    shrinkAdd: akn_shrink_add_f64)
}
