import Foundation
import ScalingLaws
import Statistics
import Testing

@Suite struct AllocationTrendTests {
  private func fits(
    _ laws: [any Law], _ grid: PlantedGrid, resamples: Int = 100
  ) throws -> [any FittedLaw] {
    var random = SplittableRandom(seed: 13)
    let runs = grid.runs(&random)
    return try laws.map { law in
      try fit(
        law, to: runs,
        options: FitOptions(objective: .squaredLog, resamples: resamples, threads: 2))
    }
  }

  /// D*/N* = G⁻²·(C/6)^((α − β)/(α + β)) with G = (α·A/(β·B))^(1/(α + β)), in closed form.
  @Test func chinchillaTrendIsItsClosedForm() throws {
    let grid = PlantedGrid(noise: 0.001)
    let fitted = try fits([Chinchilla()], grid)
    let agreement = try allocationAgreement(of: fitted, target: 1e23)
    let p = fitted[0].estimate
    let (amplitudeN, amplitudeD, alpha, beta) = (p[1], p[2], p[3], p[4])
    let exponent = (alpha - beta) / (alpha + beta)
    #expect(abs(agreement.trends[0].exponent.value - exponent) < 1e-4)
    let g = pow(alpha * amplitudeN / (beta * amplitudeD), 1 / (alpha + beta))
    let ratio = pow(g, -2) * pow(1e23 / 6, exponent)
    #expect(abs(agreement.trends[0].ratioAtTarget.value / ratio - 1) < 1e-3)
    #expect(!agreement.isDisputed)
    let interval = agreement.trends[0].exponent
    #expect(interval.low < 0.06 / 0.62 && 0.06 / 0.62 < interval.high)
  }

  /// Two surfaces with opposite trends are reported as a disagreement.
  @Test func oppositeTrendsAreSurfaced() throws {
    let rising = try fits([Chinchilla()], PlantedGrid(noise: 0.001))[0]
    let falling = try fits(
      [Chinchilla()], PlantedGrid(point: [1.7, 400, 410, 0.28, 0.34], noise: 0.001))[0]
    let agreement = try allocationAgreement(of: [rising, falling])
    #expect(agreement.isDisputed)
    #expect(agreement.trends.map(\.direction) == [1, -1])
    #expect(agreement.sentence.contains("disagree"))
    #expect(agreement.spreadAtTarget > 2)
  }

  @Test func nestedLawsAgreeOnAdditiveRuns() throws {
    let agreement = try allocationAgreement(
      of: fits([Chinchilla(), Coupled()], PlantedGrid(noise: 0.001), resamples: 60))
    #expect(!agreement.isDisputed)
  }

  @Test func lawsWithoutBothSizesAreRefused() throws {
    var random = SplittableRandom(seed: 14)
    let runs = PlantedLadder(
      amplitude: 20, exponent: 0.05, scales: PlantedLadder.decades(16, 18, 6)
    ).runs(&random)
    let fitted = try fit(PowerLaw(), to: runs, options: FitOptions(interval: .none))
    #expect(throws: FitError.self) { try allocationAgreement(of: [fitted]) }
  }
}
