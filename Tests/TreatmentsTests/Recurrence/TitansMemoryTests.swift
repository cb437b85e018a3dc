import Cards
import LanguageModels
import Tensors
import Testing
import Treatments

@Suite struct TitansMemoryTests {
  private static let tokens = TreatmentFixtures.tokens(20)
  private static let row = TreatmentFixtures.vocabulary

  /// A linear memory on random numbers, with rates that are the same for all tokens.
  private static func memory(
    decay: Double, momentum: Double, step: Double, chunk: Int
  ) -> (read: [Double], queries: Tensor<Double>, tape: Tape<Double>, rates: [Tensor<Double>]) {
    let (length, heads, width) = (14, 2, 5)
    let tape = Tape<Double>(pool: .inline, isDifferentiable: false)
    var state: UInt64 = 11
    let projected = tape.input([length, 3 * heads * width])
    for index in 0..<projected.count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      projected.values[index] = Double(state >> 40) / Double(1 << 23) - 1
    }
    let rates = [decay, momentum, step].map { number in
      let rate = tape.input([length, heads])
      rate.buffer.update(repeating: number)
      return rate
    }
    let read = tape.neuralMemory(
      queries: HeadColumns(projected), keys: HeadColumns(projected, column: heads * width),
      values: HeadColumns(projected, column: 2 * heads * width),
      rates: NeuralMemoryRates(decay: rates[0], momentum: rates[1], step: rates[2]),
      initial: [tape.input([heads, width, width])],
      NeuralMemorySettings(
        batch: 1, headCount: heads, shape: NeuralMemoryShape(width: width), chunkLength: chunk))
    return (read.array, projected, tape, rates)
  }

  private static func recurrence(
    _ projected: Tensor<Double>, on tape: Tape<Double>,
    _ change: (inout LinearRecurrenceSettings<Double>) -> Void
  ) -> [Double] {
    var settings = LinearRecurrenceSettings<Double>(batch: 1, headCount: 2, keyWidth: 5)
    settings.evaluator = .recurrent
    change(&settings)
    return tape.linearRecurrence(
      queries: HeadColumns(projected), keys: HeadColumns(projected, column: 10),
      values: HeadColumns(projected, column: 20), settings
    ).output.array
  }

  @Test func halfAStepIsTheDeltaRule() {
    let memory = Self.memory(decay: 0, momentum: 0, step: 0.5, chunk: 1)
    let delta = Self.recurrence(memory.queries, on: memory.tape) { $0.usesDeltaRule = true }
    #expect(distance(memory.read, delta) <= 1e-12)
  }

  @Test func gradientsAtAnEmptyMemoryAreLinearAttention() {
    let memory = Self.memory(decay: 0, momentum: 0, step: 0.5, chunk: 14)
    let linear = Self.recurrence(memory.queries, on: memory.tape) { _ in }
    #expect(distance(memory.read, linear) <= 1e-12)
    // With decay it is linear attention with decay.
    let fading = Self.memory(decay: 0.3, momentum: 0, step: 0.5, chunk: 14)
    let decayed = Self.recurrence(fading.queries, on: fading.tape) { settings in
      let rate = fading.tape.input([2])
      rate.buffer.update(repeating: logarithm(0.7))
      settings.headLogDecay = rate
    }
    #expect(distance(fading.read, decayed) <= 1e-12)
  }

  /// With α = 1 nothing is left but the momentum: at an empty memory linear attention that fades at
  /// the rate η.
  @Test func aMemoryThatForgetsAllKeepsItsMomentum() {
    let memory = Self.memory(decay: 1, momentum: 0.6, step: 0.5, chunk: 14)
    let fading = Self.recurrence(memory.queries, on: memory.tape) { settings in
      let rate = memory.tape.input([2])
      rate.buffer.update(repeating: logarithm(0.6))
      settings.headLogDecay = rate
    }
    #expect(distance(memory.read, fading) <= 1e-12)
  }

  /// Without steps a memory of its own only fades: what is read depends on how many tokens came
  /// before and on how much each of them forgot, and on nothing that they held.
  @Test(arguments: [1, 2]) func withoutStepsNothingIsRemembered(_ depth: Int) throws {
    let changed = [(Self.tokens[0] + 1) % 20] + Self.tokens[1...]
    func logits(_ tokens: [Int32], step: Double) throws -> [Double] {
      try MixerProbe(
        "titans-memory",
        [
          "wiring": "memory", "depth": .number(Double(depth)), "step": .number(step),
          "convolution": 1,
        ], on: ProbeModel.llama, tokens: tokens
      ) { model in
        for parameter in model.parameters.parameters
        where parameter.name.hasSuffix("decay.weight") {
          parameter.tensor.buffer.update(repeating: 0)
        }
      }.logits
    }
    let others = Self.row...
    let without = (try logits(Self.tokens, step: 0), try logits(Array(changed), step: 0))
    #expect(without.0[others] == without.1[others])
    #expect(without.0[..<Self.row] != without.1[..<Self.row])
    let with = (try logits(Self.tokens, step: 0.1), try logits(Array(changed), step: 0.1))
    #expect(distance(with.0[(9 * Self.row)...], with.1[(9 * Self.row)...]) > 1e-6)
  }

  @Test(arguments: ["gate", "layer", "memory"], [1, 3])
  func decodingEqualsOnePassBeyondTheWindow(wiring: String, chunk: Int) throws {
    let options: [String: OptionValue] = [
      "wiring": .word(wiring), "chunk": .number(Double(chunk)), "window": 5, "persistent": 2,
      "step": 0.05,
    ]
    let probe = try MixerProbe("titans-memory", options, on: ProbeModel.llama, tokens: Self.tokens)
    let session = try DecodingSession(probe.model, batch: 1, pool: .inline)
    var start = 0
    for count in [1, 8, 1, 1, 8, 1] {
      let logits = Array(session.append([Array(Self.tokens[start..<(start + count)])]))
      start += count
      let expected = probe.logits[((start - 1) * Self.row)..<(start * Self.row)]
      #expect(distance(logits, expected) <= 1e-9 * (1 + (expected.map(abs).max() ?? 0)))
    }
  }

  /// A learned token of zeros has score and value zero: a softmax with a sink of score zero.
  @Test func aPersistentTokenIsAKeyThatAllQueriesSee() throws {
    let probe = try MixerProbe(
      "titans-memory", ["window": 1_000, "persistent": 1], on: ProbeModel.llama,
      tokens: Self.tokens
    ) { model in
      for parameter in model.parameters.parameters
      where parameter.name.hasSuffix("memoryNorm.gain") || parameter.name.hasSuffix("persistent") {
        parameter.tensor.buffer.update(repeating: 0)
      }
    }
    var sink = ProbeModel.llama
    for index in sink.layers.indices {
      guard case .attention(var attention) = sink.layers[index].tokenMixer else { continue }
      attention.weights = .softmaxWithSink
      sink.layers[index].tokenMixer = .attention(attention)
    }
    let model = try LanguageModel<Double>(sink, seed: 3)
    model.spread()
    for parameter in model.parameters.parameters where parameter.name.hasSuffix("sinkScore") {
      parameter.tensor.buffer.update(repeating: 0)
    }
    #expect(distance(probe.logits, model.logits(Self.tokens).values) <= 1e-12)
  }

  /// The second layer's memory of a model whose attention sees one token knows the first token.
  @Test func theMemoryReachesBeyondTheWindow() throws {
    let changed = [(Self.tokens[0] + 1) % 20] + Self.tokens[1...]
    func logits(_ tokens: [Int32], gain: Double?) throws -> [Double] {
      try MixerProbe(
        "titans-memory", ["window": 2, "step": 0.05], on: ProbeModel.llama, tokens: tokens
      ) { model in
        guard let gain else { return }
        for parameter in model.parameters.parameters
        where parameter.name.hasSuffix("memoryNorm.gain") {
          parameter.tensor.buffer.update(repeating: gain)
        }
      }.logits
    }
    let far = (10 * Self.row)...
    // Two layers of windows of two tokens see three tokens.
    let windowOnly = (try logits(Self.tokens, gain: 0), try logits(Array(changed), gain: 0))
    #expect(windowOnly.0[far] == windowOnly.1[far])
    let with = (try logits(Self.tokens, gain: nil), try logits(Array(changed), gain: nil))
    #expect(distance(with.0[far], with.1[far]) > 1e-6)
  }
}
