internal import LanguageModels
internal import Tensors

/// Attention whose weights are silu(q·k/√d + bias)/n one by one, normalised after the sum and gated:
/// norm(A V) ⊙ U with U, V, Q, K = silu(x W₁ + b) [113].
final class PointwiseAttention<Element: TensorElement>: TokenMixer {
  private let name: String
  private let attention: AttentionConfiguration
  private let model: ModelConfiguration
  private let projection: Linear<Element>
  private let norm: Norm<Element>
  private let output: Linear<Element>
  /// One number a distance, shared by all heads, `[1, context]`; nil for none.
  private let distanceBias: Tensor<Element>?

  init(
    _ name: String, _ attention: AttentionConfiguration, hasDistanceBias: Bool,
    in model: LanguageModel<Element>
  ) {
    self.name = name
    self.attention = attention
    self.model = model.configuration
    let start = StartingDeviations(model.configuration)
    let inner = attention.headCount * attention.headWidth
    let width = model.configuration.width
    projection = Linear(
      "\(name).uvqk", width, 4 * inner, deviation: start.hidden, hasBias: true,
      columnBlocks: (0..<4).map { $0 * inner..<($0 + 1) * inner }, in: model.parameters)
    norm = Norm("\(name).norm", width: inner, .layer(), in: model.parameters)
    output = Linear(
      "\(name).output", inner, width, deviation: start.residual, hasBias: false,
      in: model.parameters)
    distanceBias =
      hasDistanceBias
      ? model.parameters.declare(
        "\(name).distanceBias", [1, model.configuration.contextLength], role: .vector,
        startingAs: .normal(standardDeviation: 0.02)) : nil
  }

  var hookSites: [String] { ["uvqk", "mixed"] }

  var state: MixerState {
    let inner = attention.headCount * attention.headWidth
    return .keysAndValues(keyWidth: inner, valueWidth: inner)
  }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let heads = attention.headCount
    let inner = heads * attention.headWidth
    let projected = pass.site(
      "\(name).uvqk", projection.record(input, activation: .silu, on: tape))
    var settings = AttentionSettings<Element>(
      batch: pass.batch, headCount: heads, headWidth: attention.headWidth)
    // One length for all rows, not each row's own, so that more of the same adds up.
    settings.normalizer = .silu(length: Double(model.contextLength))
    settings.scale = model.parametrization.scoreScale(headWidth: attention.headWidth)
    if let distanceBias {
      let shared = tape.indices([heads])
      settings.bias = tape.embedding(distanceBias, shared)
    }
    let queries = HeadColumns(projected, column: 2 * inner)
    let attended: AttentionResult<Element>
    if let cache = pass.cache {
      precondition(
        cache.policy == .full, "distance biases need a cache whose slots are in order")
      let (keys, values) = cache.append(
        projected, keyColumn: 3 * inner, valueColumn: inner, to: slot, in: pass)
      settings.offsets = cache.lengths
      settings.keyEnds = cache.filled
      attended = tape.attention(
        queries: queries, keys: HeadColumns(keys), values: HeadColumns(values), settings)
    } else {
      attended = tape.attention(
        queries: queries, keys: HeadColumns(projected, column: 3 * inner),
        values: HeadColumns(projected, column: inner), settings)
    }
    pass.attentions[name] = attended
    var mixed = norm.record(attended.output, on: tape)
    mixed = tape.multiply(mixed, tape.columns(projected, 0..<inner))
    mixed = pass.site("\(name).mixed", mixed)
    return output.record(mixed, addingTo: residual, on: tape)
  }
}

/// No channel mixer: a layer that is its token mixer alone.
final class NoChannelMixer<Element: TensorElement>: ChannelMixer {
  var hookSites: [String] { [] }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>
  ) -> Tensor<Element> {
    residual ?? pass.tape.scale(input, by: 0)
  }
}
