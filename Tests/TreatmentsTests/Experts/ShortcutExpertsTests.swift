import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct ShortcutExpertsTests {
  /// What the mixture computes, and the stream after the pair.
  private func run(
    _ change: (LanguageModel<Double>) -> Void
  ) throws -> (branch: [Double], stream: [Double]) {
    let model = try TreatedModels.make("shortcut-experts")
    change(model)
    let branch = try #require(model.blocks[0].channelMixer as? ShortcutBranch<Double>)
    let (pass, input) = TreatedModels.rows(TreatmentFixtures.context)
    let first = model.blocks[0].record(input, in: pass, slot: 0)
    let waiting = try #require(pass.carried["layers.0.shortcut"]).array
    let stream = model.blocks[1].record(first, in: pass, slot: 1).array
    #expect(pass.carried.isEmpty)
    _ = branch
    return (waiting, stream)
  }

  /// The mixture reads the stream after the first attention alone: what comes between does not reach
  /// it, and what it computes is added to the end.
  @Test func theMixtureReadsTheFirstAttentionAlone() throws {
    let before = try run { _ in }
    for name in [
      "layers.0.mlp.down.weight", "layers.1.attention.output.weight", "layers.1.mlp.gateUp.weight",
    ] {
      let after = try run { TreatedModels.set($0, name, to: 0.5) }
      #expect(after.branch == before.branch)
      #expect(after.stream != before.stream)
    }
    let other = try run { TreatedModels.set($0, "layers.0.attention.output.weight", to: 0.5) }
    #expect(other.branch != before.branch)
    // Without the mixture's result the stream is what it was less that result.
    let without = try run { model in
      TreatedModels.set(model, "shortcut.experts.down", to: 0)
      let mixture = (model.blocks[0].channelMixer as? ShortcutBranch<Double>)?.mixture
      for choice in 0..<8 { mixture?.router.selectionBias?.values[choice] = 10 }
    }
    #expect(without.branch.allSatisfy { $0 == 0 })
    let rest = zip(before.stream, before.branch).map { $0 - $1 }
    #expect(TreatedModels.difference(rest, without.stream) < 1e-12)
  }

  /// Feed-forwards of 0.6 and two experts of 0.4 a pair make up the baseline's two.
  @Test func activeParametersAreTheDenseModels() throws {
    let baseline = ModelConfiguration.llama(
      width: 60, layers: 2, heads: 2, vocabulary: 20, context: 24)
    let dense = try Arm(name: "dense").costs(baseline, length: 24)
    let treated = try TreatedModels.arm("shortcut-experts").costs(baseline, length: 24)
    #expect(treated.activeParameters == dense.activeParameters + 60 * 12)
  }

  @Test func oddNumbersOfLayersAreRefused() throws {
    #expect(throws: TreatmentError.self) {
      try TreatedModels.arm("shortcut-experts").configuration(TreatedModels.baseline(layers: 3))
    }
  }
}
