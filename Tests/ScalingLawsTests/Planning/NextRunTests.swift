import ScalingLaws
import Statistics
import Testing

@Suite struct NextRunTests {
  static let sizes = [5e7, 1.5e8, 5e8, 1.5e9]
  static let tokens = [1e9, 4e9, 1.6e10, 6.4e10]
  static let options = FitOptions(
    objective: .squaredLog, interval: .parametric, resamples: 400)

  /// Fits a surface with known noise.
  static func fitted(adding run: (n: Double, d: Double)? = nil, seed: UInt64) throws -> Fit {
    var table = Surfaces.grid(
      Surfaces.replication, sizes: sizes, tokens: tokens, noise: 0.005, seed: seed)
    if let run {
      let extra = Surfaces.grid(
        Surfaces.replication, sizes: [run.n], tokens: [run.d], noise: 0.005, seed: seed + 1000)
      for name in ["N", "D"] {
        table.columns[name] = (table.columns[name] ?? []) + (extra.columns[name] ?? [])
      }
      table = Observations(columns: table.columns, response: table.response + extra.response)
    }
    return try fit(Chinchilla(), to: table, options: options)
  }

  @Test func rankings() throws {
    let advice = try Self.fitted(seed: 1).nextRuns(for: .outcome(compute: 1e22))
    #expect(advice.best.count == 5 && advice.bestPerCost.count == 5)
    for run in advice.best + advice.bestPerCost {
      #expect(run.compute <= advice.cap * (1 + 1e-9))
      #expect(agree(run.compute, 6 * run.size * run.tokens, 1e-12))
      #expect(run.shrinkage >= 0 && run.shrinkage < 1)
    }
    #expect(zip(advice.best, advice.best.dropFirst()).allSatisfy { $0.shrinkage >= $1.shrinkage })
    #expect(advice.best[0].shrinkage >= advice.bestPerCost[0].shrinkage)
    // The default cap: the largest run, as a tenth of the target is more.
    #expect(agree(advice.cap, 6 * 1.5e9 * 6.4e10, 1e-9))
    let small = try Self.fitted(seed: 1).nextRuns(for: .optimalSize(compute: 1e22), cap: 1e19)
    #expect(small.best.allSatisfy { $0.compute <= 1e19 * (1 + 1e-9) })
    #expect(throws: FitError.self) {
      try Self.fitted(seed: 1).nextRuns(for: .outcome(compute: 1e22), cap: 1)
    }
    #expect(throws: FitError.self) {
      try Surfaces.given.nextRuns(for: .outcome(compute: 1e22))
    }
  }

  /// The expected shrinkage against adding a simulated run and refitting: the ratio of interval
  /// widths, averaged over eight tables.
  @Test func agreesWithRefitting() throws {
    let run = (n: 6e9, d: 2e11)
    let target = PlanningTarget.forecast(columns: ["N": 2e10, "D": 4e11])
    var expected = 0.0
    var found = 0.0
    for seed in 0..<8 {
      let before = try Self.fitted(seed: UInt64(10 * seed))
      let after = try Self.fitted(adding: run, seed: UInt64(10 * seed))
      expected +=
        try before.shrinkage(of: target, addingSize: run.n, tokens: run.d) / 8
      func width(_ fit: Fit) -> Double {
        standardDeviation(fit.draws.map { fit.law.prediction($0, at: [2e10, 4e11]) })
          / fit.scatter
      }
      found += (1 - width(after) / width(before)) / 8
    }
    #expect(expected > 0.3)
    #expect(abs(expected - found) < 0.12, "expected \(expected), found \(found)")
  }

  @Test func sensitivity() throws {
    let fitted = try Self.fitted(seed: 2)
    let all = try fitted.sizeSensitivity(compute: 1e22)
    #expect(all.map(\.parameter).sorted() == ["A", "B", "E", "alpha", "beta"])
    #expect(all.allSatisfy { $0.share >= 0 && $0.share <= 1 + 1e-9 })
    // E does not enter N* = G·(C/6)^(β/(α+β)); A enters with elasticity 1/(α+β).
    let floor = try #require(all.first { $0.parameter == "E" })
    #expect(abs(floor.elasticity) < 1e-9)
    let a = try #require(all.first { $0.parameter == "A" })
    #expect(agree(a.elasticity, 1 / (fitted.estimate[3] + fitted.estimate[4]), 1e-6))
  }
}
