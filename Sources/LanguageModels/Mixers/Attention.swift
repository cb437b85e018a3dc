internal import Foundation
public import Tensors

/// Multi-head attention with grouped keys and values: projections, positions, weights, combination.
public final class Attention<Element: TensorElement>: TokenMixer {
  /// Heads, widths, weights and pattern.
  public let configuration: AttentionConfiguration
  /// Queries, keys and values side by side, `[width, (H + 2·Hkv)·d]`.
  public let qkv: Linear<Element>
  /// From all heads back to the stream, `[H·d, width]`.
  public let output: Linear<Element>
  /// The gain of the normalisation of queries a head, `[d]`.
  public let queryGain: Tensor<Element>?
  /// The gain of the normalisation of keys a head, `[d]`.
  public let keyGain: Tensor<Element>?
  /// A score a head of attending to nothing, `[H]`.
  public let sinkScore: Tensor<Element>?
  /// What happens to the heads' results before ``output``; nil for nothing.
  public var combiner: (any HeadCombiner<Element>)?
  /// What multiplies the scores of each query and head; nil for nothing.
  public var temperature: (any AttentionTemperature<Element>)?
  /// Which tokens a token may attend to.
  public var pattern: AttentionPattern
  /// A rule by which each head sees some of the tokens, in place of ``pattern``; nil for none.
  public var selection: KeySelection?
  /// What turns scores into weights, in place of the configuration's; nil for the configuration's.
  public var normalizer: AttentionNormalizer?
  /// What happens to queries, keys and values before their positions enter, in order.
  public var projectionTransforms: [any ProjectionTransform<Element>] = []
  /// Keys and values in addition to those of the tokens; nil for none.
  public var supplement: (any AttentionSupplement<Element>)?
  /// What happens to the result of ``output`` before it is added to the stream; nil for nothing.
  public var outputCombiner: (any HeadCombiner<Element>)?

  private let name: String
  private let model: ModelConfiguration

  /// Declares the parameters of an attention layer.
  public init(
    _ name: String, _ configuration: AttentionConfiguration, start: StartingDeviations,
    model: ModelConfiguration, in parameters: ParameterSet<Element>
  ) {
    self.name = name
    self.configuration = configuration
    self.model = model
    let inner = configuration.headCount * configuration.headWidth
    let keyEnd = inner + configuration.keyValueHeadCount * configuration.headWidth
    qkv = Linear(
      "\(name).qkv", model.width, configuration.projectedWidth, deviation: start.hidden,
      hasBias: configuration.hasBias, normalizesSpectrally: configuration.normalizesSpectrally,
      columnBlocks: [0..<inner, inner..<keyEnd, keyEnd..<configuration.projectedWidth],
      in: parameters)
    output = Linear(
      "\(name).output", inner, model.width, deviation: start.residual,
      hasBias: configuration.hasBias, normalizesSpectrally: configuration.normalizesSpectrally,
      in: parameters)
    func gain(_ part: String) -> Tensor<Element>? {
      configuration.normalizesQueriesAndKeys
        ? parameters.declare(
          "\(name).\(part).gain", [configuration.headWidth], role: .vector,
          startingAs: .constant(1)) : nil
    }
    queryGain = gain("queryNorm")
    keyGain = gain("keyNorm")
    sinkScore =
      configuration.weights == .softmaxWithSink
      ? parameters.declare(
        "\(name).sinkScore", [configuration.headCount], role: .vector, startingAs: .constant(0))
      : nil
    switch configuration.pattern {
    case .all: pattern = model.isCausal ? .causal : .full
    case .window(let width, let sinks): pattern = .window(width: width, sinks: sinks)
    }
  }

  /// Queries, keys and values side by side, and the heads' results.
  public var hookSites: [String] { ["qkv", "mixed"] }

  /// Keys and values of every key head.
  public var state: MixerState {
    let width = configuration.keyValueHeadCount * configuration.headWidth
    return .keysAndValues(keyWidth: width, valueWidth: width)
  }
}

