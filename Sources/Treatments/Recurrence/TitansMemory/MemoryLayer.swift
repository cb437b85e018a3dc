internal import LanguageModels
internal import Tensors

/// Widths and rates of a layer of neural memory.
struct MemoryLayerShape {
  var headCount: Int
  var memory: NeuralMemoryShape
  /// Tokens whose inner gradients are taken at the same weights.
  var chunkLength: Int
  /// The largest factor of an inner gradient.
  var largestStep: Double
  /// Tokens that the convolutions meet; one for none.
  var taps: Int

  /// The width of all heads.
  var inner: Int { headCount * memory.width }

  /// Parameters of a layer.
  func parameterCount(width: Int) -> Int {
    3 * width * inner + (taps > 1 ? 3 * taps * inner : 0) + 3 * (width + 1) * headCount
      + headCount * memory.weightCount
  }

  /// Arithmetic of matrix products and convolutions for each token.
  func operationsPerToken(width: Int) -> Double {
    Double(6 * width * inner + (taps > 1 ? 6 * taps * inner : 0) + 6 * width * headCount)
      + Double(headCount) * memory.operationsPerToken
  }

  /// Numbers that decoding keeps of a sequence.
  var stateCount: Int { headCount * memory.stateCount + (taps - 1) * 3 * inner }
}

/// A memory that learns at test time [189]: keys, values and queries are silu(conv(x W)), keys and
/// queries of length one, and decay, momentum and step are sigmoids of the token.
final class MemoryLayer<Element: TensorElement> {
  private let shape: MemoryLayerShape
  private let projection: Linear<Element>
  private let convolution: Tensor<Element>?
  private let rates: [(weight: Tensor<Element>, bias: Tensor<Element>)]
  private let initial: [Tensor<Element>]

  init(_ name: String, _ shape: MemoryLayerShape, in model: LanguageModel<Element>) {
    self.shape = shape
    let start = StartingDeviations(model.configuration)
    let width = model.configuration.width
    let (heads, inner) = (shape.headCount, shape.inner)
    let parameters = model.parameters
    projection = Linear(
      "\(name).qkv", width, 3 * inner, deviation: start.hidden, hasBias: false,
      columnBlocks: (0..<3).map { $0 * inner..<($0 + 1) * inner }, in: parameters)
    convolution =
      shape.taps > 1
      ? parameters.declare(
        "\(name).convolution.weight", [shape.taps, 3 * inner], role: .vector,
        startingAs: .normal(standardDeviation: 1 / Double(3 * shape.taps).squareRoot())) : nil
    // A new memory forgets two parts in a hundred a token; half of the momentum goes on.
    rates = [("decay", -4.0), ("momentum", 0), ("step", 0)].map { rate, bias in
      (
        parameters.declare(
          "\(name).\(rate).weight", [width, heads], role: .hidden(fanIn: width),
          startingAs: .normal(standardDeviation: start.hidden)),
        parameters.declare(
          "\(name).\(rate).bias", [heads], role: .vector, startingAs: .constant(bias))
      )
    }
    let isDeep = shape.memory.hiddenWidth != nil
    initial = zip(isDeep ? ["up", "down", "gain"] : ["matrix"], shape.memory.weightShapes).map {
      part, axes in
      axes.count == 1
        ? parameters.declare(
          "\(name).memory.\(part)", [heads] + axes, role: .vector, startingAs: .constant(0))
        : parameters.declare(
          "\(name).memory.\(part)", [heads] + axes, role: .hidden(fanIn: axes[0]),
          startingAs: .normal(
            standardDeviation: isDeep ? 1 / Double(axes[0]).squareRoot() : start.hidden))
    }
  }

  /// Records reading and writing the memory at every token.
  ///
  /// - Returns: what the queries read, `[batch · length, H · d]`.
  func record(
    _ input: Tensor<Element>, in pass: ForwardPass<Element>, state: HeadColumns<Element>?
  ) -> Tensor<Element> {
    let tape = pass.tape
    let (inner, width) = (shape.inner, shape.memory.width)
    var projected = projection.record(input, on: tape)
    if let convolution {
      projected = tape.causalConvolution(
        HeadColumns(projected), weight: convolution, batch: pass.batch,
        history: state.map {
          HeadColumns($0.tensor, column: $0.column + shape.headCount * shape.memory.stateCount)
        })
    }
    projected = tape.apply(.silu, to: projected)
    // Divided by the root mean square and by √d, a vector has length one.
    let unit = tape.input([width])
    unit.buffer.update(repeating: Element(1 / Double(width).squareRoot()))
    projected = tape.rmsNorm(
      projected, heads: [HeadNorm(columns: 0..<(2 * inner), gain: unit)], width: width,
      epsilon: 1e-12)
    var memoryRates = rates.map {
      tape.sigmoid(tape.linear(input, weight: $0.weight, bias: $0.bias))
    }
    memoryRates[2] = tape.scale(memoryRates[2], by: shape.largestStep)
    var settings = NeuralMemorySettings<Element>(
      batch: pass.batch, headCount: shape.headCount, shape: shape.memory,
      chunkLength: shape.chunkLength)
    if let state {
      settings.state = state
      settings.offsets = pass.cache?.lengths
    }
    return tape.neuralMemory(
      queries: HeadColumns(projected), keys: HeadColumns(projected, column: inner),
      values: HeadColumns(projected, column: 2 * inner),
      rates: NeuralMemoryRates(
        decay: memoryRates[0], momentum: memoryRates[1], step: memoryRates[2]),
      initial: initial, settings)
  }
}
