import Optimization
import Quantities
import ScalingLaws
import Testing

@Suite struct CoverageTests {
  /// 500 planted tables; nominal 90 % intervals must cover the truth 85 to 95 % of the time.
  @Test(arguments: [
    (sizes: 6, noise: 0.003, method: FitOptions.IntervalMethod.automatic),
    (sizes: 8, noise: 0.002, method: .automatic),
    (sizes: 5, noise: 0.003, method: .parametric),
  ])
  func nominalIntervalsCover(_ plan: (sizes: Int, noise: Double, method: FitOptions.IntervalMethod))
  {
    let truth = PlantedTables.truth
    let hits = parallelMap(count: 500, threads: 2) { index -> [Bool] in
      let table = PlantedTables.chinchilla(
        sizes: plan.sizes, noise: plan.noise, seed: 1000 + UInt64(index))
      let options = FitOptions(
        interval: plan.method, resamples: 400, seed: UInt64(index), polished: 8)
      guard let result = try? fit(Chinchilla(), to: table, options: options) else { return [] }
      let quantities: [@Sendable ([Double]) -> Double] = [
        { $0[3] }, { $0[4] },
        { PlantedTables.optimalSize($0, compute: 1e23) },
        { PlantedTables.optimalLoss($0, compute: 1e23) },
      ]
      return quantities.map { quantity in
        let interval = result.derived(quantity)
        let value = quantity(truth)
        return interval.low <= value && value <= interval.high
      }
    }
    #expect(hits.allSatisfy { $0.count == 4 })
    for (slot, name) in ["alpha", "beta", "N*(C)", "L(C)"].enumerated() {
      let share = Double(hits.filter { $0[slot] }.count) / Double(hits.count)
      #expect(share >= 0.85 && share <= 0.95, "\(name) is covered \(share) of the time")
    }
  }
}
