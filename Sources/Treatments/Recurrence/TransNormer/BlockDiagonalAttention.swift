internal import LanguageModels
internal import Tensors

/// Softmax attention within blocks of consecutive tokens that do not see one another [206].
///
/// It takes over the projections of the layer's attention, so that both start with the same numbers.
final class BlockDiagonalAttention<Element: TensorElement>: TokenMixer {
  /// The attention whose projections these are.
  let attention: Attention<Element>
  /// Tokens in a block.
  let block: Int

  private let name: String
  private let model: ModelConfiguration

  init(_ name: String, of attention: Attention<Element>, block: Int, model: ModelConfiguration) {
    self.name = name
    self.attention = attention
    self.block = block
    self.model = model
  }

  var hookSites: [String] { attention.hookSites }
  var state: MixerState { attention.state }

  /// Pairs of a query and a key in a sequence.
  static func pairCount(length: Int, block: Int) -> Int {
    let (blocks, rest) = length.quotientAndRemainder(dividingBy: block)
    return blocks * block * (block + 1) / 2 + rest * (rest + 1) / 2
  }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let c = attention.configuration
    let keyColumn = c.headCount * c.headWidth
    let valueColumn = keyColumn + c.keyValueHeadCount * c.headWidth
    var projected = pass.site("\(name).qkv", attention.qkv.record(input, on: tape))
    if let queryGain = attention.queryGain, let keyGain = attention.keyGain {
      projected = tape.rmsNorm(
        projected,
        heads: [
          HeadNorm(columns: 0..<keyColumn, gain: queryGain),
          HeadNorm(columns: keyColumn..<valueColumn, gain: keyGain),
        ], width: c.headWidth, epsilon: model.normalization.epsilon)
    }
    if case .rotary(let base) = model.positions {
      projected = tape.rotary(
        projected, pass.rotaryTable(width: c.headWidth, base: base), positions: pass.positions,
        columns: 0..<valueColumn, headWidth: c.headWidth)
    }
    var settings = AttentionSettings<Element>(
      batch: pass.batch, headCount: c.headCount, keyValueHeadCount: c.keyValueHeadCount,
      headWidth: c.headWidth, pattern: pattern(pass))
    settings.scale = model.parametrization.scoreScale(headWidth: c.headWidth)
    settings.scoreCap = c.scoreCap
    settings.sinkScore = attention.sinkScore
    let attended: AttentionResult<Element>
    if let cache = pass.cache {
      let (keys, values) = cache.append(
        projected, keyColumn: keyColumn, valueColumn: valueColumn, to: slot, in: pass)
      let starts = tape.indices([pass.rows])
      tape.record(BlockStarts(positions: pass.positions, block: block, starts: starts))
      settings.offsets = cache.lengths
      settings.keyEnds = cache.filled
      settings.firstKeys = starts
      attended = tape.attention(
        queries: HeadColumns(projected), keys: HeadColumns(keys), values: HeadColumns(values),
        settings)
    } else {
      attended = tape.attention(projected, settings)
    }
    pass.attentions[name] = attended
    let mixed = pass.site("\(name).mixed", attended.output)
    return attention.output.record(mixed, addingTo: residual, on: tape)
  }

  private func pattern(_ pass: ForwardPass<Element>) -> AttentionPattern {
    let (length, heads, block) = (pass.length, attention.configuration.headCount, block)
    if pass.cache != nil || block >= length { return .causal }
    if block % BlockList.tile == 0 {
      let tiles = block / BlockList.tile
      return .blocks(
        BlockList(headCount: heads, queryCount: length, keyCount: length, isCausal: true) {
          _, query, key in query / tiles == key / tiles
        })
    }
    return .blocks(
      BlockList(headCount: heads, queryCount: length, keyCount: length, isCausal: true) {
        _, _, query, key in query / block == key / block
      })
  }
}

/// The first token of each token's block.
private struct BlockStarts<Element: TensorElement>: Operation {
  var positions: IndexTensor
  var block: Int
  var starts: IndexTensor

  var name: String { "block starts" }
  var outputs: [Tensor<Element>] { [] }
  var cost: OperationCost { .none }

  func forward(_ run: Execution) {
    for row in 0..<starts.count {
      starts.values[row] = positions.values[row] / Int32(block) * Int32(block)
    }
  }

  func backward(_ run: Execution) {}
}
