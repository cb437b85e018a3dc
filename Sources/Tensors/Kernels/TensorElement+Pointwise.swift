internal import CKernels

/// A type of number for which there are kernels of functions of single elements and sums.
public protocol PointwiseKernels {
  /// The kernels of this type.
  static var pointwiseKernels: PointwiseKernelTable<Self> { get }
}

/// The kernels of functions of single elements and sums for a type of number; `akn_pointwise.h` says what each computes.
public struct PointwiseKernelTable<Element>: Sendable {
  /// Elements that a kernel may write.
  public typealias Numbers = UnsafeMutablePointer<Element>
  /// Elements that a kernel only reads.
  public typealias Constants = UnsafePointer<Element>

  /// y = f(x).
  let activationForward: @Sendable (akn_activation_t, Int, Constants?, Numbers?) -> Void
  /// dx = dy f′(x).
  let activationBackward:
    @Sendable (akn_activation_t, Int, Constants?, Constants?, Numbers?, Int32) -> Void
  /// y = f(gate) · value.
  let gatedForward: @Sendable (akn_activation_t, Int, Int, Constants?, Numbers?) -> Void
  /// The gradient of gate and value.
  let gatedBackward:
    @Sendable (akn_activation_t, Int, Int, Constants?, Constants?, Numbers?, Int32) -> Void
  /// y = σ(g) x.
  let gateForward: @Sendable (Int, Int, Int, Constants?, Constants?, Numbers?) -> Void
  /// The gradients of g and x.
  let gateBackward:
    @Sendable (Int, Int, Int, Constants?, Constants?, Constants?, Numbers?, Int32, Numbers?, Int32)
      -> Void
  /// y = a + b.
  let add: @Sendable (Int, Constants?, Constants?, Numbers?) -> Void
  /// y = a b.
  let multiply: @Sendable (Int, Constants?, Constants?, Numbers?, Int32) -> Void
  /// y = s x.
  let scale: @Sendable (Int, Element, Constants?, Numbers?, Int32) -> Void
  /// y = s y + t x.
  let axpby: @Sendable (Int, Element, Constants?, Element, Numbers?) -> Void
  /// y = x + bias.
  let addBias: @Sendable (Int, Int, Constants?, Constants?, Numbers?) -> Void
  let columnSums: @Sendable (Int, Int, Constants?, Int, Numbers?, Int32) -> Void
  let copyMatrix: @Sendable (Int, Int, Constants?, Int, Numbers?, Int, Int32) -> Void
  /// The sum, in double precision.
  public let sum: @Sendable (Int, Constants?) -> Double
  /// The sum of squares, in double precision.
  public let squareSum: @Sendable (Int, Constants?) -> Double
  /// The inner product, in double precision.
  public let dot: @Sendable (Int, Constants?, Constants?) -> Double
}

extension Float: PointwiseKernels {
  /// The kernels of single precision.
  public static let pointwiseKernels = PointwiseKernelTable<Float>(
    activationForward: akn_activation_forward_f32, activationBackward: akn_activation_backward_f32,
    gatedForward: akn_gated_forward_f32, gatedBackward: akn_gated_backward_f32,
    gateForward: akn_gate_forward_f32, gateBackward: akn_gate_backward_f32, add: akn_add_f32,
    multiply: akn_multiply_f32, scale: akn_scale_f32, axpby: akn_axpby_f32,
    addBias: akn_add_bias_f32, columnSums: akn_column_sums_f32, copyMatrix: akn_copy_matrix_f32,
    sum: akn_sum_f32, squareSum: akn_square_sum_f32, dot: akn_dot_f32)
}

extension Double: PointwiseKernels {
  /// The kernels of double precision.
  public static let pointwiseKernels = PointwiseKernelTable<Double>(
    activationForward: akn_activation_forward_f64, activationBackward: akn_activation_backward_f64,
    gatedForward: akn_gated_forward_f64, gatedBackward: akn_gated_backward_f64,
    gateForward: akn_gate_forward_f64, gateBackward: akn_gate_backward_f64, add: akn_add_f64,
    multiply: akn_multiply_f64, scale: akn_scale_f64, axpby: akn_axpby_f64,
    addBias: akn_add_bias_f64, columnSums: akn_column_sums_f64, copyMatrix: akn_copy_matrix_f64,
    sum: akn_sum_f64, squareSum: akn_square_sum_f64, dot: akn_dot_f64)
}