extension Attention {
  /// Records the layer. `input` holds normalised activations, `[batch · length, width]`. Returns
  /// `[batch · length, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let c = configuration
    let keyColumn = c.headCount * c.headWidth
    let valueColumn = keyColumn + c.keyValueHeadCount * c.headWidth
    var projected = pass.site("\(name).qkv", qkv.record(input, on: tape))
    if let queryGain, let keyGain {
      projected = tape.rmsNorm(
        projected,
        heads: [
          HeadNorm(columns: 0..<keyColumn, gain: queryGain),
          HeadNorm(columns: keyColumn..<valueColumn, gain: keyGain),
        ], width: c.headWidth, epsilon: model.normalization.epsilon)
    }
    for transform in projectionTransforms {
      projected = transform.record(projected, input: input, in: pass)
    }
    if case .rotary(let base) = model.positions {
      projected = tape.rotary(
        projected, pass.rotaryTable(width: c.headWidth, base: base), positions: pass.positions,
        columns: 0..<valueColumn, headWidth: c.headWidth)
    }

    var settings = settings(pass)
    settings.temperature = temperature?.record(input, in: pass)
    var mixed = attend(projected, settings, in: pass, slot: slot)
    mixed = pass.site("\(name).mixed", mixed)
    if let combiner { mixed = combiner.record(mixed, input: input, in: pass) }
    guard let outputCombiner else { return output.record(mixed, addingTo: residual, on: tape) }
    let combined = outputCombiner.record(output.record(mixed, on: tape), input: input, in: pass)
    return residual.map { tape.add($0, combined) } ?? combined
  }

  /// Records the heads' results from queries, keys and values with their positions.
  private func attend(
    _ projected: Tensor<Element>, _ settings: AttentionSettings<Element>,
    in pass: ForwardPass<Element>, slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let keyColumn = configuration.headCount * configuration.headWidth
    let valueColumn = keyColumn + configuration.keyValueHeadCount * configuration.headWidth
    var settings = settings
    let attended: AttentionResult<Element>
    if let cache = pass.cache {
      let (keys, values) = cache.append(
        projected, keyColumn: keyColumn, valueColumn: valueColumn, to: slot, in: pass)
      if let selection {
        precondition(
          supplement == nil && cache.policy == .full,
          "a selection of keys goes with neither further keys nor a cache that drops some")
        return selection.decode(HeadColumns(projected), (keys, values), settings, cache, in: pass)
      }
      // A single query sees all that the cache holds, whatever the order of its slots.
      if pass.length == 1, pattern.seesWholePast, settings.slopes == nil {
        settings.pattern = .full
      } else {
        settings.offsets = cache.lengths
      }
      settings.keyEnds = cache.filled
      attended = tape.attention(
        queries: HeadColumns(projected), keys: HeadColumns(keys),
        values: HeadColumns(values), settings)
    } else {
      if let selection {
        settings.pattern = .blocks(
          selection.blocks(
            headCount: configuration.headCount, length: pass.length, isCausal: model.isCausal))
      }
      attended = tape.attention(projected, settings)
    }
    pass.attentions[name] = attended
    guard let supplement else { return attended.output }
    return supplement.record(attended, queries: HeadColumns(projected), settings, in: pass)
  }

  private func settings(_ pass: ForwardPass<Element>) -> AttentionSettings<Element> {
    let c = configuration
    var settings = AttentionSettings<Element>(
      batch: pass.batch, headCount: c.headCount, keyValueHeadCount: c.keyValueHeadCount,
      headWidth: c.headWidth, pattern: pattern)
    settings.scale = model.parametrization.scoreScale(headWidth: c.headWidth)
    settings.scoreCap = c.scoreCap
    settings.sinkScore = sinkScore
    if c.weights == .sigmoid {
      settings.normalizer = .sigmoid(bias: -log(Double(model.contextLength)))
    }
    if let normalizer { settings.normalizer = normalizer }
    if model.positions == .linearBias {
      // 2^(−8h/H) for h = 1 … H.
      let slopes = pass.tape.input([c.headCount])
      for head in 0..<c.headCount {
        slopes.values[head] = Element(exp2(-8 * Double(head + 1) / Double(c.headCount)))
      }
      settings.slopes = slopes
    }
    if !model.isCausal { settings.keyEnds = pass.lengths }
    return settings
  }
}

extension AttentionPattern {
  /// Whether every query sees all keys up to its own position.
  fileprivate var seesWholePast: Bool {
    switch self {
    case .causal, .full: true
    case .window, .blocks: false
    }
  }
}
