import Optimization
import Quantities
import ScalingLaws
import Testing

/// A law that falls again far outside any table, as a flexible fit may.
struct TwoValleys: Law {
  var card: LawCard {
    LawCard(
      name: "two-valleys", title: "Two valleys", formula: "", citations: [],
      columns: [.parameters, .tokens])
  }
  var parameters: [LawParameter] { Chinchilla().parameters }

  /// Chinchilla, less a well of depth 5 about N = 10¹⁶.
  func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let distance = x.log(0) - 36.84
    let well = exp(Dual<K>(constant: -distance * distance))
    return Chinchilla().predict(p, x) - 5 * well
  }
}

@Suite struct DistantValleyTests {
  @Test func theValleyNextToTheTableWins() throws {
    let law = GivenLaw(
      law: TwoValleys(), estimate: Surfaces.replication, ranges: Surfaces.given.ranges)
    let plan = try law.plan(compute: 1e22)
    let plain = try Surfaces.given.plan(compute: 1e22)
    #expect(agree(plan.size.value, plain.size.value, 1e-4))
  }
}
