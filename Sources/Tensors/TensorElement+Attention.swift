public import CKernels

/// The attention kernels of a type of number; see `akn_attention.h` for what each computes.
public protocol AttentionKernels {
  /// One item of the forward pass.
  static func attentionForward(
    _ attention: UnsafePointer<akn_attention_t>, _ item: Int,
    _ scratch: UnsafeMutablePointer<Self>)
  /// One item of the backward pass.
  static func attentionBackward(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, _ item: Int,
    _ scratch: UnsafeMutablePointer<Self>)
  /// Adds up what the items of one key head left.
  static func attentionBackwardFinish(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, _ head: Int)
  /// The gradients of the bias table and of the sink scores.
  static func attentionBackwardSmall(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, bias: AttentionDestination<Self>?,
    sink: AttentionDestination<Self>?)
  /// One item of a pass with one query a sequence.
  static func attentionDecode(
    _ attention: UnsafePointer<akn_attention_t>, _ item: Int,
    _ partial: UnsafeMutablePointer<Self>, _ scratch: UnsafeMutablePointer<Self>)
  /// Merges what the items of one key head left.
  static func attentionDecodeFinish(
    _ attention: UnsafePointer<akn_attention_t>, _ head: Int, _ partial: UnsafePointer<Self>)
  /// Entropy, weight of the first visible key and highest score of one row.
  static func attentionRowSummary(
    _ attention: UnsafePointer<akn_attention_t>, sequence: Int, head: Int, row: Int,
    _ summary: UnsafeMutablePointer<Self>, _ scratch: UnsafeMutablePointer<Self>)
  /// Merges partial attentions.
  static func attentionMerge(
    _ shape: AttentionMergeShape, outputs: [UnsafePointer<Self>?],
    logSumExps: [UnsafePointer<Self>?], _ output: UnsafeMutablePointer<Self>,
    _ logSumExp: UnsafeMutablePointer<Self>)
  /// The gradients of one partial attention.
  static func attentionMergeBackward(
    _ shape: AttentionMergeShape, part: AttentionMergeValues<Self>,
    whole: AttentionMergeValues<Self>, output: AttentionDestination<Self>?,
    logSumExp: AttentionDestination<Self>?)
}

/// Where a kernel puts a gradient, and whether it adds to what is there.
public struct AttentionDestination<Element> {
  var pointer: UnsafeMutablePointer<Element>
  var accumulates: Bool
}

extension Tensor {
  /// The gradient's place as the attention kernels take it.
  func attentionDestination() -> AttentionDestination<Element>? {
    gradientDestination().map {
      AttentionDestination(pointer: $0.pointer, accumulates: $0.accumulates)
    }
  }
}

/// The axes of partial attentions that are to be merged.
public struct AttentionMergeShape: Sendable {
  var batch: Int
  var queries: Int
  var heads: Int
  var width: Int
}

/// A (partial) attention's results and, if it is the whole, their gradients.
public struct AttentionMergeValues<Element> {
  var output: UnsafePointer<Element>
  var logSumExp: UnsafePointer<Element>
  var outputGradient: UnsafePointer<Element>?
  var logSumExpGradient: UnsafePointer<Element>?
}

extension Float: AttentionKernels {
  public static func attentionForward(
    _ attention: UnsafePointer<akn_attention_t>, _ item: Int,
    _ scratch: UnsafeMutablePointer<Float>
  ) { akn_attention_forward_f32(attention, item, scratch) }

  public static func attentionBackward(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, _ item: Int,
    _ scratch: UnsafeMutablePointer<Float>
  ) { akn_attention_backward_f32(attention, gradients, item, scratch) }

  public static func attentionBackwardFinish(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, _ head: Int
  ) { akn_attention_backward_finish_f32(attention, gradients, head) }

  public static func attentionBackwardSmall(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, bias: AttentionDestination<Float>?,
    sink: AttentionDestination<Float>?
  ) {
    akn_attention_backward_small_f32(
      attention, gradients, bias?.pointer, bias?.accumulates == true ? 1 : 0, sink?.pointer,
      sink?.accumulates == true ? 1 : 0)
  }

  public static func attentionDecode(
    _ attention: UnsafePointer<akn_attention_t>, _ item: Int,
    _ partial: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) { akn_attention_decode_f32(attention, item, partial, scratch) }

  public static func attentionDecodeFinish(
    _ attention: UnsafePointer<akn_attention_t>, _ head: Int, _ partial: UnsafePointer<Float>
  ) { akn_attention_decode_finish_f32(attention, head, partial) }

