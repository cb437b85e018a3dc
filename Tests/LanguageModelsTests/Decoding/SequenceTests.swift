import LanguageModels
import Statistics
import Tensors
import Testing

/// Logits of all new tokens, going back, and going on from what other sequences hold.
@Suite struct SequenceTests {
  private let vocabulary = SmallModels.vocabulary

  @Test(arguments: SmallModels.causal.map(\.name), [[15], [3, 12], [1, 2, 4, 8]])
  func logitsOfAllTokensEqualOnePass(name: String, chunks: [Int]) throws {
    let configuration = try #require(
      SmallModels.causal.first { $0.name == name }?.configuration)
    let model = try SmallModels.make(configuration, as: Double.self)
    let sequences = [SmallModels.tokens(15, seed: 1), SmallModels.tokens(15, seed: 2)]
    let whole = SmallModels.logits(model, sequences[0] + sequences[1], batch: 2).values
    let session = try DecodingSession(model, batch: 2, pool: .inline)
    var start = 0
    for chunk in chunks {
      let logits = session.logits(appending: sequences.map { Array($0[start..<start + chunk]) })
      #expect(logits.count == 2 * chunk * vocabulary)
      for sequence in 0..<2 {
        for index in 0..<chunk * vocabulary {
          let expected = whole[(sequence * 15 + start) * vocabulary + index]
          let found = logits[sequence * chunk * vocabulary + index]
          #expect(abs(found - expected) <= 1e-11 * (1 + abs(expected)))
        }
      }
      start += chunk
    }
  }

  @Test func manyTokensAreCutIntoPassesWithTheLogitsOfAll() throws {
    var configuration = SmallModels.llama
    configuration.contextLength = 128
    let model = try SmallModels.make(configuration, as: Double.self)
    let sequences = [SmallModels.tokens(103, seed: 1), SmallModels.tokens(103, seed: 2)]
    let whole = SmallModels.logits(model, sequences[0] + sequences[1], batch: 2).values
    let session = try DecodingSession(model, batch: 2, pool: .inline)
    let logits = session.logits(appending: sequences)
    #expect(session.use.passes == 4)
    #expect(zip(logits, whole).allSatisfy { abs($0 - $1) <= 1e-10 * (1 + abs($1)) })
  }

  /// Up to eight tokens a pass have the bits of single steps, so that what is drawn does not depend
  /// on how many were drafted.
  @Test(arguments: [1, 2]) func shortPassesHaveTheBitsOfSteps(threads: Int) throws {
    for configuration in [SmallModels.gpt2, SmallModels.llama] {
      let model = try SmallModels.make(configuration, as: Float.self)
      let tokens = SmallModels.tokens(16)
      let steps = try DecodingSession(model, batch: 1, pool: .inline)
      let expected = tokens.flatMap { Array(steps.step([$0])) }
      for count in 1...8 {
        let session = try DecodingSession(model, batch: 1, pool: ThreadPool(threads: threads))
        session.append([Array(tokens[..<5])])
        let logits = Array(session.logits(appending: [Array(tokens[5..<5 + count])]))
        #expect(logits == Array(expected[5 * vocabulary..<(5 + count) * vocabulary]))
      }
    }
  }

  @Test func whatFollowsGoingBackHasTheBitsOfNeverHavingGone() throws {
    for name in ["gpt2", "llama", "window", "experts", "linear bias", "softmax with sink"] {
      let configuration = try #require(
        SmallModels.causal.first { $0.name == name }?.configuration)
      let model = try SmallModels.make(configuration, as: Float.self)
      let (first, wrong, right) = (
        SmallModels.tokens(6), SmallModels.tokens(5, seed: 8), SmallModels.tokens(4, seed: 9)
      )
      let fresh = try DecodingSession(model, batch: 1, pool: .inline)
      fresh.append([first])
      let expected = Array(fresh.logits(appending: [right]))
      let session = try DecodingSession(model, batch: 1, pool: .inline)
      session.append([first])
      _ = session.logits(appending: [wrong])
      try session.rewind(to: 6)
      #expect(session.length == 6)
      #expect(Array(session.logits(appending: [right])) == expected, "\(name)")
    }
  }

  @Test func statesAndDroppedKeysCannotGoBack() throws {
    let recurrent = try DecodingSession(
      SmallModels.make(SmallModels.linearRecurrence, as: Float.self), batch: 1, pool: .inline)
    #expect(!recurrent.canRewind)
    recurrent.append([SmallModels.tokens(4)])
    #expect(throws: ConfigurationError.self) { try recurrent.rewind(to: 3) }
    try recurrent.rewind(to: 4)
    #expect(recurrent.length == 4)

    let model = try SmallModels.make(SmallModels.llama, as: Float.self)
    let window = try DecodingSession(
      model, batch: 1, policy: .window(width: 4, sinks: 2), pool: .inline)
    window.append([SmallModels.tokens(6)])
    try window.rewind(to: 5)
    window.append([SmallModels.tokens(2)])
    #expect(throws: ConfigurationError.self) { try window.rewind(to: 6) }
    try window.rewind(to: 0)
    #expect(window.length == 0)
  }

  @Test(arguments: SmallModels.causal.map(\.name))
  func sequencesGoOnFromWhatOthersHeld(name: String) throws {
    let configuration = try #require(
      SmallModels.causal.first { $0.name == name }?.configuration)
    let model = try SmallModels.make(configuration, as: Float.self)
    let prefixes = (0..<4).map { SmallModels.tokens(7, seed: 20 + UInt64($0)) }
    let next = (0..<4).map { SmallModels.tokens(3, seed: 30 + UInt64($0)) }
    let session = try DecodingSession(model, batch: 4, pool: .inline)
    session.append(prefixes)
    for parents in [[2, 0, 0, 1], [1, 1, 1, 1], [3, 2, 1, 0], [0, 1, 2, 3]] {
      let fresh = try DecodingSession(model, batch: 4, pool: .inline)
      fresh.append(parents.map { prefixes[$0] })
      let expected = Array(fresh.logits(appending: next))
      let reordered = try DecodingSession(model, batch: 4, pool: .inline)
      reordered.append(prefixes)
      reordered.reorder(parents: parents)
      #expect(Array(reordered.logits(appending: next)) == expected)
    }
    let one = try DecodingSession(model, batch: 1, pool: .inline)
    try one.fork(from: session, parents: [2])
    let alone = Array(one.step([5]))
    let together = session.step([5, 5, 5, 5])
    #expect(alone == Array(together[2 * vocabulary..<3 * vocabulary]))
  }

  @Test func sessionsOfOtherModelsAreRefused() throws {
    let model = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    let other = try SmallModels.make(SmallModels.gpt2, as: Float.self)
    let session = try DecodingSession(model, batch: 1, pool: .inline)
    #expect(throws: ConfigurationError.self) {
      try session.fork(from: try DecodingSession(other, batch: 1, pool: .inline), parents: [0])
    }
  }

  /// Passes that follow each other sum to the costs of the whole, which were counted another way.
  @Test(arguments: ["gpt2", "llama", "window", "experts", "repeated layers"])
  func operationsOfPassesSumToThoseOfTheWhole(name: String) throws {
    let configuration = try #require(
      SmallModels.causal.first { $0.name == name }?.configuration)
    let session = try DecodingSession(
      SmallModels.make(configuration, as: Float.self), batch: 2, pool: .inline)
    for chunk in [1, 5, 2, 7] {
      _ = session.logits(appending: [SmallModels.tokens(chunk), SmallModels.tokens(chunk)])
    }
    let whole = 2 * ModelCosts(configuration).forwardOperations(length: 15)
    #expect(abs(session.use.operations - whole) <= 1e-9 * whole)
    #expect(session.use.processedTokens == 30)
    #expect(session.use.passes == 4)
    // Without the head where no logits were made.
    session.clear()
    let before = session.use
    session.append([SmallModels.tokens(8), SmallModels.tokens(8)])
    let head = Double(2 * configuration.width * configuration.vocabularyCount)
    let saved = 2 * ModelCosts(configuration).forwardOperations(length: 8) - 2 * 7 * head
    #expect(abs((session.use - before).operations - saved) <= 1e-9 * saved)
  }
}
