import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct BasedTests {
  private static let tokens = TreatmentFixtures.tokens(20)

  @Test func linearLayersWeighByTheTaylorPolynomial() throws {
    let (heads, width, f) = (ProbeModel.heads, ProbeModel.width, 5)
    let site = "layers.1.attention"
    let probe = try MixerProbe(
      "based", ["feature-width": .number(Double(f))], on: ProbeModel.llama, tokens: Self.tokens,
      sites: ["\(site).qkv", "\(site).mixed"])
    let rows = (0..<20).map { Array(probe.row("\(site).qkv", $0, of: 20)) }
    for i in rows.indices {
      var expected: [Double] = []
      for h in 0..<heads {
        var (sum, total) = ([Double](repeating: 0, count: width), 0.0)
        for j in 0...i {
          let z =
            (0..<f).reduce(0.0) { $0 + rows[i][h * f + $1] * rows[j][(heads + h) * f + $1] }
            / Double(f).squareRoot()
          let weight = 1 + z + z * z / 2
          total += weight
          for c in 0..<width { sum[c] += weight * rows[j][2 * heads * f + h * width + c] }
        }
        expected += sum.map { $0 / total }
      }
      #expect(distance(probe.row("\(site).mixed", i, of: 20), expected) <= 1e-10)
    }
  }

  @Test func convolutionsAreGatedAndCausal() throws {
    let site = "layers.0.attention"
    let probe = try MixerProbe(
      "based", on: ProbeModel.llama, tokens: Self.tokens, sites: ["\(site).input", "\(site).mixed"])
    let parameters = probe.model.parameters
    let weight = try #require(parameters["\(site).input.weight"]).tensor
    let bias = try #require(parameters["\(site).input.bias"]).tensor
    let taps = try #require(parameters["\(site).convolution.weight"]).tensor
    let inner = 2 * ProbeModel.heads * ProbeModel.width
    #expect(taps.shape == [3, inner] && weight.columnCount == 2 * inner)
    func projected(_ row: Int, _ column: Int) -> Double {
      zip(probe.row("\(site).input", row, of: 20), 0...).reduce(bias.values[column]) {
        $0 + $1.0 * weight.values[$1.1 * 2 * inner + column]
      }
    }
    for row in [0, 1, 7] {
      let expected = (0..<inner).map { c in
        let sum = (0..<3).filter { row - 2 + $0 >= 0 }.reduce(0.0) {
          $0 + taps.values[$1 * inner + c] * projected(row - 2 + $1, c)
        }
        return ProbeModel.silu(sum) * projected(row, inner + c)
      }
      #expect(distance(probe.row("\(site).mixed", row, of: 20), expected) <= 1e-12)
    }
  }

  @Test func theLayoutIsThatOfThePaper() throws {
    let model = ModelConfiguration.llama(
      width: 16, layers: 27, heads: 2, vocabulary: 20, context: 24)
    let arm = Arm(name: "", choices: [try TreatmentCatalog.choice(named: "based")])
    let names = try arm.model(model, seed: 1, of: Float.self).blocks.map {
      String(describing: type(of: $0.tokenMixer)).prefix { $0 != "<" }
    }
    #expect(names.indices.filter { names[$0] == "TaylorLinearAttention" } == [1, 6, 11, 16, 21])
    #expect(names.indices.filter { names[$0] == "Attention" } == [2, 7, 12, 17, 22])
    #expect(names.count { $0 == "GatedConvolution" } == 17)
  }

  /// The state of a head is (1 + f + f²)(d + 1) numbers, that of a window w·2d: the axis on which
  /// recall is compared.
  @Test(arguments: [(4, 8), (8, 16), (16, 24)]) func stateBytesAreExact(
    _ f: Int, _ window: Int
  ) throws {
    let choice = try TreatmentCatalog.choice(
      named: "based",
      [
        "feature-width": .number(Double(f)), "window": .number(Double(window)),
        "layout": "linear-window",
      ])
    let costs = try Arm(name: "", choices: [choice]).costs(ProbeModel.llama, length: 1_000)
    let (heads, width) = (ProbeModel.heads, ProbeModel.width)
    #expect(
      costs.stateBytes == 4 * heads * ((1 + f + f * f) * (width + 1) + window * 2 * width))
  }

  @Test func aShortWindowIsNotTheBaseline() throws {
    let options: [String: OptionValue] = ["layout": "window", "window": 4]
    let wide: [String: OptionValue] = ["layout": "window", "window": 1_000]
    let logits = try [options, wide].map {
      try MixerProbe("based", $0, on: ProbeModel.llama, tokens: Self.tokens).logits
    }
    let row = TreatmentFixtures.vocabulary
    #expect(distance(logits[0][..<(4 * row)], logits[1][..<(4 * row)]) <= 1e-12)
    #expect(distance(logits[0], logits[1]) > 1e-3)
  }
}