  public static func attentionRowSummary(
    _ attention: UnsafePointer<akn_attention_t>, sequence: Int, head: Int, row: Int,
    _ summary: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) { akn_attention_row_summary_f32(attention, sequence, head, row, summary, scratch) }

  public static func attentionMerge(
    _ shape: AttentionMergeShape, outputs: [UnsafePointer<Float>?],
    logSumExps: [UnsafePointer<Float>?], _ output: UnsafeMutablePointer<Float>,
    _ logSumExp: UnsafeMutablePointer<Float>
  ) {
    akn_attention_merge_f32(
      outputs.count, shape.batch, shape.queries, shape.heads, shape.width, outputs, logSumExps,
      output, logSumExp)
  }

  public static func attentionMergeBackward(
    _ shape: AttentionMergeShape, part: AttentionMergeValues<Float>,
    whole: AttentionMergeValues<Float>, output: AttentionDestination<Float>?,
    logSumExp: AttentionDestination<Float>?
  ) {
    akn_attention_merge_backward_f32(
      shape.batch, shape.queries, shape.heads, shape.width, part.output, part.logSumExp,
      whole.output, whole.logSumExp, whole.outputGradient, whole.logSumExpGradient,
      output?.pointer, output?.accumulates == true ? 1 : 0, logSumExp?.pointer,
      logSumExp?.accumulates == true ? 1 : 0)
  }
}

extension Double: AttentionKernels {
  public static func attentionForward(
    _ attention: UnsafePointer<akn_attention_t>, _ item: Int,
    _ scratch: UnsafeMutablePointer<Double>
  ) { akn_attention_forward_f64(attention, item, scratch) }

  public static func attentionBackward(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, _ item: Int,
    _ scratch: UnsafeMutablePointer<Double>
  ) { akn_attention_backward_f64(attention, gradients, item, scratch) }

  public static func attentionBackwardFinish(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, _ head: Int
  ) { akn_attention_backward_finish_f64(attention, gradients, head) }

  public static func attentionBackwardSmall(
    _ attention: UnsafePointer<akn_attention_t>,
    _ gradients: UnsafePointer<akn_attention_gradients_t>, bias: AttentionDestination<Double>?,
    sink: AttentionDestination<Double>?
  ) {
    akn_attention_backward_small_f64(
      attention, gradients, bias?.pointer, bias?.accumulates == true ? 1 : 0, sink?.pointer,
      sink?.accumulates == true ? 1 : 0)
  }

  public static func attentionDecode(
    _ attention: UnsafePointer<akn_attention_t>, _ item: Int,
    _ partial: UnsafeMutablePointer<Double>, _ scratch: UnsafeMutablePointer<Double>
  ) { akn_attention_decode_f64(attention, item, partial, scratch) }

  public static func attentionDecodeFinish(
    _ attention: UnsafePointer<akn_attention_t>, _ head: Int, _ partial: UnsafePointer<Double>
  ) { akn_attention_decode_finish_f64(attention, head, partial) }

  public static func attentionRowSummary(
    _ attention: UnsafePointer<akn_attention_t>, sequence: Int, head: Int, row: Int,
    _ summary: UnsafeMutablePointer<Double>, _ scratch: UnsafeMutablePointer<Double>
  ) { akn_attention_row_summary_f64(attention, sequence, head, row, summary, scratch) }

  public static func attentionMerge(
    _ shape: AttentionMergeShape, outputs: [UnsafePointer<Double>?],
    logSumExps: [UnsafePointer<Double>?], _ output: UnsafeMutablePointer<Double>,
    _ logSumExp: UnsafeMutablePointer<Double>
  ) {
    akn_attention_merge_f64(
      outputs.count, shape.batch, shape.queries, shape.heads, shape.width, outputs, logSumExps,
      output, logSumExp)
  }

  public static func attentionMergeBackward(
    _ shape: AttentionMergeShape, part: AttentionMergeValues<Double>,
    whole: AttentionMergeValues<Double>, output: AttentionDestination<Double>?,
    logSumExp: AttentionDestination<Double>?
  ) {
    akn_attention_merge_backward_f64(
      shape.batch, shape.queries, shape.heads, shape.width, part.output, part.logSumExp,
      whole.output, whole.logSumExp, whole.outputGradient, whole.logSumExpGradient,
      output?.pointer, output?.accumulates == true ? 1 : 0, logSumExp?.pointer,
      logSumExp?.accumulates == true ? 1 : 0)
  }
}
