import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The neural memory against its definition, whose inner gradients are taken by differences.
@Suite struct NeuralMemoryTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var hidden: Int?
    var chunk = 1
    var length = 9
    /// The largest factor of an inner gradient: small enough that errors do not grow from token to
    /// token.
    var step = 0.4
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "linear, token by token"),
    Case(name: "linear, chunks of three", chunk: 3),
    Case(name: "linear, one chunk, several segments", chunk: 4, length: 37),
    Case(name: "two matrices, token by token", hidden: 7, step: 0.1),
    Case(name: "two matrices, chunks of four", hidden: 7, chunk: 4, step: 0.05),
    Case(name: "two matrices, several segments", hidden: 5, chunk: 3, length: 41, step: 0.02),
  ]

  private static let (batch, heads, width) = (2, 2, 4)
  /// A memory that fades to nothing has a norm that differences cannot follow.
  private static let largestDecay = 0.05

  private static func shape(_ c: Case) -> NeuralMemoryShape {
    NeuralMemoryShape(width: width, hiddenWidth: c.hidden)
  }

  /// Queries, keys and values side by side, three rates before their sigmoid, and the weights.
  private static func shapes(_ c: Case) -> [[Int]] {
    let rows = batch * c.length
    return [[rows, 3 * heads * width], [rows, heads], [rows, heads], [rows, heads]]
      + shape(c).weightShapes.map { [heads] + $0 }
  }

  private static func record(
    _ tape: Tape<Double>, _ inputs: [Tensor<Double>], _ c: Case,
    _ change: (inout NeuralMemorySettings<Double>) -> Void = { _ in }
  ) -> Tensor<Double> {
    var settings = NeuralMemorySettings<Double>(
      batch: batch, headCount: heads, shape: shape(c), chunkLength: c.chunk)
    change(&settings)
    return tape.neuralMemory(
      queries: HeadColumns(inputs[0]), keys: HeadColumns(inputs[0], column: heads * width),
      values: HeadColumns(inputs[0], column: 2 * heads * width),
      rates: NeuralMemoryRates(
        decay: tape.scale(tape.sigmoid(inputs[1]), by: largestDecay),
        momentum: tape.sigmoid(inputs[2]),
        step: tape.scale(tape.sigmoid(inputs[3]), by: c.step)), initial: Array(inputs[4...]),
      settings)
  }

  private static func inputs(_ tape: Tape<Double>, _ c: Case) -> [Tensor<Double>] {
    var random = TestRandom(seed: 41)
    return shapes(c).map { shape in
      let input = tape.input(shape, requiresGradient: tape.isDifferentiable)
      for index in 0..<input.count { input.values[index] = random.uniform(-1, 1) }
      return input
    }
  }

  /// M(x) as it is written.
  private static func read(_ w: [Double], _ x: [Double], _ c: Case) -> [Double] {
    guard let h = c.hidden else {
      return (0..<width).map { i in (0..<width).reduce(0) { $0 + x[$1] * w[$1 * width + i] } }
    }
    let active = (0..<h).map { j -> Double in
      let u = (0..<width).reduce(0) { $0 + x[$1] * w[$1 * h + j] }
      return u * 0.5 * erfc(-u / 2.0.squareRoot())
    }
    let sum = (0..<width).map { i in
      (0..<h).reduce(0) { $0 + active[$1] * w[width * h + $1 * width + i] }
    }
    let mean = sum.reduce(0, +) / Double(width)
    let variance = sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
    return (0..<width).map { i in
      x[i] + (1 + w[2 * width * h + i]) * (sum[i] - mean) / (variance + 1e-5).squareRoot()
    }
  }

  /// ∇‖M(k) − v‖² by central differences of fourth order.
  private static func innerGradient(
    _ w: [Double], _ key: [Double], _ value: [Double], _ c: Case
  ) -> [Double] {
    func loss(_ w: [Double]) -> Double {
      zip(read(w, key, c), value).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    return w.indices.map { index in
      func at(_ shift: Double) -> Double {
        var moved = w
        moved[index] += shift
        return loss(moved)
      }
      let step = 1e-4
      return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
    }
  }

  private static func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// The rule as it is written.
  private static func definition(_ inputs: [Tensor<Double>], _ c: Case) -> [Double] {
    var output = [Double](repeating: 0, count: batch * c.length * heads * width)
    for sequence in 0..<batch {
      for head in 0..<heads {
        var weights = inputs[4...].flatMap { tensor -> [Double] in
          let part = tensor.count / heads
          return Array(tensor.array[(head * part)..<((head + 1) * part)])
        }
        var momentum = [Double](repeating: 0, count: weights.count)
        var ofChunk = weights
        for token in 0..<c.length {
          let row = sequence * c.length + token
          func vector(_ part: Int) -> [Double] {
            let start = row * 3 * heads * width + (part * heads + head) * width
            return Array(inputs[0].array[start..<(start + width)])
          }
          func rate(_ index: Int) -> Double {
            logistic(inputs[index].values[row * heads + head])
          }
          if token % c.chunk == 0 { ofChunk = weights }
          let gradient = innerGradient(ofChunk, vector(1), vector(2), c)
          for index in weights.indices {
            momentum[index] = rate(2) * momentum[index] - c.step * rate(3) * gradient[index]
            weights[index] = (1 - largestDecay * rate(1)) * weights[index] + momentum[index]
          }
          for (index, number) in read(weights, vector(0), c).enumerated() {
            output[(row * heads + head) * width + index] = number
          }
        }
      }
    }
    return output
  }

  @Test(arguments: cases) func readsAreThoseOfTheDefinition(_ c: Case) {
    let tape = Tape<Double>(pool: .inline)
    let inputs = Self.inputs(tape, c)
    let output = Self.record(tape, inputs, c)
    let expected = Self.definition(inputs, c)
    // Differences of fourth order leave about 1e-11.
    #expect(greatestDifference(output.array, expected) <= 1e-8)
    #expect(output.array.contains { abs($0) > 0.1 })
  }

  @Test(arguments: cases.filter { $0.length < 30 })
  func gradientsEqualCentralDifferences(_ c: Case) {
    // A rule that corrects itself bends much: the steps are short.
    GradientCheck(step: 2e-6, tolerance: 2e-6).run(Self.shapes(c)) { tape, inputs in
      [Self.record(tape, inputs, c)]
    }
  }

  @Test(arguments: cases.filter { $0.length > 30 })
  func gradientsOfLongSequencesEqualCentralDifferences(_ c: Case) {
    let tape = Tape<Double>(pool: .inline)
    let inputs = Self.inputs(tape, c)
    let loss = tape.loss([Self.record(tape, inputs, c)])
    let error = greatestGradientError(of: inputs, loss: loss, tape: tape, samples: 12, step: 1e-4)
    #expect(error <= 1e-6)
  }

  @Test(arguments: [1, 3]) func decodingTokenByTokenContinues(_ chunk: Int) {
    let c = Case(name: "", hidden: 5, chunk: chunk, length: 11, step: 0.1)
    let whole = Tape<Double>(pool: .inline)
    let inputs = Self.inputs(whole, c)
    let expected = Self.record(whole, inputs, c).array

    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let count = Self.heads * Self.shape(c).stateCount
    let state = tape.input([Self.batch, 3 + count])
    let lengths = tape.indices([Self.batch])
    var one = c
    one.length = 1
    let token = Self.inputs(tape, one)
    for (part, tensor) in token.enumerated() where part > 3 {
      tensor.values.update(from: inputs[part].values, count: tensor.count)
    }
    var output: Tensor<Double>?
    for t in 0..<c.length {
      for part in 0..<4 {
        let columns = token[part].columnCount
        for sequence in 0..<Self.batch {
          (token[part].values + sequence * columns).update(
            from: inputs[part].values + (sequence * c.length + t) * columns, count: columns)
        }
      }
      lengths.buffer.update(repeating: Int32(t))
      if t == 0 {
        output = Self.record(tape, token, one) {
          $0.offsets = lengths
          $0.state = HeadColumns(state, column: 3)
        }
      } else {
        tape.replay()
      }
      let columns = Self.heads * Self.width
      let rows = (0..<Self.batch).flatMap { sequence -> [Double] in
        let start = (sequence * c.length + t) * columns
        return Array(expected[start..<(start + columns)])
      }
      #expect(output?.array == rows)
    }
  }

  @Test func threadsDoNotChangeABit() {
    func run(_ threads: Int) -> [[Double]] {
      let tape = Tape<Double>(pool: ThreadPool(threads: threads))
      let inputs = Self.inputs(tape, Self.cases[5])
      let output = Self.record(tape, inputs, Self.cases[5])
      tape.backward(from: tape.loss([output]))
      return [output.array] + inputs.map(\.gradientArray)
    }
    let one = run(1)
    #expect(run(2) == one)
    #expect(run(3) == one)
  }
}
