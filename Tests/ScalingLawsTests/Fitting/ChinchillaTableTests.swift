import Foundation
import Quantities
import ScalingLaws
import TestSupport
import Testing

/// The points of Chinchilla's figure 4 as published by Epoch AI, beside the package.
enum ChinchillaTable {
  /// The rows; `all` keeps the five with the highest losses.
  static func observations(all: Bool) -> Observations? {
    guard let table = SharedData.table("chinchilla-fig4/chinchilla_fig4.csv"),
      let excluded = table["excluded_top5_loss"]
    else { return nil }
    let rows = excluded.indices.filter { all || excluded[$0] == "0" }
    func column(_ name: String) -> [Double] {
      let values = SharedData.numbers(table[name])
      return rows.map { values[$0] }
    }
    return Observations(
      columns: ["N": column("params_N"), "D": column("train_tokens_D")],
      response: column("loss_nats_per_token"), labels: rows.map { "chinchilla_fig4.csv:\($0 + 2)" })
  }
}

@Suite(.enabled(if: SharedData.isPresent, "needs ../shared/data"))
struct ChinchillaTableTests {
  let options = FitOptions(threads: 2)

  @Test func the240RowsReachThePublishedMinimum() throws {
    let rows = try #require(ChinchillaTable.observations(all: false))
    #expect(rows.count == 240)
    let result = try fit(Chinchilla(), to: rows, options: options)
    #expect(result.objectiveValue <= 0.001_018_274_02)
    // The valley is flat in (B, beta): a share of a per cent is the precision of the optimum.
    for (name, value) in [
      ("A", 477.84), ("B", 2143.9), ("E", 1.81724), ("alpha", 0.34731), ("beta", 0.36718),
    ] {
      let found = try #require(result.value(of: name))
      #expect(abs(found - value) <= 1e-3 * value, "\(name)")
    }
    for (name, published) in [
      ("A", 124.52), ("B", 1293.28), ("E", 0.02566), ("alpha", 0.01540), ("beta", 0.02060),
    ] {
      let error = result.standardError(of: name)
      #expect(abs(error - published) <= 0.15 * published, "\(name): \(error)")
    }
  }

  @Test func all245RowsReachTheKnownMinimum() throws {
    let rows = try #require(ChinchillaTable.observations(all: true))
    let result = try fit(Chinchilla(), to: rows, options: FitOptions(interval: .none))
    #expect(result.objectiveValue <= 0.001_826_010_53)
    #expect(abs((result.value(of: "beta") ?? 0) - 0.45305) < 2e-4)
  }

  @Test func droppingTheWorstFiveOneByOneFindsTheExcludedRows() throws {
    let rows = try #require(ChinchillaTable.observations(all: true))
    let result = try fit(Chinchilla(), to: rows, options: FitOptions(interval: .none))
    let influence = try result.influence(count: 5)
    let table = try #require(SharedData.table("chinchilla-fig4/chinchilla_fig4.csv"))
    let excluded = try #require(table["excluded_top5_loss"])
    let expected = Set(excluded.indices.filter { excluded[$0] == "1" })
    #expect(Set(influence.path.map(\.dropped)) == expected)
    let last = try #require(influence.path.last)
    #expect(abs(last.estimate[4] - 0.36717) < 2e-4)
    #expect(abs(last.objectiveValue - 0.001_018_274) < 1e-9)
  }

  @Test func publishedOptimaThatAreNotMinimaAreBeaten() throws {
    let rows = try #require(ChinchillaTable.observations(all: false))
    let best = try fit(Chinchilla(), to: rows, options: FitOptions(interval: .none))
    // Objectives at published parameters, from the table's README.
    for (parameters, objective) in [
      (
        ["E": 1.81686, "A": 482.00572, "B": 2085.43420, "alpha": 0.34781, "beta": 0.36585],
        0.001_018_644_7
      ),
      (["E": 1.69, "A": 406.4, "B": 410.7, "alpha": 0.34, "beta": 0.28], 0.004_121_0),
    ] {
      let held = try fit(
        Chinchilla(), to: rows, options: FitOptions(fixed: parameters, interval: .none))
      #expect(abs(held.objectiveValue - objective) <= 2e-4 * objective)
      #expect(best.objectiveValue < held.objectiveValue)
    }
  }

  @Test func theAveragedObjectiveDoesNotStopEarly() throws {
    let rows = try #require(ChinchillaTable.observations(all: false))
    var averaged = rows
    averaged.weights = rows.weights.map { $0 / Double(rows.count) }
    let sum = try fit(Chinchilla(), to: rows, options: FitOptions(interval: .none))
    let mean = try fit(Chinchilla(), to: averaged, options: FitOptions(interval: .none))
    for (a, b) in zip(sum.estimate, mean.estimate) { #expect(abs(a - b) <= 1e-6 * abs(a)) }
    #expect(abs(mean.objectiveValue * 240 - sum.objectiveValue) <= 1e-9 * sum.objectiveValue)
  }

  @Test func profileAndBootstrapIntervalsAgreeRoughly() throws {
    let rows = try #require(ChinchillaTable.observations(all: false))
    let profile = try fit(
      Chinchilla(), to: rows, options: FitOptions(interval: .profile, threads: 2))
    let interval = try #require(profile.interval(of: "alpha"))
    #expect(interval.low > 0.30 && interval.low < 0.34)
    #expect(interval.high > 0.355 && interval.high < 0.39)
  }
}

/// The objective in the convention of the package vpnls: mean Huber loss of raw residuals, with N
/// in millions and D in billions; the values are the best known ones.
@Suite(.enabled(if: SharedData.isPresent, "needs ../shared/data"))
struct IsoFLOPConventionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var file: String
    var experiment: String
    var rows: Int
    var objective: Double
  }

  static let cases = [
    Case(
      testDescription: "ml-scalefit Chinchilla", file: "isoflop_chinchilla_binned.csv",
      experiment: "ml_scalefit__massivetext__chinchilla", rows: 124, objective: 13.0895e-6),
    Case(
      testDescription: "Epoch Chinchilla", file: "isoflop_chinchilla_binned.csv",
      experiment: "epochai_chinchilla__massivetext__chinchilla", rows: 123, objective: 33.2145e-6),
    Case(
      testDescription: "Llama 3", file: "isoflop_llama3.csv", experiment: "llama_3__raw_loss",
      rows: 133, objective: 2.2765e-6),
  ]

  @Test(arguments: cases) func theObjectiveIsAtLeastAsGood(_ example: Case) throws {
    let table = try #require(SharedData.table("isoflop-llama3/\(example.file)"))
    let experiments = try #require(table["experiment"])
    let chosen = experiments.indices.filter { experiments[$0] == example.experiment }
    #expect(chosen.count == example.rows)
    func column(_ name: String) -> [Double] {
      let values = SharedData.numbers(table[name])
      return chosen.map { values[$0] }
    }
    let observations = Observations(
      columns: ["N": column("params_N"), "D": column("train_tokens_D")], response: column("loss"))
    let result = try fit(
      Chinchilla(), to: observations, options: FitOptions(objective: .huber, interval: .none))
    #expect(result.objectiveValue / Double(chosen.count) <= example.objective)
  }
}
