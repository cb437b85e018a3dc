import Foundation
import Quantities
import ScalingLaws
import Statistics
import TestSupport
import Testing

@Suite struct TaskTrendTests {
  static let scale = PlantedLadder.decades(18, 22, 8)

  private func series(
    _ name: String, chance: Double? = 0.25, items: Int = 1000, losses: [Double]? = nil,
    seed: Int = 0, _ accuracy: (Double) -> Double
  ) -> TaskSeries {
    var random = SplittableRandom(seed: 1).split(seed)
    let metric = Self.scale.map { scale in
      Double(random.nextBinomial(trials: items, probability: accuracy(log10(scale))))
        / Double(items)
    }
    return TaskSeries(
      task: name, scale: Self.scale, metric: metric,
      items: Self.scale.map { _ in items }, chance: chance, losses: losses)
  }

  @Test func plantedShapes() throws {
    let rising = try TaskReport(series("rising") { 0.3 + 0.1 * ($0 - 18) })
    #expect(rising.direction == .normal)
    #expect(rising.recommendation == .taskSigmoid)
    #expect(rising.slope.low < 0.1 && 0.1 < rising.slope.high)
    #expect(rising.probability > 0.9)
    let inverse = try TaskReport(series("inverse") { 0.8 - 0.1 * ($0 - 18) })
    #expect(inverse.direction == .inverse)
    #expect(inverse.recommendation == .none)
    let turning = try TaskReport(series("U") { 0.4 + 0.06 * ($0 - 20) * ($0 - 20) })
    #expect(turning.shape == .uShaped && turning.direction == .recovering)
    let turn = try #require(turning.turningPoint)
    #expect(turn.low < 1e20 && 1e20 < turn.high)
    #expect(abs(log10(turn.value) - 20) < 0.3)
    let inverted = try TaskReport(series("inverted U") { 0.7 - 0.06 * ($0 - 20) * ($0 - 20) })
    #expect(inverted.shape == .invertedU && inverted.direction == .reversing)
    let flat = try TaskReport(series("flat") { _ in 0.6 }, relevantChange: 0.15)
    #expect(flat.direction == .flat && !flat.isAccepted)
  }

  /// A task at chance is refused whatever its trend looks like.
  @Test func chanceIsNeverExtrapolated() throws {
    var refused = 0
    for seed in 0..<200 {
      let report = try TaskReport(series("chance", seed: seed) { _ in 0.25 })
      if !report.isAccepted { refused += 1 }
      #expect(report.isAboveChance == false || report.isAccepted || report.direction != .normal)
    }
    #expect(refused >= 196)
  }

  @Test func lossesLeadToTheTwoStepLaw() throws {
    let losses = Self.scale.map { 1.7 + 100 * pow($0, -0.1) }
    let report = try TaskReport(series("known loss", losses: losses) { 0.3 + 0.1 * ($0 - 18) })
    #expect(report.recommendation == .lossToAccuracy)
  }

  @Test func seriesComeFromTheTable() throws {
    let table = Observations(
      columns: [
        "N": [1e8, 2e8, 4e8, 8e8, 1.6e9], "metric.arc": [0.3, 0.35, .nan, 0.45, 0.5],
        "metric.qa": [0.9, 0.8, 0.7, 0.6, 0.5],
      ], response: [3, 2.9, 2.8, 2.7, 2.6])
    let series = table.taskSeries(chance: ["arc": 0.25], lowerIsBetter: ["qa"])
    #expect(series.map(\.task) == ["arc", "qa"])
    #expect(series[0].scale == [1e8, 2e8, 8e8, 1.6e9])
    #expect(series[0].chance == 0.25 && series[1].chance == nil)
    #expect(try TaskReport(series[1]).recommendation == .powerConstant)
  }

  @Test func tooFewModelsAreNamed() {
    let series = TaskSeries(task: "short", scale: [1, 2, 3], metric: [0.1, 0.2, 0.3])
    #expect(throws: FitError.self) { try TaskReport(series) }
  }

