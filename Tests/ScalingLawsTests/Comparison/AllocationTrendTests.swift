import Foundation
import Quantities
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

  /// With C = c·N^p·D of the table: ln N* = (ln(α·A/(p·β·B)) + β·ln(C/c))/(α + p·β), and D* follows.
  @Test func theTablesOwnComputeIsDivided() throws {
    let point = [1.7, 400, 410, 0.34, 0.28]
    let (c, p) = (20.0, 0.95)
    let law = GivenLaw(
      law: Chinchilla(), estimate: point,
      ranges: ["N": 1e8...1e10, "D": 1e9...1e12, "C": 1e19...1e22],
      flopsPerToken: FlopsPerToken(
        coefficient: c, exponent: p, source: "C of the table", scatter: 0, average: 8))
    let trend = try allocationAgreement(of: [law], target: 1e23).trends[0]
    func ratio(_ compute: Double) -> Double {
      let logN =
        (log(0.34 * 400 / (p * 0.28 * 410)) + 0.28 * log(compute / c)) / (0.34 + p * 0.28)
      return exp(log(compute / c) - p * logN - logN)
    }
    #expect(abs(trend.ratioAtTarget.value / ratio(1e23) - 1) < 1e-3)
    #expect(abs(trend.ratio.value / ratio(1e22) - 1) < 1e-3)
    let exponent = 1 - (1 + p) * 0.28 / (0.34 + p * 0.28)
    #expect(abs(trend.exponent.value - exponent) < 1e-3)
    // And it is what the plan says.
    let plan = try law.plan(compute: 1e23)
    #expect(abs(plan.tokensPerParameter.value / trend.ratioAtTarget.value - 1) < 1e-3)
  }

  /// A treatment that follows the baseline's law but takes half as many FLOPs again for each token
  /// is worth two thirds of the compute, along either path.
  @Test(arguments: [ScalePath.automatic, .tokensPerParameter(20)])
  func dearerTokensCostWhatTheyCost(_ path: ScalePath) throws {
    func given(_ coefficient: Double) -> GivenLaw {
      GivenLaw(
        law: Chinchilla(), estimate: [1.7, 400, 410, 0.34, 0.28],
        ranges: ["N": 1e8...1e10, "D": 1e9...1e12, "C": 1e19...1e22],
        flopsPerToken: FlopsPerToken(
          coefficient: coefficient, exponent: 1, source: "C of the table", scatter: 0,
          average: coefficient))
    }
    var options = ComparisonOptions()
    options.path = path
    options.target = 1e23
    let result = try comparison(of: given(6), and: given(9), options: options)
    for rung in result.multiplier.rungs + [result.multiplier.target] {
      #expect(abs(rung.multiplier.value - 2.0 / 3) < 2e-3, "\(rung.multiplier.value)")
    }
    #expect(result.sentences.contains { $0.hasPrefix("Treatment: C = 9·N·D on average") })
    #expect(result.summary.treatmentFlopsPerToken?.coefficient == 9)
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
