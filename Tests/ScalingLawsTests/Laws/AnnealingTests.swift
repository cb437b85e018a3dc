import Foundation
import ScalingLaws
import Testing

@Suite struct AnnealingTests {
  /// Fixture F1 of [30]: losses at steps 1000 to 20000 under a cosine to zero and a constant rate.
  static let cosineLoss = [
    3.6696358, 3.3254106, 3.1908393, 3.1158533, 3.0604768, 3.020384, 2.9880967, 2.9612265,
    2.9395165, 2.9195616, 2.9030452, 2.8881907, 2.8767889, 2.8654318, 2.8565135, 2.8489892,
    2.843639, 2.8398669, 2.8380618, 2.8376071,
  ]
  static let constantLoss = [
    3.6714418, 3.325626, 3.1884103, 3.111947, 3.058354, 3.0211415, 2.9874816, 2.96082, 2.9406552,
    2.9241402, 2.9054413, 2.8942103, 2.8807929, 2.8702695, 2.862175, 2.8530996, 2.8448784,
    2.8383856, 2.8326995, 2.8294308,
  ]

  /// The two schedules with a linear warm-up of 500 steps, which the law counts at the peak.
  static var observations: Observations {
    func schedule(_ rate: (Double) -> Double) -> LearningRateSchedule {
      let rates = (0...20_000).map { step -> Double in
        let time = Double(step)
        return step < 500 ? 2e-4 * time / 500 : rate(time)
      }
      return LearningRateSchedule(rates: rates)
    }
    let cosine = schedule { 1e-4 * (1 + cos(.pi * ($0 - 500) / 19_500)) }
    let constant = schedule { _ in 2e-4 }
    let steps = (1...20).map { Double($0) * 1000 }
    return Observations(
      columns: ["step": steps + steps], response: cosineLoss + constantLoss,
      schedules: [cosine, constant],
      scheduleOfRow: [Int](repeating: 0, count: 20) + [Int](repeating: 1, count: 20))
  }

  @Test func areasAreThoseOfTheSource() throws {
    let table = try Self.observations.addingScheduleAreas(decay: 0.999, warmup: 500)
    let first = try #require(table.columns["S1"])
    let second = try #require(table.columns["S2"])
    #expect(abs(first[39] - 4.0002) < 1e-10)
    #expect(abs(first[19] - 2.0501) < 5e-5)
    #expect(abs(second[19] - 0.19747) < 5e-6)
    // A constant rate has no annealing area, so the law is a power law of the area.
    #expect(second[20...].allSatisfy { $0 == 0 })
  }

  @Test(
    arguments: [
      (0.999, [2.628, 0.430, 0.411, 0.550]), (0.99, [2.621, 0.439, 3.92, 0.541]),
      (0.9995, [2.633, 0.422, 0.221, 0.557]),
    ])
  func reproducesTheConstantsOfThePublishedPoints(_ decay: Double, _ expected: [Double]) throws {
    let law = try Annealing().setting("lambda", to: "\(decay)")
    let table = try Self.observations.addingScheduleAreas(decay: decay, warmup: 500)
    let p = try fit(law, to: table, options: Planted.pointOnly).estimate
    // L0, A, C, alpha: catalogue refit of the authors' script on these points.
    #expect(abs(p[0] - expected[0]) < 0.005)
    #expect(abs(p[1] - expected[1]) < 0.005)
    #expect(abs(p[2] / expected[2] - 1) < 0.025)
    #expect(abs(p[3] - expected[3]) < 0.01)
  }

  @Test func aStepDropAnnealsGeometrically() {
    // [30]: a drop of size delta at step t gives S2(s) = delta·(1 − λ^(s−t+1))/(1 − λ).
    var rates = [Double](repeating: 3e-4, count: 400)
    for step in 100..<400 { rates[step] = 1e-4 }
    let area = LearningRateSchedule(rates: rates).annealingArea(decay: 0.99)
    for step in [99, 100, 150, 399] {
      let expected = step < 100 ? 0 : 2e-4 * (1 - pow(0.99, Double(step - 99))) / 0.01
      #expect(abs(area[step] - expected) < 1e-15)
    }
  }

  @Test func namesTheRowWhoseStepIsOutside() {
    var table = Self.observations
    table.columns["step"]?[3] = 30_000
    #expect(throws: FitError.self) { try table.addingScheduleAreas() }
    table.columns["step"] = nil
    #expect(throws: FitError.self) { try table.addingScheduleAreas() }
    #expect(throws: FitError.self) { try Annealing().setting("lambda", to: "1") }
  }
}
