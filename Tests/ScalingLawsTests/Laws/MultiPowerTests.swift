import Foundation
import ScalingLaws
import TestSupport
import Testing

/// The published loss curves of [L14], with their schedules by the exact rule beside the table.
enum PublishedCurves {
  static let peak = 3e-4
  static let floor = 3e-5
  static let warmup = 2160
  static let fitted = ["cosine_24000", "constant_24000", "wsdcon_9"]
  static let tested = [
    "constant_72000", "cosine_72000", "wsd_20000_24000", "wsdld_20000_24000", "wsdcon_18",
    "wsdcon_3",
  ]

  static func schedule(_ name: String) -> [Double] {
    let parts = name.split(separator: "_").map(String.init)
    let last = parts[0] == "wsdcon" ? 16_000 : Int(parts[parts.count - 1]) ?? 0
    return (0...last).map { step in
      let t = Double(step)
      if step < warmup { return peak * t / Double(warmup - 1) }
      switch parts[0] {
      case "cosine":
        let share = (t - Double(warmup)) / Double(last - warmup)
        return floor + (peak - floor) / 2 * (1 + cos(.pi * share))
      case "wsdcon": return step < 8000 ? peak : (Double(parts[1]) ?? 0) * 1e-5
      case "wsd":
        let share = min(max((t - 20_000) / 4000, 0), 1)
        return pow(peak, 1 - share) * pow(floor, share)
      case "wsdld":
        let share = min(max((t - 20_000) / 4000, 0), 1)
        return peak * (1 - share) + floor * share
      default: return peak
      }
    }
  }

  static func observations(model: String, schedules: [String]) throws -> Observations {
    let table = try #require(SharedData.table("multi-power-law-curves/loss_curves.csv"))
    let models = table["model_label_Mparams"] ?? []
    let names = table["schedule"] ?? []
    let steps = SharedData.numbers(table["step"])
    let losses = SharedData.numbers(table["loss_nats_per_token"])
    let rows = names.indices.filter { models[$0] == model && schedules.contains(names[$0]) }
    let observations = Observations(
      columns: ["step": rows.map { steps[$0] }], response: rows.map { losses[$0] },
      schedules: schedules.map { LearningRateSchedule(rates: schedule($0)) },
      scheduleOfRow: rows.map { schedules.firstIndex(of: names[$0]) ?? -1 })
    return try observations.addingScheduleAreas()
  }

  /// R², mean absolute and root mean squared error, averaged over the schedules of a table.
  static func score(
    _ parameters: [Double], _ table: Observations
  ) -> (r2: Double, mae: Double, rmse: Double) {
    let area = table.columns["S1"] ?? []
    var sums = (r2: 0.0, mae: 0.0, rmse: 0.0)
    let schedules = Set(table.scheduleOfRow).sorted()
    for schedule in schedules {
      let rows = table.response.indices.filter { table.scheduleOfRow[$0] == schedule }
      let errors = rows.map { row in
        MultiPower().prediction(
          parameters, at: [area[row]], segments: table.schedules[schedule].segments)
          - table.response[row]
      }
      let mean = rows.reduce(0) { $0 + table.response[$1] } / Double(rows.count)
      let total = rows.reduce(0) { $0 + pow(table.response[$1] - mean, 2) }
      let squares = errors.reduce(0) { $0 + $1 * $1 }
      sums.r2 += 1 - squares / total
      sums.mae += errors.reduce(0) { $0 + abs($1) } / Double(rows.count)
      sums.rmse += (squares / Double(rows.count)).squareRoot()
    }
    let count = Double(schedules.count)
    return (sums.r2 / count, sums.mae / count, sums.rmse / count)
  }
}

@Suite struct MultiPowerTests {
  /// L0, A, alpha, B, C, beta, gamma of the authors' repository, and their test means: R², mean
  /// absolute error, root mean squared error.
  static let published: [(model: String, parameters: [Double], score: [Double])] = [
    (
      "25",
      [
        3.040_454_06, 0.524_686_04, 0.507_868_57, 363.787_516_22, 2.065_608_12, 0.582_790_13,
        0.641_422_57,
      ], [0.9988, 0.00376, 0.00465]
    ),
    (
      "100",
      [
        2.651_447_7, 0.601_151_52, 0.452_958_11, 437.946_427_6, 2.132_456_12, 0.597_851_99,
        0.655_236_44,
      ], [0.9983, 0.00435, 0.00592]
    ),
  ]

  /// The law's sum over every step, without segments.
  private func exact(_ p: [Double], rates: [Double], step: Int) -> Double {
    let area = rates[...step].reduce(0, +)
    var before = rates[0]
    var fall = 0.0
    for k in 1...step {
      let reach = p[4] * pow(rates[k], -p[6]) * (area - before)
      fall += (rates[k - 1] - rates[k]) * (1 - pow(1 + reach, -p[5]))
      before += rates[k]
    }
    return p[0] + p[1] * pow(area, -p[2]) - p[3] * fall
  }

