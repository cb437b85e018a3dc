import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

/// A law with given refits and a given error beyond its data.
private struct DoubtedLaw: FittedLaw {
  var base: GivenLaw
  var modelError: ModelError?
  var law: any Law { base.law }
  var estimate: [Double] { base.estimate }
  var draws: [[Double]] { base.draws }
  var tail: Double { base.tail }
  var level: Double { base.level }
  var scatter: Double { base.scatter }
  var objective: Objective { base.objective }
  var ranges: [String: ClosedRange<Double>] { base.ranges }
}

@Suite struct ModelErrorTests {
  /// √(2d) and (d + d²)/0.75 by hand: both are 1 at half a span, 2 and 8 at two spans.
  @Test func theErrorGrowsWithTheDistance() {
    let error = ModelError(near: 0.3, far: 0.4, windows: 3)
    #expect(error.deviation(distance: 0) == 0)
    #expect(agree(error.deviation(distance: 0.5), 0.5, 1e-14))
    #expect(agree(error.deviation(distance: 2), (0.36 + 10.24).squareRoot(), 1e-14))
    let curve = ModelError(near: 0, far: 0, curve: 0.01, windows: 3)
    #expect(curve.deviation(distance: 0) == 0.01)
  }

  /// Spans by hand: N from 1e8 to 1e10 is two decades, C from 1e19 to 1e22 three.
  @Test func distanceIsCountedInSpans() {
    let law = GivenLaw(
      law: Chinchilla(), estimate: Surfaces.replication,
      ranges: ["N": 1e8...1e10, "D": 1e9...1e12, "C": 1e19...1e22])
    #expect(law.distanceBeyond(["N": 1e9, "D": 1e11]) == 0)
    #expect(agree(law.distanceBeyond(["N": 1e11, "D": 1e9]), 0.5, 1e-12))
    #expect(agree(law.distanceBeyond(["N": 1e7, "D": 1e11]), 0.5, 1e-12))
    // Inside in N and D, beyond in compute: 6·1e10·1e12 is 6 times 1e22.
    #expect(
      agree(law.distanceBeyond(["N": 1e10, "D": 1e12]), log10(6) / 3, 1e-12))
  }

  /// The parts of the width: refits move the floor by 0.02, runs scatter by 1 %, and the law's own
  /// error is 2 % at half a span. The interval of a single run against their sum, simulated in
  /// NumPy (4 million draws of t with 4 degrees of freedom): half-width 0.10291 at 90 %.
  @Test func theWidthIsTakenApart() throws {
    var law = DoubtedLaw(base: ForecastTests.fitted)
    law.base.ranges = ["N": 1e7...1e9, "D": 2e8...2e10, "C": 1.2e16...1.2e20]
    law.modelError = ModelError(near: 0.02, far: 0, windows: 5)
    let place = ["N": 1e10, "D": 2e11]
    let plain = try ForecastTests.fitted.forecast(at: place)
    let forecast = try law.forecast(at: place)
    let parts = try #require(forecast.components)
    let exact = Surfaces.loss(Surfaces.replication, 1e10, 2e11)
    #expect(agree(parts.distance, 0.5, 1e-9))
    #expect(agree(parts.sampling, 0.02, 0.05))
    #expect(agree(parts.scatter, 0.01 * exact, 1e-4))
    #expect(agree(try #require(parts.model), 0.02 * exact, 1e-3))
    let shares = parts.shares
    #expect(agree(shares.sampling + shares.scatter + shares.model + shares.laws, 1, 1e-12))
    #expect(agree((forecast.run.high - forecast.run.low) / 2, Self.halfWidth, 0.04))
    #expect(forecast.law.high - forecast.law.low > 2 * (plain.law.high - plain.law.low))
    #expect(forecast.run.low <= forecast.law.low && forecast.law.high <= forecast.run.high)
    #expect(forecast.sentence.contains("model error"))
    #expect(plain.sentence.contains("was not measured"))
    // Inside the data nothing is added.
    let inside = try law.forecast(at: ["N": 1e8, "D": 2e9])
    #expect(inside.components?.model == 0)
    #expect(try inside.run == ForecastTests.fitted.forecast(at: ["N": 1e8, "D": 2e9]).run)
  }

  static let halfWidth = 0.10291

  /// A row of a table along compute, with noise of the logarithm.
  private static func table(
    noise: Double, seed: UInt64, truth: (Double) -> Double
  ) -> Observations {
    var generator = SplittableRandom(seed: seed)
    let compute = Planted.geometric(1e18, 1e21, 20)
    return Observations(
      columns: ["C": compute],
      response: compute.map { truth($0) * exp(noise * generator.nextNormal()) })
  }

  private static func forecast(
    _ law: any Law, _ table: Observations, calibrated: Bool
  ) throws -> [Forecast] {
    let fitted = try fit(law, to: table, options: FitOptions(resamples: 100, seed: 1))
    let answer = calibrated ? fitted.calibrated(on: fitted.validation()) : fitted
    return try [3e21, 1e22, 3e22].map { try answer.forecast(at: ["C": $0]) }
  }

  /// A pure power law fitted to tables with a floor: what it predicts beyond is too low in all of
  /// them, and held-out runs say so.
  @Test func aLawWithoutTheFloorKnowsItsError() throws {
    var held = 0
    var heldBefore = 0
    for seed in 0..<8 {
      let truth = { (c: Double) in 1.7 + 1.5 * pow(c / 1e18, -0.15) }
      let table = Self.table(noise: 0.003, seed: UInt64(seed), truth: truth)
      let law = try PowerLaw().setting("x", to: "C")
      for (calibrated, forecasts) in [
        (true, try Self.forecast(law, table, calibrated: true)),
        (false, try Self.forecast(law, table, calibrated: false)),
      ] {
        for (forecast, place) in zip(forecasts, [3e21, 1e22, 3e22]) {
          let hit = forecast.run.low <= truth(place) && truth(place) <= forecast.run.high
          if calibrated { held += hit ? 1 : 0 } else { heldBefore += hit ? 1 : 0 }
        }
      }
    }
    #expect(heldBefore <= 4, "\(heldBefore) of 24")
    #expect(held >= 18, "\(held) of 24")
  }

  /// Where the law is right, single-run intervals widen by less than a factor of two on average,
  /// and never shrink.
  @Test func aRightLawPaysLittle() throws {
    var ratio = 0.0
    for seed in 0..<8 {
      let table = Self.table(noise: 0.003, seed: UInt64(seed + 50)) { c in
        1.7 + 1.5 * pow(c / 1e18, -0.15)
      }
      let law = try PowerConstant().setting("x", to: "C")
      let plain = try Self.forecast(law, table, calibrated: false)[1]
      let wide = try Self.forecast(law, table, calibrated: true)[1]
      let own = (wide.run.high - wide.run.low) / (plain.run.high - plain.run.low)
      #expect(own >= 1)
      #expect(wide.components?.model ?? 0 > 0)
      ratio += own / 8
    }
    #expect(ratio < 2, "\(ratio)")
  }
}
