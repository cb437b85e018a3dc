import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

/// Event times with censoring [162].
@Suite struct SurvivalFitTests {
  /// Forty times by the inverse of the family's survival function, γ 1.5, κ 0.5, growing as the root
  /// of size, cut at 120.
  static func table(seedless count: Int = 40) -> SurvivalTable {
    let sizes = (0..<count).map { [1e7, 3e7, 1e8, 3e8][$0 % 4] }
    let times = (0..<count).map { index -> Double in
      let raw = Double(index) * 0.6180339887498949
      let share = (raw - raw.rounded(.down)) * 0.96 + 0.02
      return time(hazard: -log(share), gamma: 1.5, kappa: 0.5) * 100
        * (sizes[index] / 1e8).squareRoot()
    }
    let logs = sizes.map { log($0) }
    let centre = logs.reduce(0, +) / Double(count)
    return SurvivalTable(
      times: times.map { min($0, 120) }, happened: times.map { $0 < 120 },
      covariates: [logs.map { $0 - centre }])
  }

  /// t with H(t) = hazard: (κ + 1)·((1 + κ·H/(κ + 1))^(1/κ) − 1), to the power 1/γ.
  static func time(hazard: Double, gamma: Double, kappa: Double) -> Double {
    pow((kappa + 1) * (pow(1 + kappa * hazard / (kappa + 1), 1 / kappa) - 1), 1 / gamma)
  }

  /// By SciPy's Nelder-Mead on the likelihood written out in NumPy, from eight starts.
  @Test func agreesWithSciPy() throws {
    let fit = try SurvivalFit(Self.table())
    #expect(fit.events == 29 && fit.rows == 40)
    #expect(abs(fit.logLikelihood + 149.6321007302346) < 1e-6)
    #expect(abs(fit.logScale.value + 4.12190056) < 1e-3)
    #expect(abs(fit.gamma.value - 2.0866601703) < 2e-3)
    #expect(abs(fit.kappa.value + 0.0039783157) < 2e-3)
    #expect(abs(fit.exponents[0].value - 0.55726383) < 1e-3)
    #expect(fit.exponents[0].low < 0.5 && 0.5 < fit.exponents[0].high)
    // Half have had their event by the median.
    #expect(abs(fit.survival(at: fit.time(share: 0.5)) - 0.5) < 1e-9)
    #expect(
      abs(fit.survival(at: fit.time(share: 0.2, offsets: [0.7]), offsets: [0.7]) - 0.8) < 1e-9)
  }

  /// Weibull at κ = 1, log-logistic at κ → 0, Gompertz at κ → ∞ with γ = 1, and the limit that cure
  /// sets at κ = −0.5, where H tends to (κ + 1)/|κ| = 1.
  @Test(arguments: [0.3, 1.0, 2.5]) func specialCases(_ t: Double) {
    func hazard(_ gamma: Double, _ kappa: Double) -> Double {
      SurvivalFit.cumulativeHazard(log(t), gamma: gamma, kappa: kappa)
    }
    #expect(abs(hazard(1.7, 1) - pow(t, 1.7)) < 1e-12)
    #expect(abs(hazard(1.7, 1e-9) - log(1 + pow(t, 1.7))) < 1e-7)
    #expect(abs(hazard(1, 1e7) / (exp(t) - 1) - 1) < 1e-5)
    #expect(abs(SurvivalFit.cumulativeHazard(40, gamma: 1.7, kappa: -0.5) - 1) < 1e-6)
  }

  /// Nominal 90 % intervals of the exponent over planted worlds with a third of the runs cut short;
  /// leaving the cut runs out biases it.
  @Test func intervalsCoverUnderCensoring() throws {
    var (held, worlds) = (0, 0)
    var (full, dropped) = ([Double](), [Double]())
    for world in 0..<80 {
      var random = SplittableRandom(seed: 9).split(world)
      let count = 240
      let sizes = (0..<count).map { log([1.0, 3, 10, 30][$0 % 4]) }
      let centre = sizes.reduce(0, +) / Double(count)
      let times = sizes.map {
        Self.time(hazard: random.nextGamma(shape: 1), gamma: 1.5, kappa: 0.5) * exp(0.5 * $0)
      }
      let limit = 3.0
      let happened = times.map { $0 < limit }
      let x = sizes.map { $0 - centre }
      // A shape at the end of its range has no covariance, and is refused.
      guard
        let fit = try? SurvivalFit(
          SurvivalTable(
            times: times.map { min($0, limit) }, happened: happened, covariates: [x]))
      else { continue }
      worlds += 1
      if fit.exponents[0].low < 0.5, 0.5 < fit.exponents[0].high { held += 1 }
      full.append(fit.exponents[0].value)
      let kept = times.indices.filter { happened[$0] }
      let without = try? SurvivalFit(
        SurvivalTable(
          times: kept.map { times[$0] }, happened: kept.map { _ in true },
          covariates: [kept.map { x[$0] }]))
      if let without { dropped.append(without.exponents[0].value) }
    }
    #expect(worlds >= 70 && dropped.count >= 60, "\(worlds), \(dropped.count)")
    // Three standard deviations of 90 % are 10 of a hundred.
    #expect(Double(held) >= 0.8 * Double(worlds), "\(held) of \(worlds)")
    #expect(abs(mean(full) - 0.5) < 0.03)
    #expect(mean(dropped) < 0.4)
  }

  @Test func shapesAndCure() throws {
    // Nobody fails after a while: 30 % never do, H → (κ + 1)/|κ|.
    var random = SplittableRandom(seed: 4)
    let kappa = -0.454  // exp(−0.546/0.454) = 0.30
    let times = (0..<3000).map { _ -> Double in
      let hazard = random.nextGamma(shape: 1)
      return hazard < 0.546 / 0.454 ? Self.time(hazard: hazard, gamma: 1.4, kappa: kappa) : 1e3
    }
    let fit = try SurvivalFit(
      SurvivalTable(times: times.map { min($0, 50) }, happened: times.map { $0 < 50 }))
    #expect(abs(fit.curedShare - 0.3) < 0.06)
    #expect(fit.hazardShape == .risingThenFalling)
    #expect(fit.time(share: 0.9) == .infinity)
  }

  @Test func refusals() {
    #expect(throws: FitError.self) {
      try SurvivalFit(SurvivalTable(times: [1, 2, 3], happened: [true, true, false]))
    }
    #expect(throws: FitError.self) {
      try SurvivalFit(
        SurvivalTable(
          times: [0, 1, 2, 3, 4, 5], happened: [Bool](repeating: true, count: 6)))
    }
  }
}
