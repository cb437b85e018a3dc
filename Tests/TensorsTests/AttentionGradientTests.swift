import Tensors
import Testing

/// The backward pass against central differences of the forward pass, which other tests hold
/// against the definition.
@Suite struct AttentionGradientTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var length = 70
    var heads = 2
    var groups = 1
    var width = 10
    var valueWidth = 10
    var pattern = AttentionPattern.causal
    var normalizer = AttentionNormalizer.softmax
    var hasExtras = false
    var hasSink = false
    var cap: Double?
    var offset = 0
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "causal"),
    Case(name: "full, grouped, odd widths", groups: 1, width: 7, valueWidth: 19, pattern: .full),
    Case(name: "window with sinks", length: 150, pattern: .window(width: 20, sinks: 2)),
    Case(
      name: "block list", length: 90, groups: 2,
      pattern: .blocks(
        BlockList(headCount: 2, queryCount: 90, keyCount: 90, isCausal: true) {
          ($1 + $2 * 3 + $3 * 5) % 4 != 0
        })),
    Case(name: "rows without keys", offset: -10),
    Case(name: "temperature and bias", hasExtras: true),
    Case(name: "cap, temperature, bias and sink", hasExtras: true, hasSink: true, cap: 1.5),
    Case(name: "sink", hasSink: true),
    Case(name: "sigmoid", normalizer: .sigmoid(bias: -1), hasExtras: true),
    Case(name: "SiLU over length", normalizer: .silu(length: 20), hasExtras: true, cap: 2),
    // Enough tiles of queries that they are split and the parts of dk and dv summed.
    Case(name: "split queries", length: 64 * 17 + 5, heads: 1, width: 8, valueWidth: 8),
  ]

  @Test(arguments: cases) func equalCentralDifferences(_ c: Case) {
    let tape = Tape<Double>(pool: .inline)
    var numbers = RepeatableNumbers(seed: 11)
    var leaves: [Tensor<Double>] = []
    func leaf(_ shape: [Int], around centre: Double = 0) -> Tensor<Double> {
      let tensor = tape.input(shape, requiresGradient: true)
      tensor.fill(numbers.array(tensor.count).map { centre + $0 })
      leaves.append(tensor)
      return tensor
    }
    var settings = AttentionSettings<Double>(
      batch: 2, headCount: c.heads, keyValueHeadCount: c.groups, headWidth: c.width,
      valueWidth: c.valueWidth, pattern: c.pattern)
    settings.normalizer = c.normalizer
    settings.scoreCap = c.cap
    settings.offset = c.offset
    settings.scale = 1
    let columns = c.heads * c.width + c.groups * (c.width + c.valueWidth)
    let input = leaf([2 * c.length, columns])
    if c.hasExtras {
      settings.temperature = leaf([2 * c.length, c.heads], around: 1.2)
      settings.bias = leaf([c.heads, 30])
      settings.biasOrigin = 3
    }
    if c.hasSink { settings.sinkScore = leaf([c.heads]) }
    let result = tape.attention(input, settings)
    let isSoftmax = c.normalizer == .softmax
    let loss = tape.loss(isSoftmax ? [result.output, result.logSumExp] : [result.output])
    let samples = c.length > 1000 ? 6 : 24
    #expect(greatestGradientError(of: leaves, loss: loss, tape: tape, samples: samples) <= 1e-8)
  }

  @Test func separateTensorsAndUnusedColumns() {
    // Queries from one matrix with a column to spare, keys and values from another; the input also
    // has a gradient from elsewhere, to which attention's is added.
    let tape = Tape<Double>(pool: .inline)
    var numbers = RepeatableNumbers(seed: 12)
    let queries = tape.input([40, 9], requiresGradient: true)
    queries.fill(numbers.array(queries.count))
    let memory = tape.input([60, 20], requiresGradient: true)
    memory.fill(numbers.array(memory.count))
    let settings = AttentionSettings<Double>(
      batch: 2, headCount: 2, headWidth: 4, valueWidth: 6, pattern: .full)
    let result = tape.attention(
      queries: HeadColumns(queries, column: 1), keys: HeadColumns(memory),
      values: HeadColumns(memory, column: 8), settings)
    let loss = tape.loss([result.output, memory])
    #expect(greatestGradientError(of: [queries, memory], loss: loss, tape: tape) <= 1e-9)
    #expect((0..<40).allSatisfy { queries.gradientArray[$0 * 9] == 0 })
  }

  @Test func mergedPartsPassGradientsOn() {
    let tape = Tape<Double>(pool: .inline)
    var numbers = RepeatableNumbers(seed: 13)
    let input = tape.input([30, 24], requiresGradient: true)
    input.fill(numbers.array(input.count))
    var settings = AttentionSettings<Double>(batch: 1, headCount: 2, headWidth: 4)
    let whole = tape.attention(input, settings)
    let wholeLoss = tape.loss([whole.output, whole.logSumExp])
    tape.backward(from: wholeLoss)
    let expected = input.gradientArray
    input.clearGradient()
    let cut = tape.indices([1])
    cut.assign([11])
    settings.keyEnds = cut
    let early = tape.attention(input, settings)
    settings.keyEnds = nil
    settings.keyBegins = cut
    let late = tape.attention(input, settings)
    let merged = tape.mergeAttention([
      (early.output, early.logSumExp), (late.output, late.logSumExp),
    ])
    tape.backward(from: tape.loss([merged.output, merged.logSumExp]))
    #expect(greatestDifference(input.gradientArray, expected) <= 1e-13)
  }

  @Test func threadsDoNotChangeABit() {
    func run(threads: Int) -> [[Float]] {
      let tape = Tape<Float>(pool: ThreadPool(threads: threads))
      var numbers = RepeatableNumbers(seed: 14)
      let length = 64 * 20 + 9
      let input = tape.input([length, 48], requiresGradient: true)
      input.fill(numbers.array(input.count))
      let bias = tape.input([2, 50], requiresGradient: true)
      bias.fill(numbers.array(bias.count))
      let sink = tape.input([2], requiresGradient: true)
      var settings = AttentionSettings<Float>(
        batch: 1, headCount: 2, keyValueHeadCount: 1, headWidth: 12)
      (settings.bias, settings.sinkScore) = (bias, sink)
      let result = tape.attention(input, settings)
      tape.backward(from: tape.loss([result.output]))
      return [result.output.array, input.gradientArray, bias.gradientArray, sink.gradientArray]
    }
    let one = run(threads: 1)
    #expect(run(threads: 2) == one)
    #expect(run(threads: 3) == one)
  }

  @Test func memoryGrowsLinearlyWithLength() {
    func bytes(_ length: Int) -> Int {
      let tape = Tape<Float>(pool: .inline)
      let input = tape.input([length, 96], requiresGradient: true)
      let settings = AttentionSettings<Float>(batch: 1, headCount: 2, headWidth: 16)
      let before = tape.arena.bytesUsed
      let result = tape.attention(input, settings)
      tape.backward(from: tape.loss([result.output]))
      return tape.arena.bytesUsed - before
    }
    let (short, middle, long) = (bytes(2048), bytes(4096), bytes(8192))
    #expect(long - middle <= 2 * (middle - short) + 4096)
    // A matrix of scores alone would take 4·8192² bytes a head.
    #expect(long < 64 * 1024 * 1024)
  }
}