  /// Zero-shot, step 143000, not deduplicated (Biderman et al., 2023): its README asks a tool to
  /// decline the tasks at chance.
  @Test(
    .enabled(if: SharedData.isPresent, "no shared tables"),
    arguments: [
      ("lambada_openai", 0.0, true), ("arc_easy", 0.25, true), ("piqa", 0.5, true),
      ("sciq", 0.25, true), ("winogrande", 0.5, true), ("logiqa", 0.25, false),
      ("mmlu_mean_of_57_subjects", 0.25, false),
      ("wsc", 0.5, false),
    ])
  func pythia(task: String, chance: Double, accepted: Bool) throws {
    let table = try #require(SharedData.table("pythia-evals/pythia_70m_to_2.8b.csv"))
    let tasks = table["task"] ?? []
    let rows = tasks.indices.filter { row in
      tasks[row] == task && table["deduped"]?[row] == "0" && table["shots"]?[row] == "0"
        && table["step"]?[row] == "143000"
    }
    func column(_ name: String) -> [Double] {
      let values = SharedData.numbers(table[name])
      return rows.map { values[$0] }
    }
    let report = try TaskReport(
      TaskSeries(
        task: task, scale: column("params_N"), metric: column("accuracy"),
        standardErrors: column("accuracy_stderr"), chance: chance))
    #expect(rows.count == 6)
    #expect(report.isAccepted == accepted, "\(report.sentence)")
  }
}

@Suite struct TaskVerdictTests {
  private func report(
    _ metric: [Double], error: Double, chance: Double? = nil
  ) throws -> TaskReport {
    let scale = metric.indices.map { 1e8 * pow(3, Double($0)) }
    return try TaskReport(
      TaskSeries(
        task: "t", scale: scale, metric: metric,
        standardErrors: metric.map { _ in error }, chance: chance))
  }

  /// From below chance to above it: not "at chance at every size".
  @Test func aTaskThatCrossesChanceIsSaidToCrossIt() throws {
    let moving = try report([0.18, 0.21, 0.25, 0.27, 0.295], error: 0.013, chance: 0.25)
    #expect(moving.chanceRelation == .crosses)
    #expect(moving.direction == .normal && moving.recommendation == .none)
    #expect(moving.sentence.contains("from 0.18 at the smallest size to 0.295 at the largest"))
    let still = try report([0.25, 0.26, 0.24, 0.25, 0.26], error: 0.013, chance: 0.25)
    #expect(still.chanceRelation == .atChance && still.sentence.contains("at every size"))
    #expect(
      try report([0.1, 0.11, 0.1, 0.09, 0.1], error: 0.01, chance: 0.25).chanceRelation == .below)
  }

  @Test func aTurnAndALateRiseAreSaid() throws {
    let turn = try report([0.53, 0.74, 0.46, 0.46], error: 0.01)
    #expect(turn.shape == .invertedU && turn.direction == .reversing)
    let late = try report([0.25, 0.255, 0.248, 0.252, 0.41], error: 0.013)
    #expect(late.shape == .lastRise && late.lastPValue < 1e-6)
    #expect(late.sentence.contains("improves at the last size only (p < 0.001)"))
  }

  /// The planted sigmoid at ten times the largest size lies in the forecast's interval.
  @Test func anAcceptedTaskIsForecast() throws {
    func accuracy(_ c: Double) -> Double { 0.25 + 0.65 / (1 + pow(3e20 / c, 0.6)) }
    var held = 0
    for seed in 0..<20 {
      var random = SplittableRandom(seed: 41).split(seed)
      let scale = PlantedLadder.decades(19, 22, 8)
      let metric = scale.map {
        Double(random.nextBinomial(trials: 2000, probability: accuracy($0))) / 2000
      }
      let series = TaskSeries(
        task: "t", scale: scale, metric: metric, items: scale.map { _ in 2000 }, chance: 0.25)
      let report = try TaskReport(series)
      #expect(report.recommendation == .taskSigmoid)
      let forecast = try #require(
        try series.forecasts(
          by: report, at: [1e23], options: FitOptions(resamples: 100, threads: 2)
        ).first)
      #expect(forecast.law == "task-sigmoid" && abs(forecast.beyond - 10) < 1e-9)
      #expect(forecast.run.high - forecast.run.low > forecast.value.high - forecast.value.low)
      if forecast.value.low <= accuracy(1e23), accuracy(1e23) <= forecast.value.high { held += 1 }
    }
    #expect(held >= 14)
  }
}
