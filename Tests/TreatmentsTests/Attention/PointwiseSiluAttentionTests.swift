import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct PointwiseSiluAttentionTests {
  private static let site = "layers.0.attention"

  /// Two tokens by hand; the first one's pair with the second adds exactly nothing.
  @Test func twoTokensAreTheFormula() throws {
    let (heads, width) = (ProbeModel.heads, ProbeModel.width)
    let inner = heads * width
    let probe = try MixerProbe(
      "pointwise-silu-attention", on: ProbeModel.llama, tokens: [3, 11],
      sites: ["\(Self.site).uvqk", "\(Self.site).mixed"])
    let parameters = probe.model.parameters
    let bias = try #require(parameters["\(Self.site).distanceBias"]).tensor.array
    let gain = try #require(parameters["\(Self.site).norm.gain"]).tensor.array
    let shift = try #require(parameters["\(Self.site).norm.bias"]).tensor.array
    let rows = (0..<2).map { Array(probe.row("\(Self.site).uvqk", $0, of: 2)) }
    let attended = try #require(probe.pass.attentions[Self.site]).output.array
    for i in 0..<2 {
      var sum = [Double](repeating: 0, count: inner)
      for h in 0..<heads {
        for j in 0...i {
          let score =
            (0..<width).reduce(0.0) {
              $0 + rows[i][2 * inner + h * width + $1] * rows[j][3 * inner + h * width + $1]
            } / Double(width).squareRoot() + bias[i - j]
          let weight = ProbeModel.silu(score) / Double(TreatmentFixtures.context)
          for c in 0..<width { sum[h * width + c] += weight * rows[j][inner + h * width + c] }
        }
      }
      #expect(distance(attended[(i * inner)..<((i + 1) * inner)], sum) <= 1e-14)
      let mean = sum.reduce(0, +) / Double(inner)
      let variance = sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(inner)
      let expected = (0..<inner).map {
        ((sum[$0] - mean) / (variance + 1e-5).squareRoot() * gain[$0] + shift[$0]) * rows[i][$0]
      }
      #expect(distance(probe.row("\(Self.site).mixed", i, of: 2), expected) <= 1e-11)
    }
  }

  /// The intensity that a softmax forgets: a history that is read twice counts twice.
  @Test func aRepeatedHistoryDoublesTheSum() throws {
    func attended(_ tokens: [Int32]) throws -> [Double] {
      let probe = try MixerProbe(
        "pointwise-silu-attention", ["relative-bias": false], on: ProbeModel.llama, tokens: tokens)
      let output = try #require(probe.pass.attentions[Self.site]).output
      return Array(output.array.suffix(output.columnCount))
    }
    let history: [Int32] = [4, 7, 1, 19, 7]
    let alone = try attended([9])
    let once = zip(try attended(history + [9]), alone).map { $0 - $1 }
    let twice = zip(try attended(history + history + [9]), alone).map { $0 - $1 }
    #expect(distance(twice, once.map { 2 * $0 }) <= 1e-14)
    #expect(once.contains { abs($0) > 1e-4 })
  }

  @Test func layersHaveNoFeedForwardUnlessItIsKept() throws {
    let without = try MixerProbe(
      "pointwise-silu-attention", on: ProbeModel.llama, tokens: [3, 11],
      sites: ["layers.0.output", "layers.0.mlp.input"])
    #expect(!without.model.parameters.parameters.contains { $0.name.contains(".mlp") })
    let kept = try MixerProbe(
      "pointwise-silu-attention", ["feed-forward": true], on: ProbeModel.llama, tokens: [3, 11])
    #expect(kept.model.parameters.parameters.contains { $0.name == "layers.0.mlp.down.weight" })
  }
}
