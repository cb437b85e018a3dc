import LanguageModels
import Tensors
import Testing

@Suite struct HookTests {
  @Test(arguments: ["gpt2", "llama", "linear recurrence", "experts", "norm after"])
  func everySiteIsReachedAndReadingChangesNoBit(name: String) throws {
    let configuration = try #require(
      SmallModels.causal.first { $0.name == name }?.configuration)
    let model = try SmallModels.make(configuration, as: Float.self)
    let tokens = SmallModels.tokens(12)
    let plain = SmallModels.logits(model, tokens).values
    for site in model.hookSites {
      var hooks = Hooks<Float>()
      var seen = 0
      hooks.read(at: site) { seen += $0.count }
      let read = SmallModels.logits(model, tokens, hooks: hooks).values
      #expect(seen > 0, "\(site) was not reached")
      // A hook on a sublayer's output takes the addition out of the matrix product, where it is
      // rounded once less often.
      for (one, other) in zip(read, plain) { #expect(abs(one - other) <= 1e-5, "\(site)") }
      if !site.hasSuffix(".attention.output"), !site.hasSuffix(".mlp.output") {
        #expect(read == plain, "\(site)")
      }
    }
  }

  @Test func aSiteCanBeReplaced() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    let tokens = SmallModels.tokens(12)
    var hooks = Hooks<Float>()
    var embedding: [Float] = []
    var output: [Float] = []
    hooks.read(at: "embedding") { embedding = Array($0) }
    for layer in 0..<2 {
      hooks.edit(at: "layers.\(layer).attention.output") { $0.update(repeating: 0) }
      hooks.edit(at: "layers.\(layer).mlp.output") { $0.update(repeating: 0) }
    }
    hooks.read(at: "layers.1.output") { output = Array($0) }
    _ = SmallModels.logits(model, tokens, hooks: hooks)
    #expect(output == embedding)
  }

  @Test func hooksSeeEveryReplay() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    var hooks = Hooks<Float>()
    var runs = 0
    hooks.read(at: "logits") { _ in runs += 1 }
    let pass = SmallModels.logits(model, SmallModels.tokens(12), hooks: hooks).pass
    pass.tape.replay()
    pass.tape.replay()
    #expect(runs == 3)
  }

  @Test func gradientsPassThroughAnEdit() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Double.self)
    func gradient(_ hooks: Hooks<Double>) -> [Double] {
      let tape = Tape<Double>(pool: .inline)
      let pass = ForwardPass(tape: tape, batch: 1, length: 8, hooks: hooks)
      pass.tokens.assign(SmallModels.tokens(8))
      let targets = tape.indices([8])
      targets.assign(SmallModels.tokens(8, seed: 8))
      model.parameters.clearGradients()
      tape.backward(from: model.loss(pass, targets: targets))
      return model.embedding.gradientArray
    }
    var nothing = Hooks<Double>()
    nothing.edit(at: "layers.0.output") { _ in }
    #expect(gradient(nothing) == gradient(Hooks()))
  }
}
