import LanguageModels
import Tensors
import Testing

/// A later token never changes an earlier logit, nor an earlier decision of a router.
@Suite struct CausalityTests {
  @Test(arguments: SmallModels.causal.map(\.name))
  func aFutureTokenChangesNoEarlierBit(name: String) throws {
    let configuration = try #require(
      SmallModels.causal.first { $0.name == name }?.configuration)
    let model = try SmallModels.make(configuration, as: Float.self)
    let tokens = SmallModels.tokens(2 * SmallModels.context)
    let before = SmallModels.logits(model, tokens, batch: 2)
    let place = 9
    var changed = tokens
    changed[place] = (changed[place] + 1) % Int32(SmallModels.vocabulary)
    let after = SmallModels.logits(model, changed, batch: 2)
    let row = SmallModels.vocabulary
    #expect(before.values[..<(place * row)] == after.values[..<(place * row)])
    // The other sequence of the batch is another world.
    let second = SmallModels.context * row
    #expect(before.values[second...] == after.values[second...])
    #expect(before.values[(place * row)..<second] != after.values[(place * row)..<second])
    for (site, routing) in before.pass.routings {
      let other = try #require(after.pass.routings[site])
      let chosen = routing.chosen.count / tokens.count
      #expect(
        routing.chosen.array[..<(place * chosen)] == other.chosen.array[..<(place * chosen)])
    }
  }

  @Test func anEncoderSeesTheWholeSequence() throws {
    let model = try SmallModels.make(SmallModels.bert, as: Float.self)
    let tokens = SmallModels.tokens(12)
    var changed = tokens
    changed[11] = (changed[11] + 1) % Int32(SmallModels.vocabulary)
    let first = SmallModels.vocabulary
    #expect(
      SmallModels.logits(model, tokens).values[..<first]
        != SmallModels.logits(model, changed).values[..<first])
  }

  @Test func paddingOfAnEncoderIsNotSeen() throws {
    let model = try SmallModels.make(SmallModels.bert, as: Float.self)
    let tokens = SmallModels.tokens(12)
    var changed = tokens
    changed[11] = (changed[11] + 1) % Int32(SmallModels.vocabulary)
    let visible = 8 * SmallModels.vocabulary
    func logits(_ tokens: [Int32]) -> ArraySlice<Float> {
      SmallModels.logits(model, tokens) { $0.lengths.assign([8]) }.values[..<visible]
    }
    #expect(logits(tokens) == logits(changed))
  }
}
