import Tensors
import Testing

/// The forward pass against the definition, and what must hold to the bit.
@Suite struct AttentionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var length = 100
    var heads = 2
    var groups = 2
    var width = 16
    var valueWidth = 16
    var amplitude = 1.0
    var pattern = AttentionPattern.causal
    var change: @Sendable (inout AttentionSettings<Double>, Arena) -> Void = { _, _ in }
    var isAllowed: @Sendable (Int, Int, Int, Int) -> Bool = { $3 <= $2 }
    var testDescription: String { name }
  }

  static let blocks = BlockList(headCount: 2, queryCount: 150, keyCount: 150) { _, head, i, j in
    (i * 7 + j * 3 + head) % 5 < 2 && abs(i - j) < 90
  }

  static let cases: [Case] = [
    Case(name: "one tile", length: 64),
    Case(name: "not a multiple of a tile", length: 131),
    Case(name: "one row", length: 1),
    Case(name: "grouped heads, odd widths", heads: 6, groups: 2, width: 9, valueWidth: 21),
    Case(name: "width 8", length: 70, width: 8, valueWidth: 8),
    Case(name: "width 80", length: 70, width: 80, valueWidth: 80),
    Case(name: "full", length: 130, pattern: .full, isAllowed: { _, _, _, _ in true }),
    // Scores of thousands: only the highest survives.
    Case(name: "large scores", length: 90, amplitude: 100),
    Case(
      name: "window with sinks", length: 200, pattern: .window(width: 37, sinks: 3),
      isAllowed: { $3 <= $2 && ($3 > $2 - 37 || $3 < 3) }),
    Case(
      name: "narrow window", length: 130, pattern: .window(width: 1), isAllowed: { $3 == $2 }),
    Case(
      name: "block list", length: 150, pattern: .blocks(blocks),
      isAllowed: { ($2 * 7 + $3 * 3 + $1) % 5 < 2 && abs($2 - $3) < 90 }),
    Case(
      name: "padding on both sides", length: 90, pattern: .full,
      change: { settings, arena in
        let ends = IndexTensor([2], in: arena)
        ends.assign([70, 0])
        let begins = IndexTensor([2], in: arena)
        begins.assign([5, 0])
        (settings.keyEnds, settings.keyBegins) = (ends, begins)
      }, isAllowed: { b, _, _, j in b == 0 && j >= 5 && j < 70 }),
    Case(
      name: "packed documents", length: 140,
      change: { settings, arena in
        let first = IndexTensor([280], in: arena)
        first.assign((0..<280).map { Int32($0 % 140 / 50 * 50) })
        settings.firstKeys = first
      }, isAllowed: { _, _, i, j in j <= i && j >= i / 50 * 50 }),
    Case(
      name: "rows without keys", length: 100,
      change: { settings, _ in settings.offset = -20 },
      isAllowed: { _, _, i, j in j <= i - 20 }),
    Case(
      name: "temperature, cap, bias, slopes, sink",
      change: { settings, arena in
        var numbers = RepeatableNumbers(seed: 5)
        func made(_ shape: [Int], around centre: Double) -> Tensor<Double> {
          let tensor = Tensor<Double>(shape, in: arena)
          tensor.fill(numbers.array(tensor.count).map { centre + $0 })
          return tensor
        }
        settings.temperature = made([200, 2], around: 1.5)
        settings.bias = made([2, 40], around: 0)
        settings.biasOrigin = 4
        settings.slopes = made([2], around: 1)
        settings.sinkScore = made([2], around: 0.5)
        settings.scoreCap = 2
      }),
    Case(
      name: "sigmoid", change: { settings, _ in settings.normalizer = .sigmoid(bias: -2) }),
    Case(
      name: "SiLU over length",
      change: { settings, _ in settings.normalizer = .silu(length: 100) }),
  ]

  private static func projected(_ c: Case, batch: Int = 2) -> [Double] {
    let columns = c.heads * c.width + c.groups * (c.width + c.valueWidth)
    var numbers = RepeatableNumbers(seed: 3)
    return numbers.array(batch * c.length * columns, scale: c.amplitude)
  }

  private static func settings<Element: TensorElement>(
    _ c: Case, of type: Element.Type
  ) -> AttentionSettings<Element> {
    AttentionSettings(
      batch: 2, headCount: c.heads, keyValueHeadCount: c.groups, headWidth: c.width,
      valueWidth: c.valueWidth, pattern: c.pattern)
  }

  @Test(arguments: cases) func equalsTheDefinition(_ c: Case) {
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    var settings = Self.settings(c, of: Double.self)
    c.change(&settings, tape.arena)
    let numbers = Self.projected(c)
    let input = tape.input([2 * c.length, numbers.count / (2 * c.length)])
    input.fill(numbers)
    let result = tape.attention(input, settings)
    let expected = AttentionReference(
      settings: settings, queries: c.length, keys: c.length, isAllowed: c.isAllowed)(numbers)
    // The relative spacing of doubles times scores of up to 4·10⁴.
    let tolerance = 1e-12 * max(1, c.amplitude)
    #expect(greatestDifference(result.output.array, expected.output) <= tolerance)
    if settings.normalizer == .softmax {
      #expect(greatestDifference(result.logSumExp.array, expected.logSumExp) <= 1e-11)
    }
  }

  @Test(arguments: cases.filter { $0.amplitude == 1 })
  func singlePrecisionEqualsTheDefinition(_ c: Case) {
    let arena = Arena()
    var settings = Self.settings(c, of: Double.self)
    c.change(&settings, arena)
    guard settings.temperature == nil else { return }
    let tape = Tape<Float>(pool: .inline, isDifferentiable: false)
    var single = Self.settings(c, of: Float.self)
    single.normalizer = settings.normalizer
    single.offset = settings.offset
    (single.keyEnds, single.keyBegins) = (settings.keyEnds, settings.keyBegins)
    single.firstKeys = settings.firstKeys
    let numbers = Self.projected(c).map { Double(Float($0)) }
    let input = tape.input([2 * c.length, numbers.count / (2 * c.length)])
    input.fill(numbers)
    let result = tape.attention(input, single)
    let expected = AttentionReference(
      settings: settings, queries: c.length, keys: c.length, isAllowed: c.isAllowed)(numbers)
    #expect(greatestDifference(result.output.array.map { Double($0) }, expected.output) <= 3e-6)
  }

  @Test(arguments: [AttentionPattern.causal, .window(width: 40, sinks: 2)])
  func aLaterTokenChangesNoBitOfEarlierRows(_ pattern: AttentionPattern) {
    let tape = Tape<Float>(pool: .inline, isDifferentiable: false)
    let c = Case(name: "", length: 150, pattern: pattern)
    let input = tape.input([150, 96])
    input.fill(Self.projected(c, batch: 1))
    var settings = Self.settings(c, of: Float.self)
    settings.batch = 1
    let result = tape.attention(input, settings)
    for changed in [149, 100, 64, 63, 7] {
      let before = result.output.array
      for column in 0..<96 { input.values[changed * 96 + column] += 0.5 }
      tape.replay()
      let after = result.output.array
      #expect(before[..<(changed * 32)] == after[..<(changed * 32)])
      #expect(before[(changed * 32)...] != after[(changed * 32)...])
    }
  }

  @Test func prefillInChunksGivesTheSameBits() {
    let tape = Tape<Float>(pool: .inline, isDifferentiable: false)
    let c = Case(name: "", length: 203, heads: 4, groups: 2)
    let columns = 4 * 16 + 2 * 32
    let input = tape.input([203, columns])
    input.fill(Self.projected(c, batch: 1))
    var settings = Self.settings(c, of: Float.self)
    settings.batch = 1
    let whole = tape.attention(input, settings).output.array
    var start = 0
    for size in [1, 2, 61, 100, 39] {
      let chunk = tape.input([size, columns])
      chunk.values.update(from: input.values + start * columns, count: size * columns)
      var part = settings
      part.offset = start
      let result = tape.attention(
        queries: HeadColumns(chunk), keys: HeadColumns(input, column: 64),
        values: HeadColumns(input, column: 96), part
      ).output.array
      let expected = Array(whole[(start * 64)..<((start + size) * 64)])
      // A single query takes the path of decoding, which sums in another order.
      if size > 1 {
        #expect(result == expected)
      } else {
        #expect(
          greatestDifference(result.map { Double($0) }, expected.map { Double($0) }) <= 1e-6)
      }
      start += size
    }
  }

  @Test func sharedBlocksOfTilesFollowTheirRule() {
    // The strided shards of [212]: tile p sees r if p − r < 2 or (r + h·step + 1) mod v = 0.
    let (length, stride) = (64 * 6 + 10, 3)
    let rule: @Sendable (Int, Int, Int) -> Bool = { head, p, r in
      r <= p && (p - r < 2 || (r + head + 1) % stride == 0)
    }
    let list = BlockList(
      headCount: 3, queryCount: length, keyCount: length, isCausal: true, whereTiles: rule)
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let settings = AttentionSettings<Double>(
      batch: 1, headCount: 3, headWidth: 8, pattern: .blocks(list))
    let input = tape.input([length, 72])
    var numbers = RepeatableNumbers(seed: 8)
    input.fill(numbers.array(input.count))
    let result = tape.attention(input, settings)
    let allowed: (Int, Int, Int, Int) -> Bool = { _, head, i, j in
      j <= i && rule(head, i / 64, j / 64)
    }
    let expected = AttentionReference(
      settings: settings, queries: length, keys: length, isAllowed: allowed)(input.array)
    #expect(greatestDifference(result.output.array, expected.output) <= 1e-12)
    var pairs = 0
    for head in 0..<3 {
      for i in 0..<length { for j in 0..<length where allowed(0, head, i, j) { pairs += 1 } }
    }
    #expect(list.pairCount == pairs)
  }

  @Test func partsMergeToTheWhole() {
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let c = Case(name: "", length: 120)
    let input = tape.input([240, 96])
    input.fill(Self.projected(c))
    let settings = Self.settings(c, of: Double.self)
    let whole = tape.attention(input, settings)
    // Keys before 50 and keys from 50 on; rows before 50 see nothing of the second part.
    let cut = tape.indices([2])
    cut.assign([50, 50])
    var early = settings
    early.keyEnds = cut
    var late = settings
    late.keyBegins = cut
    let parts = [early, late].map { tape.attention(input, $0) }
    let merged = tape.mergeAttention(parts.map { ($0.output, $0.logSumExp) })
    #expect(greatestDifference(merged.output.array, whole.output.array) <= 1e-14)
    #expect(greatestDifference(merged.logSumExp.array, whole.logSumExp.array) <= 1e-13)
  }

  @Test func summariesKnowTheirClosedForms() throws {
    // Equal keys: row i spreads its weight evenly over i + 1 keys.
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    let input = tape.input([64, 24])
    var numbers = RepeatableNumbers(seed: 4)
    input.fill(numbers.array(input.count))
    for row in 0..<64 { for column in 8..<16 { input.values[row * 24 + column] = 0.25 } }
    let settings = AttentionSettings<Double>(batch: 1, headCount: 1, headWidth: 8)
    let summary = try #require(tape.attention(input, settings).summary(rows: 64).first)
    let entropy = (1...64).reduce(0.0) { $0 + logarithm(Double($1)) } / 64
    let harmonic = (1...64).reduce(0.0) { $0 + 1 / Double($1) } / 64
    #expect(abs(summary.entropy - entropy) <= 1e-13)
    #expect(abs(summary.firstKeyWeight - harmonic) <= 1e-13)
    #expect(summary.highestScore.isFinite)
  }
}
