public import LanguageModels
public import Tensors

/// Trained keys and values that all tokens of a stream see besides their own, different ones for each
/// stream [108]; they have no positions.
public final class StreamPrefix<Element: TensorElement>: AttentionSupplement {
  /// The keys of all streams, `[P · n, Hkv·d]`.
  public let keys: Tensor<Element>
  /// The values of all streams, `[P · n, Hkv·d]`.
  public let values: Tensor<Element>
  /// The stream that is being recorded.
  public var stream = 0

  private let count: Int

  /// Declares the prefixes of a layer: for each of P streams n keys of the width Hkv·d of all key
  /// heads.
  public init(
    _ name: String, streams: Int, count: Int, width: Int, start: StartingDeviations,
    in parameters: ParameterSet<Element>
  ) {
    self.count = count
    func declare(_ part: String) -> Tensor<Element> {
      parameters.declare(
        "\(name).prefix.\(part)", [streams * count, width], role: .embedding,
        startingAs: .normal(standardDeviation: start.embedding))
    }
    keys = declare("keys")
    values = declare("values")
  }

  /// Records the attention to tokens and prefix as one.
  ///
  /// - Returns: `[rows, H·d]`.
  public func record(
    _ attended: AttentionResult<Element>, queries: HeadColumns<Element>,
    _ settings: AttentionSettings<Element>, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    let tape = pass.tape
    // Every sequence of the batch sees the same rows.
    let index = tape.indices([pass.batch * count])
    for place in 0..<index.count { index.values[place] = Int32(stream * count + place % count) }
    var own = AttentionSettings<Element>(
      batch: pass.batch, headCount: settings.headCount,
      keyValueHeadCount: settings.keyValueHeadCount, headWidth: settings.headWidth,
      valueWidth: settings.valueWidth, pattern: .full)
    own.scale = settings.scale
    own.scoreCap = settings.scoreCap
    own.temperature = settings.temperature
    let prefix = tape.attention(
      queries: queries, keys: HeadColumns(tape.embedding(keys, index)),
      values: HeadColumns(tape.embedding(values, index)), own)
    return tape.mergeAttention([
      (attended.output, attended.logSumExp), (prefix.output, prefix.logSumExp),
    ]).output
  }
}
