import Quantities
import ScalingLaws
import Testing

@Suite struct LadderDesignTests {
  @Test func findsALadderThatReachesTheAim() throws {
    let options = LadderOptions(target: 1e23, within: 0.02, worlds: 60, threads: 2)
    let design = try PriorLaw.chinchilla.designLadder(options)
    let first = try #require(design.chosen)
    #expect(first.simulated <= 0.02 && first.cost < design.budget)
    #expect(agree(first.cost, first.runs.reduce(0) { $0 + $1.compute }, 1e-12))
    #expect(first.runs.count == first.sizes * first.lengths.count * first.seeds)
    #expect(first.runs.allSatisfy { agree(6 * $0.size * $0.tokens, $0.compute, 1e-9) })
    // The runs lie about the optimum of their size: α·A·N^(−α) = β·B·D^(−β) at length one.
    let plan = try PriorLaw.chinchilla.plan(compute: first.largestRun / (first.lengths.max() ?? 1))
    #expect(agree(first.runs.map(\.size).max() ?? 0, plan.size.value, 1e-6))
    let costs = design.ladders.filter(\.reaches).map(\.cost)
    #expect(costs == costs.sorted())
    // To first order and by simulation the width is of the same size.
    #expect(first.expected < 2 * first.simulated && first.simulated < 3 * first.expected)
    #expect(design == (try PriorLaw.chinchilla.designLadder(options)))
  }

  @Test func lessNoiseIsCheaper() throws {
    func cost(_ scatter: Double) throws -> Double {
      let options = LadderOptions(
        target: 1e23, within: 0.02, seedNoise: scatter, rungScatter: scatter, worlds: 40)
      return try #require(try PriorLaw.chinchilla.designLadder(options).chosen).cost
    }
    #expect(try cost(0.001) < cost(0.004))
    #expect(throws: FitError.self) {
      try PriorLaw.chinchilla.designLadder(LadderOptions(target: 1e23, budget: 1e10))
    }
  }
}