  // The curves' own error is 5e-3: the segments must stay far below it.
  @Test(arguments: PublishedCurves.fitted + PublishedCurves.tested)
  func segmentsReproduceTheSumOverEveryStep(_ name: String) {
    let rates = PublishedCurves.schedule(name)
    let p = Self.published[0].parameters
    let schedule = LearningRateSchedule(rates: rates)
    let areas = schedule.cumulativeArea
    for step in [2200, 6000, 8000, 8001, 8100, 12_000, rates.count - 1] {
      let loss = MultiPower().prediction(p, at: [areas[step]], segments: schedule.segments)
      #expect(abs(loss - exact(p, rates: rates, step: step)) < 2e-4)
    }
  }

  // Changes that lie far back are gathered in groups, which must not show in the sum.
  @Test(arguments: PublishedCurves.fitted + PublishedCurves.tested)
  func gatheredSegmentsReproduceTheSumOverEveryStep(_ name: String) {
    let rates = PublishedCurves.schedule(name)
    let schedule = LearningRateSchedule(rates: rates)
    let areas = schedule.cumulativeArea
    let steps = [2200, 6000, 8000, 8001, 8100, 12_000, rates.count - 1]
    let lists = schedule.segments(at: steps.map { areas[$0] })
    for p in [Self.published[0].parameters, [3, 0.5, 0.5, 400, 0.02, 0.65, 1.2]] {
      for (step, list) in zip(steps, lists) {
        #expect(list.count < 200)
        let loss = MultiPower().prediction(p, at: [areas[step]], segments: list)
        #expect(abs(loss - exact(p, rates: rates, step: step)) < 3e-6)
      }
    }
  }

  @Test func aConstantRateLeavesAPowerLaw() {
    let schedule = LearningRateSchedule(rates: [Double](repeating: 3e-4, count: 1000))
    let loss = MultiPower().prediction(
      [3, 0.5, 0.5, 300, 2, 0.6, 0.6], at: [0.3], segments: schedule.segments)
    #expect(abs(loss - (3 + 0.5 * pow(0.3, -0.5))) < 1e-13)
  }

  @Test(.enabled(if: SharedData.isPresent), arguments: 0..<2)
  func publishedParametersGiveThePublishedErrors(_ index: Int) throws {
    let (model, parameters, expected) = Self.published[index]
    let table = try PublishedCurves.observations(model: model, schedules: PublishedCurves.tested)
    let score = PublishedCurves.score(parameters, table)
    #expect(abs(score.r2 - expected[0]) < 0.000_1)
    #expect(abs(score.mae / expected[1] - 1) < 0.005)
    #expect(abs(score.rmse / expected[2] - 1) < 0.005)
  }

  @Test(.enabled(if: SharedData.isPresent), arguments: 0..<2)
  func ourFitPredictsUnseenSchedulesAsWellAsThePublishedOne(_ index: Int) throws {
    let (model, parameters, _) = Self.published[index]
    let training = try PublishedCurves.observations(
      model: model, schedules: PublishedCurves.fitted)
    let test = try PublishedCurves.observations(model: model, schedules: PublishedCurves.tested)
    let theirs = PublishedCurves.score(parameters, test)
    // The authors' optimiser starts at beta = gamma = 0.5 and takes 200 steps of 5e-3, so these
    // exponents hardly move; held there, the rest is a proper minimum.
    var options = Planted.pointOnly
    options.fixed = ["beta": 0.5, "gamma": 0.5]
    let held = try fit(MultiPower(), to: training, options: options)
    let ours = PublishedCurves.score(held.estimate, test)
    #expect(ours.rmse < theirs.rmse * 1.05)
    #expect(ours.mae < theirs.mae * 1.1)
    // Free, all seven parameters reach a minimum that the published ones do not, and pay for it
    // on unseen schedules. SciPy's least_squares (Huber, f_scale 1e-3, exact to four digits)
    // ends at 1.3835e-4 for 25M and 2.169e-5 for 100M; the published points lie at 2.9e-4.
    let free = try fit(MultiPower(), to: training, options: Planted.pointOnly)
    #expect(free.objectiveValue < [1.40e-4, 2.21e-5][index])
    let scores = PublishedCurves.score(free.estimate, test)
    #expect(scores.rmse < theirs.rmse * 1.2)
  }

  @Test func optimalScheduleBeatsCosineAndDecays() throws {
    let p = Self.published[0].parameters
    let best = try OptimalSchedule(
      parameters: p, peak: 3e-4, floor: 0, steps: 24_000, warmup: 2160)
    let rates = best.schedule.rates
    #expect(rates.count == 24_000)
    let falling = rates[2160...]
    #expect(zip(falling, falling.dropFirst()).allSatisfy { $0 >= $1 })
    let cosine = LearningRateSchedule(rates: PublishedCurves.schedule("cosine_24000"))
    let area = cosine.rates.reduce(0, +)
    let cosineLoss = MultiPower().prediction(p, at: [area], segments: cosine.segments)
    #expect(best.finalLoss < cosineLoss)
    // [L14]: a stable phase at the peak, then a decay to near zero.
    #expect(rates[8000] > 2.9e-4)
    #expect(rates[23_999] < 3e-6)
    // SciPy's L-BFGS-B over the same 25 knots, on the exact sum: 3.258026; over 61 knots 3.25812.
    // (The source's 3.1497 belongs to a run whose schedule is not the one stated here.)
    #expect(abs(best.finalLoss - 3.25803) < 2e-4)
    #expect(throws: FitError.self) {
      try OptimalSchedule(parameters: [1, 2], peak: 1, floor: 0, steps: 100)
    }
  }
}
