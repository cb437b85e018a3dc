import ScalingLaws
import Testing

@Suite struct MixtureLawTests {
  let law = MixtureLaw(domains: ["share_a", "share_b", "share_c"])

  @Test func theOptimumFillsTheBestDomainsFirst() throws {
    let point = [1.0, 0.5, -0.4, 0.1]
    let best = try #require(law.bestMixture(point, within: [0...1, 0...0.6, 0.1...1]))
    // b has the lowest t and is filled to 0.6, c takes the rest, a gets nothing.
    for (found, expected) in zip(best, [0, 0.6, 0.4]) { #expect(abs(found - expected) < 1e-12) }
    // No mixture of a fine grid inside the ranges does better.
    let loss = law.prediction(point, at: best)
    for i in 0...50 {
      for j in 0...30 {
        let (a, b) = (Double(i) / 50, Double(j) / 50)
        let c = 1 - a - b
        if c >= 0.1 { #expect(law.prediction(point, at: [a, b, c]) >= loss - 1e-12) }
      }
    }
  }

  @Test func rangesThatCannotAddUpAreRefused() {
    #expect(law.bestMixture([1, 0, 0, 0], within: [0...0.2, 0...0.2, 0...0.2]) == nil)
    #expect(law.bestMixture([1, 0, 0, 0], within: [0.5...1, 0.5...1, 0.5...1]) == nil)
  }
}
