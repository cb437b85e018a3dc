internal import LanguageModels
internal import Tensors

/// Widths and taps of a gated convolution.
struct GatedConvolutionShape {
  /// The width of the convolution.
  var inner: Int
  /// Tokens that the convolution meets.
  var taps: Int

  /// Parameters of a layer, biases included.
  func parameterCount(width: Int) -> Int {
    width * 2 * inner + 2 * inner + taps * inner + inner * width + width
  }

  /// Arithmetic of matrix products and of the convolution for each token.
  func operationsPerToken(width: Int) -> Double {
    Double(2 * (width * 2 * inner + taps * inner + inner * width))
  }
}

/// A short causal convolution with a gate: (silu(conv(x W₁)) ⊙ x W₂) W₃, as BASED has between its
/// attention layers [194].
final class GatedConvolution<Element: TensorElement>: TokenMixer {
  private let name: String
  private let shape: GatedConvolutionShape
  private let input: Linear<Element>
  private let taps: Tensor<Element>
  private let output: Linear<Element>

  init(_ name: String, _ shape: GatedConvolutionShape, in model: LanguageModel<Element>) {
    self.name = name
    self.shape = shape
    let start = StartingDeviations(model.configuration)
    let width = model.configuration.width
    input = Linear(
      "\(name).input", width, 2 * shape.inner, deviation: start.hidden, hasBias: true,
      columnBlocks: [0..<shape.inner, shape.inner..<(2 * shape.inner)], in: model.parameters)
    // The usual start of a convolution of K numbers: variance 1/(3K).
    taps = model.parameters.declare(
      "\(name).convolution.weight", [shape.taps, shape.inner], role: .vector,
      startingAs: .normal(standardDeviation: 1 / Double(3 * shape.taps).squareRoot()))
    output = Linear(
      "\(name).output", shape.inner, width, deviation: start.residual, hasBias: true,
      in: model.parameters)
  }

  var hookSites: [String] { ["mixed"] }
  var state: MixerState { .constant(count: (shape.taps - 1) * shape.inner) }

  func record(
    _ input: Tensor<Element>, addingTo residual: Tensor<Element>?, in pass: ForwardPass<Element>,
    slot: Int
  ) -> Tensor<Element> {
    let tape = pass.tape
    let projected = self.input.record(input, on: tape)
    let convolved = tape.causalConvolution(
      HeadColumns(projected), weight: taps, batch: pass.batch,
      history: pass.cache.map { HeadColumns($0.state(slot)) })
    let gated = tape.multiply(
      tape.apply(.silu, to: convolved),
      tape.columns(projected, shape.inner..<(2 * shape.inner)))
    return output.record(pass.site("\(name).mixed", gated), addingTo: residual, on: tape)
  }
}
