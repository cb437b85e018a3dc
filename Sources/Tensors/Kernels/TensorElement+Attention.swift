internal import CKernels

/// A type of number for which there are attention kernels.
public protocol AttentionKernels {
  /// The kernels of this type.
  static var attentionKernels: AttentionKernelTable<Self> { get }
}

/// The attention kernels of a type of number; `akn_attention.h` says what each computes.
public struct AttentionKernelTable<Element>: Sendable {
  typealias Numbers = UnsafeMutablePointer<Element>
  typealias Constants = UnsafePointer<Element>
  typealias Attention = UnsafePointer<akn_attention_t>
  typealias Gradients = UnsafePointer<akn_attention_gradients_t>

  let forward: @Sendable (Attention, Int, Numbers) -> Void
  let backward: @Sendable (Attention, Gradients, Int, Numbers) -> Void
  let backwardFinish: @Sendable (Attention, Gradients, Int) -> Void
  let backwardSmall: @Sendable (Attention, Gradients, Numbers?, Int32, Numbers?, Int32) -> Void
  let decode: @Sendable (Attention, Int, Numbers, Numbers) -> Void
  let decodeFinish: @Sendable (Attention, Int, Constants) -> Void
  let rowSummary: @Sendable (Attention, Int, Int, Int, Numbers, Numbers) -> Void
  let merge:
    @Sendable (
      Int, Int, Int, Int, Int, UnsafePointer<Constants?>, UnsafePointer<Constants?>, Numbers,
      Numbers
    ) -> Void
  let mergeBackward:
    @Sendable (
      Int, Int, Int, Int, Constants, Constants, Constants, Constants, Constants?, Constants?,
      Numbers?, Int32, Numbers?, Int32
    ) -> Void
}

extension Float: AttentionKernels {
  /// The kernels of single precision.
  public static let attentionKernels = AttentionKernelTable<Float>(
    forward: akn_attention_forward_f32, backward: akn_attention_backward_f32,
    backwardFinish: akn_attention_backward_finish_f32,
    backwardSmall: akn_attention_backward_small_f32, decode: akn_attention_decode_f32,
    decodeFinish: akn_attention_decode_finish_f32, rowSummary: akn_attention_row_summary_f32,
    merge: akn_attention_merge_f32, mergeBackward: akn_attention_merge_backward_f32)
}

extension Double: AttentionKernels {
  /// The kernels of double precision.
  public static let attentionKernels = AttentionKernelTable<Double>(
    forward: akn_attention_forward_f64, backward: akn_attention_backward_f64,
    backwardFinish: akn_attention_backward_finish_f64,
    backwardSmall: akn_attention_backward_small_f64, decode: akn_attention_decode_f64,
    decodeFinish: akn_attention_decode_finish_f64, rowSummary: akn_attention_row_summary_f64,
    merge: akn_attention_merge_f64, mergeBackward: akn_attention_merge_backward_f64)
}
