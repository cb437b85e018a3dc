import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

@Suite struct DiagnosticSummaryTests {
  private func heads(_ entropies: [Double]) -> [Diagnostic] {
    entropies.enumerated().map {
      Diagnostic(measure: "attention_entropy", place: "layers.0.head.\($0)", value: $1)
    }
  }

  @Test func theLastTenthCounts() {
    // Twenty measured steps, of which the last two count.
    var steps = Array(repeating: heads([100, 100]), count: 18)
    steps.append(heads([1, 3]) + [Diagnostic(measure: "activation_rms", place: "final", value: 2)])
    steps.append(
      heads([2, 6]) + [
        Diagnostic(measure: "activation_rms", place: "final", value: 4),
        Diagnostic(measure: "activation_rms", place: "layers.0", value: 50),
      ])
    let summary = DiagnosticSummary(steps)
    #expect(
      summary.values == [
        "attention_entropy": 3, "attention_entropy_min": 1.5, "final_activation_rms": 3,
      ])
    // Fewer than ten leave the last one.
    #expect(DiagnosticSummary(Array(steps.suffix(3))).values["attention_entropy"] == 4)
    #expect(DiagnosticSummary([]).values.isEmpty)
  }

  @Test func loadsOfRouters() {
    let even = RouterLoad(counts: [3, 3, 3, 3], dropped: 0, places: 12)
    #expect(even.largest == 1 && even.unused == 0 && even.dropped == 0)
    let one = RouterLoad(counts: [0, 9, 0, 0], dropped: 3, places: 12)
    #expect(one.largest == 4 && one.unused == 0.75 && one.dropped == 0.25)
    #expect(RouterLoad(counts: [0, 0], dropped: 4, places: 4).largest == 0)
  }

  @Test func aRoutingIsCounted() {
    let arena = Arena()
    let tape = Tape<Float>(pool: .inline)
    let affinities = Tensor<Float>([3, 4], in: arena)
    let weights = Tensor<Float>([3, 2], in: arena)
    let chosen = tape.indices([6])
    for (place, choice) in [Int32(1), 3, 1, -1, 1, 0].enumerated() {
      chosen.values[place] = choice
      weights.values[place] = place == 5 ? 0 : 0.5
    }
    let load = Routing(affinities: affinities, chosen: chosen, weights: weights).load
    #expect(load.largest == 3 && load.unused == 0.5 && load.dropped == 2.0 / 6)
  }

  /// Experts and attention side by side; curves and file say what the events said.
  @Test func aRunOfExperts() throws {
    var configuration = ModelConfiguration.llama(
      width: 16, layers: 2, heads: 2, vocabulary: 13, context: 8)
    let expert = FeedForwardConfiguration(width: 16, activation: .swiGLU, hasBias: false)
    configuration.layers[1].channelMixer = .experts(
      ExpertsConfiguration(count: 4, chosen: 2, expert: expert))
    let model = try LanguageModel<Float>(configuration, seed: 1)
    let folder = try ScratchFolder()
    var steps: [[Diagnostic]] = []
    var recipe = tinyRecipe()
    recipe.diagnosticsEvery = 1
    func trainer() throws -> Trainer<Float> {
      try Trainer(
        LanguageModelObjective(model), recipe: recipe, source: CountingBatches(), pool: .inline,
        folder: folder.path)
    }
    let first = try trainer()
    _ = try first.run { event in
      if case .diagnostics(_, let measurements) = event { steps.append(measurements) }
    }
    let summary = DiagnosticSummary(steps)
    #expect(try first.curves().diagnostics == summary)
    // A process that finds the run finished has them from the file.
    let second = try trainer()
    _ = try second.run()
    #expect(try second.curves().diagnostics == summary)
    let load = try #require(summary.values["router_load_max"])
    #expect(load >= 1 && load <= 2)
    #expect(summary.values["router_dropped"] == 0)
    #expect(
      Set(steps[0].filter { $0.measure == "router_load_max" }.map(\.place)) == [
        "layers.1.mlp.router"
      ])
    let last = steps.suffix(2).map { $0.filter { $0.measure == "attention_entropy" }.map(\.value) }
    #expect(last.allSatisfy { $0.count == 4 })
    let expected = last.map { $0.reduce(0, +) / 4 }.reduce(0, +) / 2
    #expect(abs((summary.values["attention_entropy"] ?? 0) - expected) < 1e-12)
  }

  /// A mixer that keeps no attention is passed over; one that keeps several is measured at each.
  @Test func mixersOfTreatments() throws {
    final class Wrapped: TokenMixer {
      typealias Element = Float
      let inner: any TokenMixer<Float>
      let names: [String]
      init(_ inner: any TokenMixer<Float>, _ names: [String]) {
        self.inner = inner
        self.names = names
      }
      var hookSites: [String] { inner.hookSites }
      var state: MixerState { inner.state }
      func record(
        _ input: Tensor<Float>, addingTo residual: Tensor<Float>?, in pass: ForwardPass<Float>,
        slot: Int
      ) -> Tensor<Float> {
        let before = pass.attentions
        let result = inner.record(input, addingTo: residual, in: pass, slot: slot)
        let own = pass.attentions.first { before[$0.key] == nil }?.value
        pass.attentions = before
        for name in names { pass.attentions[name] = own }
        return result
      }
    }
    let objective = try tinyModel(Float.self)
    let blocks = objective.model.blocks
    blocks[0].tokenMixer = Wrapped(blocks[0].tokenMixer, [])
    blocks[1].tokenMixer = Wrapped(
      blocks[1].tokenMixer, ["layers.1.attention.near", "layers.1.attention.far"])
    var places = Set<String>()
    _ = try Trainer(
      objective, recipe: tinyRecipe(), source: CountingBatches(), pool: .inline
    ).run { event in
      guard case .diagnostics(_, let measurements) = event else { return }
      places.formUnion(measurements.filter { $0.measure == "sink_mass" }.map(\.place))
    }
    #expect(
      places == [
        "layers.1.attention.near.head.0", "layers.1.attention.near.head.1",
        "layers.1.attention.far.head.0", "layers.1.attention.far.head.1",
      ])
  }
}
