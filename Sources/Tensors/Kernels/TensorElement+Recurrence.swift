internal import CKernels

/// A type of number for which there are kernels of linear recurrences.
public protocol RecurrenceKernels {
  /// The kernels of this type.
  static var recurrenceKernels: RecurrenceKernelTable<Self> { get }
}

/// The recurrence kernels of a type of number; `akn_recurrence.h` says what each computes.
public struct RecurrenceKernelTable<Element>: Sendable {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Recurrence = UnsafePointer<akn_recurrence_t>
  typealias Gradients = UnsafePointer<akn_recurrence_gradients_t>

  let quadratic: @Sendable (Recurrence, Int, Numbers) -> Void
  let recurrent: @Sendable (Recurrence, Int, Numbers) -> Void
  let chunked: @Sendable (Recurrence, Int, Numbers) -> Void
  let recurrentBackward: @Sendable (Recurrence, Gradients, Int, Numbers) -> Void
  let chunkedBackward: @Sendable (Recurrence, Gradients, Int, Numbers) -> Void
}

extension Float: RecurrenceKernels {
  /// The kernels of single precision.
  public static let recurrenceKernels = RecurrenceKernelTable<Float>(
    quadratic: akn_recurrence_quadratic_f32, recurrent: akn_recurrence_recurrent_f32,
    chunked: akn_recurrence_chunked_f32,
    recurrentBackward: akn_recurrence_recurrent_backward_f32,
    chunkedBackward: akn_recurrence_chunked_backward_f32)
}

extension Double: RecurrenceKernels {
  /// The kernels of double precision.
  public static let recurrenceKernels = RecurrenceKernelTable<Double>(
    quadratic: akn_recurrence_quadratic_f64, recurrent: akn_recurrence_recurrent_f64,
    chunked: akn_recurrence_chunked_f64,
    recurrentBackward: akn_recurrence_recurrent_backward_f64,
    chunkedBackward: akn_recurrence_chunked_backward_f64)
}
