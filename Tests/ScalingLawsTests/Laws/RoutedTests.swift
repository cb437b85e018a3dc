import Foundation
import ScalingLaws
import TestSupport
import Testing

@Suite struct RoutedTests {
  // Clark et al., table 3, S-Base: a, d, b, c, E_start, E_max.
  let published = [-0.082, 1.104, -0.108, 0.009, 1.847, 314.478]

  @Test func followsThePublishedFormula() {
    for experts in [1.0, 2, 8, 64, 512] {
      for size in [1.5e7, 1.3e9] {
        let start = 1 / (1 / published[4] - 1 / published[5])
        let saturated = 1 / (1 / (experts - 1 + start) + 1 / published[5])
        let logLoss =
          published[0] * log10(size) + published[2] * log10(saturated)
          + published[3] * log10(size) * log10(saturated) + published[1]
        let predicted = Routed().prediction(published, at: [size, experts])
        #expect(abs(log10(predicted) - logLoss) < 1e-12)
        #expect(
          abs(Routed.saturatedExperts(experts, point: published) / saturated - 1) < 1e-12)
      }
    }
  }

  @Test func aDenseModelIsItsOwnEffectiveSize() {
    #expect(Routed.saturatedExperts(1, point: published) == published[4])
    #expect(Routed.effectiveParameters(3e8, experts: 1, point: published) == 3e8)
  }

  @Test func theEffectiveSizeHasTheSameLossDense() {
    let size = Routed.effectiveParameters(3e8, experts: 64, point: published)
    let routed = Routed().prediction(published, at: [3e8, 64])
    let dense = Routed().prediction(published, at: [size, 1])
    #expect(size > 1e9)
    #expect(abs(routed / dense - 1) < 1e-12)
  }

  @Test func routingStopsHelpingAtTheCutoff() {
    let cutoff = Routed.cutoffParameters(point: published)
    // 10^(0.108/0.009) = 10¹²; the paper's 937B comes from unrounded coefficients.
    #expect(abs(cutoff / 1e12 - 1) < 1e-9)
    let few = Routed().prediction(published, at: [cutoff, 2])
    let many = Routed().prediction(published, at: [cutoff, 256])
    #expect(abs(few / many - 1) < 1e-12)
  }

  @Test func recoversPlantedParametersInAnyUnit() throws {
    let planted = PlantedLaw(
      law: Routed(),
      truth: [
        "a": -0.082, "d": 1.104, "b": -0.108, "c": 0.009, "E_start": 1.847, "E_max": 314.478,
      ],
      columns: PlantedLaw.grid([
        ("N", [1.5e7, 5e7, 1.3e8, 3.7e8, 1.3e9]), ("experts", [1, 2, 4, 8, 32, 128, 512]),
      ]))
    #expect(try planted.recoveryError() < 1e-5)
    #expect(try planted.recoveryError(scaling: ["N": 1e-6]) < 1e-7)
  }

  /// Baselines fitted with SciPy to the same rows (the README beside the table).
  @Test(
    .enabled(if: SharedData.isPresent),
    arguments: [
      ("S-Base", [-0.0854, 1.1323, -0.1103, 0.0089, 2.204, 246.1], 48, 0.00250),
      ("RL-R", [-0.0852, 1.1262, -0.1163, 0.0103, 1.807, 478.3], 49, 0.00251),
      ("Hash", [-0.0889, 1.1716, -0.1276, 0.0112, 4.362, 451.2], 46, 0.00224),
    ])
  func agreesWithBaselinesOnPublishedRuns(
    router: String, baseline: [Double], rows: Int, scatter: Double
  ) throws {
    let table = try #require(SharedData.table("routed-moe/curves_15M_to_370M.csv"))
    let observations = try finalRows(table, router: router)
    #expect(observations.count == rows)
    let found = try fit(Routed(), to: observations, options: FitOptions(interval: .none))
    let rms =
      (found.objectiveValue * 2 / Double(rows)).squareRoot() / log(10)
    #expect(rms < scatter + 0.000005)
    for (name, pair) in zip(found.law.parameters.map(\.name), zip(found.estimate, baseline)) {
      // E_max, beyond most of the data, is the least certain.
      #expect(
        abs(pair.0 / pair.1 - 1) < (name == "E_max" ? 0.05 : 0.03), "\(name): \(pair)")
    }
  }

  /// The last evaluation of each run, dense runs as one expert.
  private func finalRows(_ table: [String: [String]], router: String) throws -> Observations {
    func column(_ name: String) throws -> [String] { try #require(table[name]) }
    let runs = try column("hyper_id")
    let routers = try column("router_type")
    let steps = SharedData.numbers(table["step"])
    let losses = SharedData.numbers(table["loss_validation"])
    let seeds = try column("seed")
    let frequency = SharedData.numbers(table["routing_frequency"])
    let active = SharedData.numbers(table["k"])
    var last: [String: Int] = [:]
    for row in runs.indices
    where [router, "Dense"].contains(routers[row]) && seeds[row] == "42"
      && frequency[row] == 0.5 && active[row] == 1 && losses[row].isFinite
    {
      if let other = last[runs[row]], steps[other] >= steps[row] { continue }
      last[runs[row]] = row
    }
    let chosen = last.values.sorted()
    let size = SharedData.numbers(table["dense_parameter_count"])
    let experts = SharedData.numbers(table["num_experts"])
    return Observations(
      columns: ["N": chosen.map { size[$0] }, "experts": chosen.map { experts[$0] }],
      response: chosen.map { losses[$0] })
  }
}
