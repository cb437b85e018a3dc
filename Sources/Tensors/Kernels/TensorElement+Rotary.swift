internal import CKernels

/// A type of number for which there are kernels of rotary positions.
public protocol RotaryKernels {
  /// The kernels of this type.
  static var rotaryKernels: RotaryKernelTable<Self> { get }
}

/// The kernels of rotary positions for a type of number; `akn_rotary.h` says what each computes.
public struct RotaryKernelTable<Element>: Sendable {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>

  let turn:
    @Sendable (
      Int, Int, Int, Int, akn_rotary_layout_t, Constants?, Constants?, UnsafePointer<Int32>?, Int32,
      Numbers?, Int
    ) -> Void
}

extension Float: RotaryKernels {
  /// The kernels of single precision.
  public static let rotaryKernels = RotaryKernelTable<Float>(
    turn: akn_rotary_f32)
}

extension Double: RotaryKernels {
  /// The kernels of double precision.
  public static let rotaryKernels = RotaryKernelTable<Double>(
    turn: akn_rotary_f64)
}
