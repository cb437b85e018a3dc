import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct TransNormerTests {
  private static let tokens = TreatmentFixtures.tokens(20)

  @Test(arguments: ["elu-plus-one", "silu", "identity"], ["width", "head"])
  func laterLayersAreTheNormOfAProduct(map: String, norm: String) throws {
    let (heads, width) = (ProbeModel.heads, ProbeModel.width)
    let inner = heads * width
    let site = "layers.1.attention"
    let probe = try MixerProbe(
      "transnormer", ["feature-map": .word(map), "norm": .word(norm)], on: ProbeModel.llama,
      tokens: Self.tokens, sites: ["\(site).qkv", "\(site).mixed"])
    func feature(_ x: Double) -> Double {
      switch map {
      case "silu": ProbeModel.silu(x)
      case "identity": x
      default: x < 0 ? exponential(x) : 1 + x
      }
    }
    let rows = (0..<20).map { Array(probe.row("\(site).qkv", $0, of: 20)) }
    for i in rows.indices {
      var sum = [Double](repeating: 0, count: inner)
      for h in 0..<heads {
        for j in 0...i {
          let score = (0..<width).reduce(0.0) {
            $0 + feature(rows[i][h * width + $1]) * feature(rows[j][inner + h * width + $1])
          }
          for c in 0..<width { sum[h * width + c] += score * rows[j][2 * inner + h * width + c] }
        }
      }
      let expected =
        norm == "width"
        ? rootMeanSquareNormalized(sum)
        : (0..<heads).flatMap {
          rootMeanSquareNormalized(Array(sum[($0 * width)..<(($0 + 1) * width)]))
        }
      #expect(distance(probe.row("\(site).mixed", i, of: 20), expected) <= 1e-10)
    }
  }

  /// Larger values change nothing, as they would with a denominator that does not know them.
  @Test func theOutputDoesNotDependOnTheScaleOfValues() throws {
    let site = "layers.1.attention.mixed"
    func mixed(_ scale: Double) throws -> [Double] {
      let probe = try MixerProbe(
        "transnormer", on: ProbeModel.llama, tokens: Self.tokens, sites: [site]
      ) { model in
        guard let weight = model.parameters["layers.1.attention.qkv.weight"]?.tensor else { return }
        for index in 0..<weight.count where index % weight.columnCount >= weight.columnCount * 2 / 3
        {
          weight.values[index] *= scale
        }
      }
      return probe.sites[site, default: []]
    }
    let (one, hundred) = (try mixed(10), try mixed(1_000))
    #expect(!one.isEmpty && distance(one, hundred) <= 1e-5)
  }

  /// Blocks that do not see one another are sequences of their own: rotary positions are relative.
  @Test(arguments: [(5, 20), (8, 20), (64, 130)]) func blocksAreSequences(
    _ block: Int, _ length: Int
  ) throws {
    var baseline = ProbeModel.llama
    baseline.contextLength = 160
    let options: [String: OptionValue] = [
      "block": .number(Double(block)), "diagonal-share": 1,
    ]
    let tokens = TreatmentFixtures.tokens(length)
    let whole = try MixerProbe("transnormer", options, on: baseline, tokens: tokens)
    var parts: [Double] = []
    for start in stride(from: 0, to: length, by: block) {
      parts += try MixerProbe(
        "transnormer", options, on: baseline,
        tokens: Array(tokens[start..<min(start + block, length)])
      ).logits
    }
    #expect(distance(whole.logits, parts) <= 1e-9)
  }

  @Test func decodingCrossesBlocks() throws {
    let options: [String: OptionValue] = ["block": 5, "diagonal-share": 1]
    let probe = try MixerProbe("transnormer", options, on: ProbeModel.llama, tokens: Self.tokens)
    let session = try DecodingSession(probe.model, batch: 1, pool: .inline)
    let vocabulary = TreatmentFixtures.vocabulary
    var start = 0
    for count in [8, 1, 1, 1, 1, 8] {
      let logits = Array(session.append([Array(Self.tokens[start..<(start + count)])]))
      start += count
      #expect(
        distance(logits, probe.logits[((start - 1) * vocabulary)..<(start * vocabulary)]) <= 1e-9)
    }
  }

  @Test(arguments: [(2, 1), (3, 1), (4, 2), (12, 6)]) func halfOfTheLayersAreDiagonal(
    _ layers: Int, _ diagonal: Int
  ) throws {
    var model = ModelConfiguration.llama(
      width: 32, layers: layers, heads: 4, vocabulary: 20, context: 24)
    try TreatmentCatalog.choice(named: "transnormer").treatment.configure(&model)
    for (index, layer) in model.layers.enumerated() {
      if case .attention = layer.tokenMixer {
        #expect(index < diagonal)
      } else {
        #expect(index >= diagonal)
      }
    }
  }

  /// The gradient of queries as their scale falls: 1/scale with the denominator, without bound. A
  /// norm's grows too until its ε takes over; below, it is bounded.
  @Test func onlyTheDenominatorsGradientIsUnbounded() {
    func gradient(_ scale: Double, hasDenominator: Bool) -> Double {
      let (length, width) = (12, 6)
      let tape = Tape<Double>(pool: .inline)
      var numbers: UInt64 = 5
      func next() -> Double {
        numbers = numbers &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(numbers >> 40) / Double(1 << 24)
      }
      let queries = tape.input([length, width], requiresGradient: true)
      let others = tape.input([length, 2 * width])
      for index in 0..<queries.count { queries.values[index] = scale * (0.5 + next()) }
      for index in 0..<others.count {
        let isKey = index % (2 * width) < width
        others.values[index] = isKey ? 0.5 + next() : 2 * next() - 1
      }
      var settings = LinearRecurrenceSettings<Double>(batch: 1, headCount: 1, keyWidth: width)
      if hasDenominator { settings.normalizerEpsilon = 0 }
      let read = tape.linearRecurrence(
        queries: HeadColumns(queries), keys: HeadColumns(others),
        values: HeadColumns(others, column: width), settings
      ).output
      let output = hasDenominator ? read : tape.rmsNorm(read, epsilon: 1e-5)
      let weights = tape.input(output.shape)
      for index in 0..<weights.count { weights.values[index] = 2 * next() - 1 }
      tape.backward(from: tape.sum(tape.multiply(output, weights)))
      return queries.gradientArray.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    func slope(_ low: Double, _ high: Double, hasDenominator: Bool) -> Double {
      let ends = [low, high].map { gradient($0, hasDenominator: hasDenominator) }
      return logarithm(ends[1] / ends[0]) / logarithm(high / low)
    }
    #expect(abs(slope(1e-7, 1e-5, hasDenominator: true) + 1) <= 1e-6)
    #expect(abs(slope(1e-7, 1e-5, hasDenominator: false)) <= 1e-3)
    #expect(abs(slope(1e1, 1e2, hasDenominator: false) + 1) <= 1e-2)
  }
}
