import LanguageModels
import Statistics
import Tensors
import Testing

/// Decoding with a cache gives the logits of one pass over all tokens.
@Suite struct DecodingTests {
  @Test(arguments: SmallModels.causal.map(\.name), [[15], [1, 8, 3, 1], [8, 1, 1, 1, 1, 1]])
  func decodingEqualsOnePass(name: String, chunks: [Int]) throws {
    let configuration = try #require(
      SmallModels.causal.first { $0.name == name }?.configuration)
    let model = try SmallModels.make(configuration, as: Double.self)
    let count = chunks.reduce(0, +)
    let sequences = [SmallModels.tokens(count, seed: 1), SmallModels.tokens(count, seed: 2)]
    let whole = SmallModels.logits(model, sequences[0] + sequences[1], batch: 2).values
    let session = try DecodingSession(model, batch: 2, pool: .inline)
    let vocabulary = SmallModels.vocabulary
    var start = 0
    for chunk in chunks {
      let logits = Array(
        session.append(sequences.map { Array($0[start..<(start + chunk)]) }))
      start += chunk
      for sequence in 0..<2 {
        let row = (sequence * count + start - 1) * vocabulary
        for index in 0..<vocabulary {
          let expected = whole[row + index]
          #expect(
            abs(logits[sequence * vocabulary + index] - expected) <= 1e-11 * (1 + abs(expected)))
        }
      }
    }
    #expect(session.length == count)
  }

  @Test func aClearedSessionStartsAnew() throws {
    let model = try SmallModels.make(SmallModels.llama, as: Float.self)
    let session = try DecodingSession(model, batch: 1, pool: .inline)
    let tokens = [SmallModels.tokens(10)]
    let first = Array(session.append(tokens))
    session.step([3])
    session.clear()
    #expect(Array(session.append(tokens)) == first)
  }

  @Test func aWindowCacheEqualsAModelWithThatWindow() throws {
    // With one layer the keys do not depend on what earlier layers saw, so that dropping keys and
    // not looking at them is the same.
    var windowed = SmallModels.with(SmallModels.llama) {
      $0.pattern = .window(width: 4, sinks: 2)
    }
    windowed.layers = Array(windowed.layers.prefix(1))
    var plain = SmallModels.llama
    plain.layers = Array(plain.layers.prefix(1))
    let expected = SmallModels.logits(
      try SmallModels.make(windowed, as: Double.self), SmallModels.tokens(16)
    ).values.suffix(SmallModels.vocabulary)
    let session = try DecodingSession(
      try SmallModels.make(plain, as: Double.self), batch: 1,
      policy: .window(width: 4, sinks: 2), pool: .inline)
    let logits = session.append([SmallModels.tokens(16)])
    for (found, wanted) in zip(logits, expected) { #expect(abs(found - wanted) < 1e-10) }
    #expect(session.cache.capacity == 6)
  }

  @Test func greedyGenerationFollowsTheLargestLogit() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    let prompts = [SmallModels.tokens(5, seed: 4), SmallModels.tokens(3, seed: 5)]
    let session = try DecodingSession(model, batch: 2, pool: .inline)
    let added = Generation(rule: .greedy, tokenLimit: 6).run(prompts, in: session)
    for (prompt, tokens) in zip(prompts, added) {
      #expect(tokens.count == 6)
      var sequence = prompt
      for token in tokens {
        let last = SmallModels.logits(model, sequence).values.suffix(SmallModels.vocabulary)
        let best = try #require(zip(last, 0...).max { $0.0 < $1.0 })
        #expect(Int32(best.1) == token)
        sequence.append(token)
      }
    }
  }

  @Test func aSequenceDrawsTheSameWhateverItsNeighbours() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    let rule = SamplingRule(temperature: 1.5, topK: 9, topP: 0.95, repetitionPenalty: 1.2)
    let generation = Generation(rule: rule, tokenLimit: 7, seed: 11)
    let prompt = SmallModels.tokens(5, seed: 4)
    let alone = generation.run(
      [prompt], in: try DecodingSession(model, batch: 1, pool: .inline))
    let together = generation.run(
      [prompt, SmallModels.tokens(2, seed: 9)],
      in: try DecodingSession(model, batch: 2, pool: .inline))
    #expect(alone[0] == together[0])
  }

  @Test func generationEndsAtStopTokensAndAtTheContext() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    let session = try DecodingSession(model, batch: 1, pool: .inline)
    let all = Set((0..<Int32(SmallModels.vocabulary)))
    let one = Generation(tokenLimit: 9, stopTokens: all).run([[1, 2]], in: session)
    #expect(one[0].count == 1)
    session.clear()
    let many = Generation(tokenLimit: 99).run([[1, 2]], in: session)
    // The token after the last place of the context is drawn but not taken in.
    #expect(many[0].count == SmallModels.context - 2 + 1)
  }

  @Test func whatCannotBeDecodedIsRefused() throws {
    let encoder = try SmallModels.make(SmallModels.bert, as: Float.self)
    #expect(throws: ConfigurationError.self) {
      try DecodingSession(encoder, batch: 1, pool: .inline)
    }
    let learned = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    #expect(throws: ConfigurationError.self) {
      try DecodingSession(learned, batch: 1, maximumLength: 17, pool: .inline)
    }
  }
}
