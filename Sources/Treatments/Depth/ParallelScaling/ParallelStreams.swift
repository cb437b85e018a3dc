public import LanguageModels
public import Tensors

/// Runs all layers several times on the same tokens, each time with prefixes of its own, and sums the
/// results with learned weights [108].
///
/// With h_i what the head would read of stream i, `w = softmax(W₂ silu(W₁ [h_1 … h_P] + b₁) + b₂)`,
/// smoothed to `(1 − ε) w + ε/P`, and the head reads `Σ w_i h_i`.
public final class ParallelStreams<Element: TensorElement>: DepthController {
  /// The number of streams, P.
  public let streams: Int
  /// ε.
  public let smoothing: Double
  /// W₁ and b₁, `[P · width, width]`; nil for one stream.
  public let inner: Linear<Element>?
  /// W₂ and b₂, `[width, P]`; nil for one stream.
  public let outer: Linear<Element>?

  private let prefixes: [StreamPrefix<Element>]

  /// Declares the aggregation; the smoothing is the share of the weight that all streams get alike,
  /// and prefixes are those of the layers or empty.
  public init(
    streams: Int, smoothing: Double, prefixes: [StreamPrefix<Element>],
    of model: ModelConfiguration, in parameters: ParameterSet<Element>
  ) {
    self.streams = streams
    self.smoothing = smoothing
    self.prefixes = prefixes
    guard streams > 1 else {
      (inner, outer) = (nil, nil)
      return
    }
    let start = StartingDeviations(model)
    inner = Linear(
      "streams.inner", streams * model.width, model.width, deviation: start.hidden, hasBias: true,
      in: parameters)
    outer = Linear(
      "streams.outer", model.width, streams, deviation: start.hidden, hasBias: true,
      in: parameters)
  }

  /// The states of all layers once for each stream.
  public func mixerStates(of model: LanguageModel<Element>) -> [MixerState] {
    let order = model.configuration.depth.order(of: model.blocks.count)
    return (0..<streams).flatMap { _ in order.map { model.blocks[$0].tokenMixer.state } }
  }

  /// Records all streams, one after the other, and their sum.
  ///
  /// - Returns: what the head reads.
  public func record(
    _ stream: Tensor<Element>, through model: LanguageModel<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let order = model.configuration.depth.order(of: model.blocks.count)
    let results = (0..<streams).map { index in
      for prefix in prefixes { prefix.stream = index }
      var current = stream
      for (slot, layer) in order.enumerated() {
        current = model.blocks[layer].record(current, in: pass, slot: index * order.count + slot)
      }
      return model.normalized(current, on: pass.tape)
    }
    guard let weights = weights(results, on: pass.tape) else { return results[0] }
    let tape = pass.tape
    var sum = tape.input(results[0].shape)
    for (index, result) in results.enumerated() {
      sum = tape.add(sum, rows: result, weights: tape.columns(weights, index..<index + 1))
    }
    return sum
  }

  /// Records the weight of each stream for each token from what the head would read, `[rows, P]`; nil
  /// for one stream.
  public func weights(
    _ results: [Tensor<Element>], on tape: Tape<Element>
  ) -> Tensor<Element>? {
    guard let inner, let outer else { return nil }
    return tape.part("streams") {
      let hidden = inner.record(
        tape.concatenateColumns(results), activation: .silu, on: tape)
      let weights = tape.softmax(outer.record(hidden, on: tape))
      guard smoothing > 0 else { return weights }
      let share = tape.input([streams])
      share.buffer.update(repeating: Element(smoothing / Double(streams)))
      return tape.add(tape.scale(weights, by: 1 - smoothing), bias: share)
    }
  }
}
