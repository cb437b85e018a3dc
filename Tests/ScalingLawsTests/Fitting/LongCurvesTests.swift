import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

/// Curves of thousands of points: the fit may gather rows and changes of the rate, but what it
/// returns is the optimum of all rows.
@Suite struct LongCurvesTests {
  static let truth = [2.65, 0.6, 0.453, 438, 2.13, 0.598, 0.655]
  static let count = 3000

  /// Three schedules without warm-up, `count` steps each.
  static let schedules: [LearningRateSchedule] = {
    let steps = (0..<count).map { Double($0) / Double(count - 1) }
    return [
      steps.map { 3e-5 + 1.35e-4 * (1 + cos(.pi * $0)) },
      steps.map { $0 < 0.6 ? 3e-4 : 3e-4 - 2.7e-4 * ($0 - 0.6) / 0.4 },
      steps.map { $0 < 0.5 ? 3e-4 : 9e-5 },
    ].map { LearningRateSchedule(rates: $0) }
  }()

  /// Every `stride`-th step of every schedule, with the sum of [L14] over every step and noise.
  static func table(stride: Int, noise: Double) throws -> Observations {
    var random = SplittableRandom(seed: 3)
    var columns: [Double] = []
    var response: [Double] = []
    var runs: [Int] = []
    let p = truth
    for (run, schedule) in schedules.enumerated() {
      let rates = schedule.rates
      let areas = schedule.cumulativeArea
      let changes = (1..<count).filter { rates[$0] != rates[$0 - 1] }
      let speeds = changes.map { p[4] * pow(rates[$0], -p[6]) }
      for step in Swift.stride(from: 20, to: count, by: stride) {
        var fall = 0.0
        for (change, speed) in zip(changes, speeds) where change <= step {
          let reach = speed * (areas[step] - areas[change - 1])
          fall += (rates[change - 1] - rates[change]) * (1 - pow(1 + reach, -p[5]))
        }
        let loss = p[0] + p[1] * pow(areas[step], -p[2]) - p[3] * fall
        columns.append(Double(step))
        response.append(loss * exp(noise * random.nextNormal()))
        runs.append(run)
      }
    }
    return try Observations(
      columns: ["step": columns], response: response, clusters: runs, schedules: schedules,
      scheduleOfRow: runs
    ).addingScheduleAreas()
  }

  private func objective(_ point: [Double], _ table: Observations) -> Double {
    zip(MultiPower().predictions(point, on: table), table.response).reduce(0) {
      $0 + Objective.huberLog.cost(ofResidual: log($1.0) - log($1.1))
    }
  }

  @Test func pooledFitEndsAtTheOptimumOfAllRows() throws {
    let table = try Self.table(stride: 3, noise: 0.002)
    #expect(table.count > 2900)
    var options = FitOptions(resamples: 60)
    options.threads = 2
    let fitted = try fit(MultiPower(), to: table, options: options)
    let best = objective(fitted.estimate, table)
    #expect(abs(best / fitted.objectiveValue - 1) < 1e-9)
    for (index, parameter) in MultiPower().parameters.enumerated() {
      // A twentieth of a standard error to either side is worse.
      let error = fitted.hessianStandardErrors[index]
      for side in [-0.05, 0.05] {
        var point = fitted.estimate
        point[index] += side * error
        #expect(objective(point, table) > best, "\(parameter.name) \(side)")
      }
    }
    // L0, A, alpha and B are well known on this table; a seventh of the errors is a loose bound on
    // four of them at once.
    for name in ["L0", "A", "alpha", "B"] {
      let index = try #require(MultiPower().index(of: name))
      let interval = try #require(fitted.interval(of: name))
      let width = interval.high - interval.low
      #expect(abs(fitted.estimate[index] - Self.truth[index]) < width)
      // Refits of pooled rows scatter as the sandwich of all rows says, within a factor of two.
      let ratio = fitted.standardError(of: name) / fitted.hessianStandardErrors[index]
      #expect(ratio > 0.5 && ratio < 2, "\(name): \(ratio)")
    }
    #expect(fitted.warnings.contains { $0.contains("groups of neighbouring points") })
  }

  @Test func sharedAndOwnListsOfTermsAgree() throws {
    let all = try Self.table(stride: 1, noise: 0)
    let some = Array(stride(from: 0, to: all.count, by: 97))
    #expect(all.count > 8192)
    let shared = MultiPower().predictions(Self.truth, on: all)
    let own = MultiPower().predictions(Self.truth, on: all.selecting(some))
    for (value, row) in zip(own, some) {
      #expect(abs(value - shared[row]) < 2e-6)
      #expect(abs(value - all.response[row]) < 2e-6)
    }
  }
}
