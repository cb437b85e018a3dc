import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct LightningAttentionTests {
  private static let tokens = TreatmentFixtures.tokens(20)

  /// Each layer by its formula: decay of head h = 1…H in layer l = 0…L−1, norm over all heads, gate.
  @Test(arguments: [true, false], [true, false])
  func layersAreTheFormula(gate: Bool, decay: Bool) throws {
    let (heads, width) = (ProbeModel.heads, ProbeModel.width)
    let inner = heads * width
    let projected = gate ? "qkvg" : "qkv"
    for layer in 0..<2 {
      let site = "layers.\(layer).attention"
      let probe = try MixerProbe(
        "lightning-attention", ["gate": .flag(gate), "decay": .flag(decay)],
        on: ProbeModel.llama, tokens: Self.tokens, sites: ["\(site).\(projected)", "\(site).mixed"])
      let rows = (0..<Self.tokens.count).map {
        Array(probe.row("\(site).\(projected)", $0, of: Self.tokens.count))
      }
      for i in rows.indices {
        var sum = [Double](repeating: 0, count: inner)
        for h in 0..<heads {
          // The first layer's last head forgets all but e⁻⁸ of a token; the last layer forgets too.
          let rate = decay ? -8 * Double(h + 1) / Double(heads) * (1 - Double(layer) / 2) : 0
          for j in 0...i {
            var score = exponential(rate * Double(i - j))
            var product = 0.0
            for c in 0..<width {
              product +=
                ProbeModel.silu(rows[i][h * width + c])
                * ProbeModel.silu(rows[j][inner + h * width + c])
            }
            score *= product
            for c in 0..<width { sum[h * width + c] += score * rows[j][2 * inner + h * width + c] }
          }
        }
        var expected = rootMeanSquareNormalized(sum)
        if gate { for c in 0..<inner { expected[c] *= rows[i][3 * inner + c] } }
        let found = probe.row("\(site).mixed", i, of: rows.count)
        #expect(distance(found, expected) <= 1e-10, "layer \(layer), token \(i)")
      }
    }
  }

  @Test func theChannelMixerIsAProductOfLinearMaps() throws {
    let probe = try MixerProbe(
      "lightning-attention", on: ProbeModel.llama, tokens: Self.tokens,
      sites: ["layers.0.mlp.input", "layers.0.mlp.hidden"])
    let weight = try #require(probe.model.parameters["layers.0.mlp.gateUp.weight"]).tensor
    let hidden = weight.columnCount / 2
    let input = probe.row("layers.0.mlp.input", 3, of: Self.tokens.count)
    func mapped(_ column: Int) -> Double {
      zip(input, 0...).reduce(0) { $0 + $1.0 * weight.values[$1.1 * 2 * hidden + column] }
    }
    let expected = (0..<hidden).map { mapped($0) * mapped(hidden + $0) }
    let found = probe.row("layers.0.mlp.hidden", 3, of: Self.tokens.count)
    #expect(distance(found, expected) <= 1e-12)
  }

  @Test func normsHaveNoGainAndPositionsAreGone() throws {
    var model = TreatmentFixtures.baselines[2].model
    let choice = try TreatmentCatalog.choice(named: "lightning-attention")
    try choice.treatment.configure(&model)
    #expect(model.positions == .none)
    #expect(!model.normalization.hasGain && model.normalization.kind == .rootMeanSquare)
    guard case .feedForward(let feedForward) = model.layers[0].channelMixer else {
      Issue.record("no feed-forward")
      return
    }
    // Two thirds of 4·32, three matrices in place of two: at most a row and column more.
    #expect(feedForward.width == 86 && feedForward.activation == .swiGLU)
  }

  /// What the algorithm is for: a token of a long sequence costs what one of a short one does.
  @Test func arithmeticIsLinearInTheLength() throws {
    let arm = Arm(name: "", choices: [try TreatmentCatalog.choice(named: "lightning-attention")])
    let costs = try [64, 4_096].map { try arm.costs(ProbeModel.llama, length: $0) }
    #expect(costs[0].forwardOperationsPerToken == costs[1].forwardOperationsPerToken)
    #expect(costs[0].stateBytes == costs[1].stateBytes)
  }
}
