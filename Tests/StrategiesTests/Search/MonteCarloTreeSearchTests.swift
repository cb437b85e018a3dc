import Corpora
import Foundation
import RunTables
import Strategies
import Testing

/// The checks of [202] on tree search by PUCT and on retries.
@Suite struct MonteCarloTreeSearchTests {
  /// Q + P·√N/(1 + n)·(ln((N + c_base + 1)/c_base) + c_init), worked out by hand.
  @Test func puctByHand() {
    let value = MonteCarloTreeSearch.puct(
      value: 0.5, prior: 0.25, parentVisits: 16, visits: 3)
    #expect(abs(value - (0.5 + 0.25 * 4 / 4 * (log(19_669.0 / 19_652) + 1.25))) < 1e-12)
    let curious = MonteCarloTreeSearch.puct(
      value: 0.5, prior: 1, parentVisits: 9, visits: 0, exploration: 0)
    #expect(abs(curious - (0.5 + 3 * log(19_662.0 / 19_652))) < 1e-12)
  }

  @Test func budgetsAreKept() throws {
    let problems = try SmallPolicy.problems(30)
    let bench = try SmallPolicy.bench(OracleVerifier())
    let task = bench.policy.task
    for budget in [1, 2, 5, 8] {
      for width in ["1", "3"] {
        let results = try SmallPolicy.solve(
          "monte-carlo-tree-search", ["width": width], problems, budget: budget, on: bench)
        for result in results {
          #expect(!result.attempts.isEmpty)
          #expect(result.cost.generatedTokens <= Double(budget * task.solutionLength))
          // At most a part of a solution is left over.
          #expect(
            result.cost.generatedTokens > Double((budget - 1) * task.solutionLength))
          #expect(result.attempts.allSatisfy { $0.stepScores?.count == task.stepCount })
        }
      }
    }
  }

  /// With a verifier that knows, more search finds more, and not fewer than as many samples: with one
  /// continuation at a time, too, which must not stay with its first.
  @Test(arguments: ["1", "4"]) func anOracleLeadsTheSearch(width: String) throws {
    let problems = try SmallPolicy.problems(120)
    let bench = try SmallPolicy.bench(OracleVerifier())
    let found = try [1, 4, 8].map { budget in
      try SmallPolicy.solve(
        "monte-carlo-tree-search", ["width": width], problems, budget: budget, on: bench
      ).count { $0.isCorrect }
    }
    let sampled = try SmallPolicy.solve(
      "parallel-sampling", ["select": "best"], problems, budget: 8, on: bench
    ).count { $0.isCorrect }
    #expect(found[1] > found[0] + 20 && found[2] > found[1], "\(found)")
    #expect(found[2] >= sampled - 6, "\(found) against \(sampled)")
  }

  @Test func retriesStopWhenTheVerifierIsSure() throws {
    let problems = try SmallPolicy.problems(60)
    let bench = try SmallPolicy.bench(OracleVerifier())
    let samples = try bench.sampler.samples(6, of: problems)
    let results = try SmallPolicy.solve("gated-retry", problems, budget: 6, on: bench)
    for (result, samples) in zip(results, samples) {
      let first = samples.firstIndex(where: \.isCorrect)
      #expect(result.attempts.count == first.map { $0 + 1 } ?? 6)
      #expect(result.isCorrect == (first != nil))
      let tokens = Double(result.attempts.count * bench.policy.task.solutionLength)
      #expect(result.cost.generatedTokens == tokens)
    }
    let never = try SmallPolicy.solve(
      "gated-retry", ["threshold": "0"], problems, budget: 6, on: bench)
    #expect(never.allSatisfy { $0.attempts.count == 1 })
  }
}
