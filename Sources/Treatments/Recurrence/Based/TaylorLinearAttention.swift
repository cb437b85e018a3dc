internal import LanguageModels
internal import Tensors

/// Heads and widths of linear attention with Taylor features.
struct TaylorLinearShape {
  var headCount: Int
  /// The width of queries and keys before their features, f.
  var featureWidth: Int
  /// The width of values.
  var valueWidth: Int

  /// The width of the features, 1 + f + f².
  var keyWidth: Int { 1 + featureWidth + featureWidth * featureWidth }
  /// The columns of queries, keys and values side by side.
  var projectedWidth: Int { headCount * (2 * featureWidth + valueWidth) }
  /// Numbers of a state: one column more than values for the denominator.
  var stateCount: Int { headCount * keyWidth * (valueWidth + 1) }

  /// Parameters of a layer.
  func parameterCount(width: Int) -> Int { width * (projectedWidth + headCount * valueWidth) }

  /// Arithmetic of matrix products for each token.
  func operationsPerToken(width: Int, length: Int) -> Double {
    let pairs = Double(min(length, LinearRecurrenceEvaluator.chunkLength) + 1) / 2
    let (key, value) = (Double(keyWidth), Double(valueWidth + 1))
    return 2 * Double(parameterCount(width: width))
      + Double(headCount) * (2 * pairs * (key + value) + 4 * key * value)
  }
}

/// Linear attention whose weights are the second-order Taylor polynomial of the exponential, with
/// its denominator [194].
///
/// `o_i = Σ_{j≤i} φ(q_i)·φ(k_j) v_j / (Σ_{j≤i} φ(q_i)·φ(k_j) + ε)`, with queries and keys of a small
/// width f and values as wide as a head of the baseline.
final class TaylorLinearAttention<Element: TensorElement>: TokenMixer {
  private let name: String
  private let shape: TaylorLinearShape
  private let projection: Linear<Element>
  private let output: Linear<Element>

  init(_ name: String, _ shape: TaylorLinearShape, in model: LanguageModel<Element>) {
    self.name = name
    self.shape = shape
    let start = StartingDeviations(model.configuration)
    let width = model.configuration.width
    let queries = shape.headCount * shape.featureWidth
    projection = Linear(
      "\(name).qkv", width, shape.projectedWidth, deviation: start.hidden, hasBias: false,
      columnBlocks: [0..<queries, queries..<(2 * queries), (2 * queries)..<shape.projectedWidth],
      in: model.parameters)
    output = Linear(
      "\(name).output", shape.headCount * shape.valueWidth, width, deviation: start.residual,
      hasBias: false, in: model.parameters)
  }

  var hookSites: [String] { ["qkv", "mixed"] }
  var state: MixerState { .constant(count: shape.stateCount) }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let heads = shape.headCount
    let projected = pass.site("\(name).qkv", projection.record(input, on: tape))
    // Queries and keys of all heads at once.
    let features = tape.taylorFeatures(
      HeadColumns(projected), headCount: 2 * heads, width: shape.featureWidth)
    var settings = LinearRecurrenceSettings<Element>(
      batch: pass.batch, headCount: heads, keyWidth: shape.keyWidth, valueWidth: shape.valueWidth)
    settings.normalizerEpsilon = 1e-12
    settings.keepState(of: pass, slot: slot)
    let read = tape.linearRecurrence(
      queries: HeadColumns(features), keys: HeadColumns(features, column: heads * shape.keyWidth),
      values: HeadColumns(projected, column: 2 * heads * shape.featureWidth), settings)
    let mixed = pass.site("\(name).mixed", read.output)
    return output.record(mixed, addingTo: residual, on: tape)
  }
}
