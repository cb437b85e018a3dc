import Foundation
import Optimization
import Quantities
import ScalingLaws
import Statistics
import Testing

/// Nominal 90 % intervals of laws with 4 to 12 rows a parameter, where random weights under-cover.
///
/// The outcomes come from the papers' formulas written here, not from the laws; every law has
/// planted tables of its own in scripts/coverage.d/laws.py.
@Suite struct LawCoverageTests {
  private struct Plan: Sendable {
    var law: any Law
    var columns: [String: [Double]]
    var truth: [Double]
    var noise: Double
    var counted: [Int]
    var formula: @Sendable ([Double], [String: [Double]], Int) -> Double
  }

  // [37]: E + (a·M^eta + b·M^−eta)·C^−eta.
  private static let overtraining: Plan = {
    let sizes = (0..<6).map { 1e7 * pow(40, Double($0) / 5) }
    let columns = PlantedLaw.grid([("N", sizes), ("M", [20, 60, 160, 320])])
    let n = columns["N"] ?? []
    let d = zip(n, columns["M"] ?? []).map { $0 * $1 }
    return Plan(
      law: Overtraining(), columns: ["N": n, "D": d], truth: [1.837, 212.2, 366.7, 0.1364],
      noise: 0.004, counted: [0, 1, 2, 3]
    ) { p, x, row in
      let (n, d) = (x["N"]?[row] ?? .nan, x["D"]?[row] ?? .nan)
      let m = d / n
      return p[0] + (p[1] * pow(m, p[3]) + p[2] * pow(m, -p[3])) * pow(6 * n * d, -p[3])
    }
  }()

  // [L10]: log10 L = a·log10 N + b·log10 Ê + c·log10 N·log10 Ê + d; a, d, b, c in the law's order.
  private static let routed: Plan = {
    let sizes = (0..<5).map { 1.5e7 * pow(90, Double($0) / 4) }
    return Plan(
      law: Routed(),
      columns: PlantedLaw.grid([("N", sizes), ("experts", [1, 2, 4, 16, 64, 256, 512])]),
      truth: [-0.083, 1.114, -0.118, 0.0099, 2.08, 239], noise: 0.005, counted: [0, 1, 2, 3]
    ) { p, x, row in
      let (n, e) = (log10(x["N"]?[row] ?? .nan), x["experts"]?[row] ?? .nan)
      let saturated = -log10(1 / (e - 1 + 1 / (1 / p[4] - 1 / p[5])) + 1 / p[5])
      return pow(10, p[0] * n + p[2] * saturated + p[3] * n * saturated + p[1])
    }
  }()

  @Test(arguments: ["overtraining", "routed"]) func nominalIntervalsCover(_ name: String) {
    let plan = name == "routed" ? Self.routed : Self.overtraining
    let rows = plan.columns["N"]?.count ?? 0
    let worlds = 60
    let held = parallelMap(count: worlds, threads: 2) { index -> [Bool] in
      var random = SplittableRandom(seed: 500 + UInt64(index))
      let response = (0..<rows).map {
        plan.formula(plan.truth, plan.columns, $0) * exp(plan.noise * random.nextNormal())
      }
      let options = FitOptions(resamples: 200, seed: UInt64(index), polished: 4)
      guard
        let fitted = try? fit(
          plan.law, to: Observations(columns: plan.columns, response: response), options: options)
      else { return [] }
      return plan.counted.map { slot in
        let interval = fitted.interval(of: plan.law.parameters[slot].name)
        return interval.map { $0.low <= plan.truth[slot] && plan.truth[slot] <= $0.high } ?? false
      }
    }
    #expect(held.allSatisfy { $0.count == plan.counted.count })
    // Parameters of one table are covered together, so 60 worlds know the share within 0.04.
    let all = held.flatMap { $0 }
    let share = Double(all.filter { $0 }.count) / Double(all.count)
    #expect(share >= 0.82 && share <= 0.98, "\(name): covered \(share) of the time")
  }
}
