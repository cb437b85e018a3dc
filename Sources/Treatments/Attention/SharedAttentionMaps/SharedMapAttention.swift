public import LanguageModels
public import Tensors

/// Attention with the queries and keys of an earlier layer, and so with its map, and with values and
/// an output projection of its own [207].
public final class SharedMapAttention<Element: TensorElement>: TokenMixer {
  /// From activations to values, `[width, Hkv·d]`.
  public let value: Linear<Element>
  /// From all heads back to the stream, `[H·d, width]`.
  public let output: Linear<Element>

  private let name: String
  private let leader: String
  private let valueWidth: Int

  /// Declares the parameters of a layer that uses the queries and keys of another one, its leader,
  /// with the same heads and widths.
  public init(
    _ name: String, following leader: String, _ configuration: AttentionConfiguration,
    model: ModelConfiguration, in parameters: ParameterSet<Element>
  ) {
    self.name = name
    self.leader = leader
    let start = StartingDeviations(model)
    valueWidth = configuration.keyValueHeadCount * configuration.headWidth
    value = Linear(
      "\(name).value", model.width, valueWidth, deviation: start.hidden,
      hasBias: configuration.hasBias, normalizesSpectrally: configuration.normalizesSpectrally,
      in: parameters)
    output = Linear(
      "\(name).output", configuration.headCount * configuration.headWidth, model.width,
      deviation: start.residual, hasBias: configuration.hasBias,
      normalizesSpectrally: configuration.normalizesSpectrally, in: parameters)
  }

  /// The values, and the heads' results.
  public var hookSites: [String] { ["value", "mixed"] }

  /// Values of every key head; keys are the leader's.
  public var state: MixerState { .keysAndValues(keyWidth: 0, valueWidth: valueWidth) }

  /// Records the layer.
  ///
  /// - Returns: `[batch · length, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    guard let map = pass.attentions[leader] else {
      preconditionFailure("\(name) follows \(leader), which has not been recorded")
    }
    let own = pass.site("\(name).value", value.record(input, on: tape))
    var values = own
    if let cache = pass.cache {
      values = cache.append(own, keyColumn: 0, valueColumn: 0, to: slot, in: pass).values
    }
    let attended = tape.attention(
      queries: map.queries, keys: map.keys, values: HeadColumns(values), map.settings)
    let mixed = pass.site("\(name).mixed", attended.output)
    return output.record(mixed, addingTo: residual, on: tape)
  }
}
