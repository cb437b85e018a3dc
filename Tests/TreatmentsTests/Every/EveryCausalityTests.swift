import LanguageModels
import Tensors
import Testing
import Treatments

/// A later token changes no earlier logit and no earlier decision of a router, except while training
/// where the card says so.
@Suite struct EveryCausalityTests {
  private static let batch = 2
  private static let length = TreatmentFixtures.context
  private static let tokens = TreatmentFixtures.tokens(batch * length)

  @Test(arguments: TreatmentFixtures.cases)
  func aLaterTokenChangesNoEarlierBit(_ test: TreatedCase) throws {
    for place in [1, 9, Self.length - 1] {
      try expectCausal(test, place, isTraining: false)
      if test.card.causality == .causal { try expectCausal(test, place, isTraining: true) }
    }
  }

  /// A card that admits to seeing the future while training does see it, so that the probe of
  /// inference means something.
  @Test(
    arguments: TreatmentFixtures.trainedCases.filter { $0.card.causality != .causal })
  func theFutureIsSeenWhileTraining(_ test: TreatedCase) throws {
    let seen = try (1..<Self.length).contains { place in
      let (before, after) = try Self.probe(test, place, isTraining: true)
      return Self.earlier(before.values, place) != Self.earlier(after.values, place)
    }
    #expect(seen)
  }

  /// Passes over the same tokens but one of the first sequence.
  private static func probe(
    _ test: TreatedCase, _ place: Int, isTraining: Bool
  ) throws -> (
    before: (values: [Float], pass: ForwardPass<Float>),
    after: (values: [Float], pass: ForwardPass<Float>)
  ) {
    var changed = tokens
    changed[place] = (changed[place] + 1) % Int32(TreatmentFixtures.vocabulary)
    // A model of its own for each pass: some have state that a pass of training moves.
    return (
      try test.model().logits(tokens, batch: batch, isTraining: isTraining),
      try test.model().logits(changed, batch: batch, isTraining: isTraining)
    )
  }

  private static func earlier(_ values: [Float], _ place: Int) -> ArraySlice<Float> {
    values[..<(place * TreatmentFixtures.vocabulary)]
  }

  private func expectCausal(_ test: TreatedCase, _ place: Int, isTraining: Bool) throws {
    let (before, after) = try Self.probe(test, place, isTraining: isTraining)
    let row = TreatmentFixtures.vocabulary
    let second = Self.length * row
    #expect(Self.earlier(before.values, place) == Self.earlier(after.values, place), "at \(place)")
    // The other sequence of the batch is another world.
    #expect(before.values[second...] == after.values[second...], "at \(place)")
    // The probe is alive.
    #expect(before.values[(place * row)..<second] != after.values[(place * row)..<second])
    #expect(before.pass.routings.keys.sorted() == after.pass.routings.keys.sorted())
    for (site, routing) in before.pass.routings {
      let other = try #require(after.pass.routings[site])
      let chosen = try Self.perRow(routing.chosen.count) * place
      #expect(routing.chosen.array[..<chosen] == other.chosen.array[..<chosen], "\(site)")
      let weights = try Self.perRow(routing.weights.count) * place
      #expect(routing.weights.array[..<weights] == other.weights.array[..<weights], "\(site)")
    }
  }

  /// How many of a router's numbers belong to one token.
  private static func perRow(_ count: Int) throws -> Int {
    let rows = batch * length
    try #require(count % rows == 0, "\(count) decisions of \(rows) tokens")
    return count / rows
  }
}
