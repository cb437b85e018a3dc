internal import LanguageModels
internal import Tensors

/// Softmax attention within a window and, besides, to a few learned tokens that every query sees
/// [189].
///
/// It takes over the projection of the layer's attention. Learned tokens are projected like the
/// others but not rotated, since they have no place in the sequence.
final class PersistentAttention<Element: TensorElement> {
  private let name: String
  private let attention: Attention<Element>
  private let window: Int
  private let persistent: Tensor<Element>?
  private let model: ModelConfiguration

  init(
    _ name: String, of attention: Attention<Element>, window: Int, persistentCount: Int,
    in model: LanguageModel<Element>
  ) {
    self.name = name
    self.attention = attention
    self.window = window
    self.model = model.configuration
    persistent =
      persistentCount > 0
      ? model.parameters.declare(
        "\(name).persistent", [persistentCount, model.configuration.width], role: .embedding,
        startingAs: .normal(standardDeviation: StartingDeviations(model.configuration).embedding))
      : nil
  }

  private var kept: Int { min(window, model.contextLength) }
  private var keyValueWidth: Int {
    2 * attention.configuration.keyValueHeadCount * attention.configuration.headWidth
  }

  /// Numbers that decoding keeps of a sequence: keys and values of a window.
  var stateCount: Int { kept * keyValueWidth }

  /// Records the heads' results, `[batch · length, H · d]`.
  func record(
    _ input: Tensor<Element>, in pass: ForwardPass<Element>, past: HeadColumns<Element>?
  ) -> Tensor<Element> {
    let tape = pass.tape
    let c = attention.configuration
    let keyColumn = c.headCount * c.headWidth
    let valueColumn = keyColumn + keyValueWidth / 2
    var projected = attention.qkv.record(input, on: tape)
    if case .rotary(let base) = model.positions {
      projected = tape.rotary(
        projected, pass.rotaryTable(width: c.headWidth, base: base), positions: pass.positions,
        columns: 0..<valueColumn, headWidth: c.headWidth)
    }
    var settings = AttentionSettings<Element>(
      batch: pass.batch, headCount: c.headCount, keyValueHeadCount: c.keyValueHeadCount,
      headWidth: c.headWidth, pattern: .window(width: window))
    settings.scale = model.parametrization.scoreScale(headWidth: c.headWidth)
    settings.scoreCap = c.scoreCap
    var all = settings
    let attended: AttentionResult<Element>
    if let past, let cache = pass.cache {
      let begins = tape.indices([pass.batch])
      let rows = tape.record(
        PastRows(
          input: HeadColumns(projected, column: keyColumn), past: past, kept: kept,
          lengths: cache.lengths, begins: begins,
          output: tape.tensor(
            [pass.batch * (kept + pass.length), keyValueWidth], dependingOn: []))
      ).output
      settings.offset = kept
      settings.keyBegins = begins
      attended = tape.attention(
        queries: HeadColumns(projected), keys: HeadColumns(rows),
        values: HeadColumns(rows, column: keyValueWidth / 2), settings)
    } else {
      attended = tape.attention(projected, settings)
    }
    pass.attentions[name] = attended
    guard let persistent else { return attended.output }
    // Once for each sequence, so that both attentions have the same rows.
    let learned = attention.qkv.record(persistent, on: tape)
    let index = tape.indices([pass.batch * persistent.rowCount])
    for row in 0..<index.count { index.values[row] = Int32(row % persistent.rowCount) }
    let repeated = tape.embedding(learned, index)
    all.pattern = .full
    let toLearned = tape.attention(
      queries: HeadColumns(projected), keys: HeadColumns(repeated, column: keyColumn),
      values: HeadColumns(repeated, column: valueColumn), all)
    return tape.mergeAttention([
      (attended.output, attended.logSumExp), (toLearned.output, toLearned.logSumExp),
    ]).output
  }
}

/// The rows of a window that decoding kept, then those of a pass, of which it keeps the last.
private struct PastRows<Element: TensorElement>: Operation {
  var input: HeadColumns<Element>
  var past: HeadColumns<Element>
  var kept: Int
  var lengths: IndexTensor
  /// Where each sequence's rows begin; those before have not been filled yet.
  var begins: IndexTensor
  var output: Tensor<Element>

  var name: String { "past rows" }
  var outputs: [Tensor<Element>] { [output] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    let batch = begins.count
    let (width, stride) = (output.columnCount, input.tensor.columnCount)
    let length = output.rowCount / batch - kept
    for sequence in 0..<batch {
      let rows = output.values + sequence * (kept + length) * width
      let state = past.tensor.values + sequence * past.tensor.columnCount + past.column
      rows.update(from: state, count: kept * width)
      for token in 0..<length {
        let from = input.tensor.values + (sequence * length + token) * stride + input.column
        (rows + (kept + token) * width).update(from: from, count: width)
      }
      state.update(from: rows + length * width, count: kept * width)
      begins.values[sequence] = Int32(max(kept - Int(lengths.values[sequence]), 0))
    }
  }

  func backward(_ run: Execution) {}
}
