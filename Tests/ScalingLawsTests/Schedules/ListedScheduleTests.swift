import Foundation
import ScalingLaws
import Testing

@Suite struct ListedScheduleTests {
  private static let peak = 3e-4
  private static let floor = 3e-5

  private static func cosine(_ step: Double) -> Double {
    step < 2000
      ? peak * step / 2000
      : floor + (peak - floor) / 2 * (1 + cos(.pi * (step - 2000) / 22_000))
  }

  private static func stableThenLinear(_ step: Double) -> Double {
    if step < 1000 { return peak * step / 1000 }
    return step < 20_300 ? peak : peak + (floor - peak) * (step - 20_300) / 3700
  }

  private static func listed(
    _ rate: (Double) -> Double, at steps: [Double]
  ) -> [(step: Double, rate: Double)] {
    steps.map { (step: $0, rate: rate($0)) }
  }

  private static func worst(_ schedule: ListedSchedule, _ rate: (Double) -> Double) -> Double {
    schedule.rates.indices.map { abs(schedule.rates[$0] - rate(Double($0))) }.max() ?? .infinity
  }

  /// Five rows of a cosine: straight lines between them would be off by 4 % of the peak.
  @Test func aCoarseCosineIsReadAsOne() throws {
    let points = Self.listed(Self.cosine, at: [0, 2000, 8000, 14_000, 20_000, 24_000])
    let schedule = try ListedSchedule(points: points, through: 24_000)
    #expect(Self.worst(schedule, Self.cosine) < 1e-9)
    #expect(schedule.note.contains("cosine"))
  }

  @Test func closeRowsAreJoinedByLines() throws {
    let steps = stride(from: 0.0, through: 24_000, by: 100).map { $0 }
    let schedule = try ListedSchedule(
      points: Self.listed(Self.cosine, at: steps), through: 24_000)
    #expect(schedule.note.contains("straight"))
    #expect(Self.worst(schedule, Self.cosine) < 2e-4 * Self.peak)
  }

  /// The decay begins at step 20,300, which no row marks.
  @Test func aDecayThatBeginsBetweenRowsIsFound() throws {
    let steps = [0, 1000, 20_000, 21_000, 22_000, 23_000, 23_500, 24_000.0]
    let schedule = try ListedSchedule(
      points: Self.listed(Self.stableThenLinear, at: steps), through: 24_000)
    #expect(Self.worst(schedule, Self.stableThenLinear) < 0.01 * Self.peak)
    #expect(schedule.note.contains("linear"))
  }

  /// Two ends alone do not say how the rate fell between them, unless the form is named.
  @Test func twoRowsAreTooCoarse() throws {
    let points = Self.listed(Self.cosine, at: [0, 2000, 24_000])
    #expect(throws: ListedSchedule.Problem.self) {
      try ListedSchedule(points: points, through: 24_000)
    }
    let named = try ListedSchedule(points: points, through: 24_000, decay: .cosine)
    #expect(Self.worst(named, Self.cosine) < 1e-9)
    let steps = try ListedSchedule(
      points: [(0, 3e-4), (8000, 9e-5)], through: 16_000, decay: .steps)
    #expect(steps.rates[7999] == 3e-4 && steps.rates[8000] == 9e-5)
  }
}
