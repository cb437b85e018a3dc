public import Tensors

/// Linear attention with decay, gated and normalised as in [210]: norm(Q Kᵀ V) ⊙ U, projected back.
///
/// Q = φ(x W_q), K = φ(x W_k), V = x W_v, U = x W_u; the norm divides by the root mean square of the
/// whole row and has no gain. With decay, head h = 1 … H of layer l = 0 … L − 1 forgets at the rate
/// λ = exp(−(8h/H)(1 − l/L)), so that early layers look nearby.
public final class LinearAttention<Element: TensorElement>: TokenMixer {
  /// Heads, widths, decay and feature map.
  public let configuration: LinearRecurrenceConfiguration
  /// Queries, keys, values and gates side by side, `[width, 4·H·d]`.
  public let projection: Linear<Element>
  /// From all heads back to the stream, `[H·d, width]`.
  public let output: Linear<Element>
  /// How the recurrence is computed where no cache is kept; all ways agree.
  public var evaluator: LinearRecurrenceEvaluator = .chunked

  private let name: String
  private let epsilon: Double
  private let logDecays: [Double]

  /// Declares the parameters of a layer of linear attention. `layer` is the place of the layer in
  /// the model, which sets its decay.
  public init(
    _ name: String, _ configuration: LinearRecurrenceConfiguration, layer: Int,
    start: StartingDeviations, model: ModelConfiguration, in parameters: ParameterSet<Element>
  ) {
    self.name = name
    self.configuration = configuration
    epsilon = model.normalization.epsilon
    let heads = configuration.headCount
    let inner = heads * configuration.headWidth
    projection = Linear(
      "\(name).qkvg", model.width, 4 * inner, deviation: start.hidden, hasBias: false,
      columnBlocks: (0..<4).map { $0 * inner..<($0 + 1) * inner }, in: parameters)
    output = Linear(
      "\(name).output", inner, model.width, deviation: start.residual, hasBias: false,
      in: parameters)
    let nearness = 1 - Double(layer) / Double(model.layers.count)
    logDecays =
      configuration.decays
      ? (1...heads).map { -8 * Double($0) / Double(heads) * nearness } : []
  }

  /// Queries, keys, values and gates side by side, and the heads' results.
  public var hookSites: [String] { ["qkvg", "mixed"] }

  /// One matrix a head, however long the sequence.
  public var state: MixerState {
    .constant(count: configuration.headCount * configuration.headWidth * configuration.headWidth)
  }

  /// Records the layer. `input` holds normalised activations, `[batch · length, width]`. Returns
  /// `[batch · length, width]`.
  public func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let c = configuration
    let inner = c.headCount * c.headWidth
    let projected = pass.site("\(name).qkvg", projection.record(input, on: tape))
    var queriesAndKeys = tape.columns(projected, 0..<(2 * inner))
    if c.featureMap == .silu { queriesAndKeys = tape.apply(.silu, to: queriesAndKeys) }

    var settings = LinearRecurrenceSettings<Element>(
      batch: pass.batch, headCount: c.headCount, keyWidth: c.headWidth)
    settings.evaluator = evaluator
    if !logDecays.isEmpty {
      let decays = tape.input([c.headCount])
      for (head, decay) in logDecays.enumerated() { decays.values[head] = Element(decay) }
      settings.headLogDecay = decays
    }
    if let cache = pass.cache {
      let state = cache.state(slot)
      settings.initialState = state
      settings.stateDestination = state
      if pass.length == 1 { settings.evaluator = .recurrent }
    }
    let read = tape.linearRecurrence(
      queries: HeadColumns(queriesAndKeys),
      keys: HeadColumns(queriesAndKeys, column: inner),
      values: HeadColumns(projected, column: 2 * inner), settings)
    var mixed = tape.rmsNorm(read.output, epsilon: epsilon)
    mixed = tape.multiply(mixed, tape.columns(projected, (3 * inner)..<(4 * inner)))
    mixed = pass.site("\(name).mixed", mixed)
    return output.record(mixed, addingTo: residual, on: tape)
  }
}
