internal import LanguageModels
internal import Tensors

/// Linear attention without denominator and gate, normalised instead: norm(φ(Q)(φ(K)ᵀV)) [206][210].
final class NormAttention<Element: TensorElement>: TokenMixer {
  /// What queries and keys pass through, which rows are normalised, and how fast states fade.
  struct Form {
    /// φ; nil for the identity.
    var featureMap: PointwiseFunction?
    /// Whether each head is normalised by itself; otherwise all of them together.
    var normalizesHeads = false
    /// log λ of each head; empty for no decay.
    var logDecays: [Double] = []
  }

  /// Heads and their width.
  let configuration: LinearRecurrenceConfiguration
  /// Queries, keys and values side by side, `[width, 3·H·d]`.
  let projection: Linear<Element>
  /// From all heads back to the stream, `[H·d, width]`.
  let output: Linear<Element>

  private let name: String
  private let form: Form
  private let epsilon: Double

  init(
    _ name: String, _ configuration: LinearRecurrenceConfiguration, _ form: Form,
    in model: LanguageModel<Element>
  ) {
    self.name = name
    self.configuration = configuration
    self.form = form
    epsilon = model.configuration.normalization.epsilon
    let start = StartingDeviations(model.configuration)
    let inner = configuration.headCount * configuration.headWidth
    let width = model.configuration.width
    projection = Linear(
      "\(name).qkv", width, 3 * inner, deviation: start.hidden, hasBias: false,
      columnBlocks: (0..<3).map { $0 * inner..<($0 + 1) * inner }, in: model.parameters)
    output = Linear(
      "\(name).output", inner, width, deviation: start.residual, hasBias: false,
      in: model.parameters)
  }

  var hookSites: [String] { ["qkv", "mixed"] }

  var state: MixerState {
    .constant(count: configuration.headCount * configuration.headWidth * configuration.headWidth)
  }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let (heads, width) = (configuration.headCount, configuration.headWidth)
    let inner = heads * width
    let projected = pass.site("\(name).qkv", projection.record(input, on: tape))
    var queriesAndKeys = projected
    if let map = form.featureMap {
      queriesAndKeys = tape.apply(map, to: tape.columns(projected, 0..<(2 * inner)))
    }
    var settings = LinearRecurrenceSettings<Element>(
      batch: pass.batch, headCount: heads, keyWidth: width)
    if !form.logDecays.isEmpty {
      let decays = tape.input([heads])
      for (head, decay) in form.logDecays.enumerated() { decays.values[head] = Element(decay) }
      settings.headLogDecay = decays
    }
    settings.keepState(of: pass, slot: slot)
    let read = tape.linearRecurrence(
      queries: HeadColumns(queriesAndKeys), keys: HeadColumns(queriesAndKeys, column: inner),
      values: HeadColumns(projected, column: 2 * inner), settings)
    var mixed =
      form.normalizesHeads
      ? tape.rmsNorm(
        read.output, heads: [HeadNorm(columns: 0..<inner, gain: nil)], width: width,
        epsilon: epsilon)
      : tape.rmsNorm(read.output, epsilon: epsilon)
    mixed = pass.site("\(name).mixed", mixed)
    return output.record(mixed, addingTo: residual, on: tape)
  }
}

extension LinearRecurrenceSettings {
  /// Goes on from the state that a decoding pass kept, and leaves the new one there.
  mutating func keepState(of pass: ForwardPass<Element>, slot: Int) {
    guard let cache = pass.cache else { return }
    let state = cache.state(slot)
    initialState = state
    stateDestination = state
    if pass.length == 1 { evaluator = .recurrent }
  }
}
