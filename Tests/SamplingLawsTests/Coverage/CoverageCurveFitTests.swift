import Foundation
import Quantities
import SamplingLaws
import Statistics
import Testing

@Suite struct CoverageCurveFitTests {
  /// A, B, the error over all points, and what the fit to k ≤ 100 says at the largest k.
  @Test(
    .enabled(if: RepeatedSamplingData.isPresent),
    arguments: [
      ("Llama-3-8B", 2.112, 0.452, 0.0122, 0.9604, 0.9620),
      ("Llama-3-8B-Instruct oracle", 1.505, 0.475, 0.0160, 0.9746, 0.9849),
      ("Gemma-2B", 2.784, 0.440, 0.0206, 0.9273, 0.9555),
    ])
  func publishedBaselines(
    series: String, scale: Double, exponent: Double, error: Double, predicted: Double,
    observed: Double
  ) throws {
    let (k, success) = RepeatedSamplingData.series(series)
    let fit = try #require(
      CoverageCurveFit(name: series, k: k, success: success, cut: 100, resamples: 50))
    #expect(abs(fit.logLog.scale.value - scale) <= 5e-4)
    #expect(abs(fit.logLog.exponent.value - exponent) <= 5e-4)
    #expect(abs(fit.logLog.rootMeanSquare - error) <= 5e-5)
    #expect(abs(try #require(fit.logLog.predicted) - predicted) <= 5e-5)
    #expect(abs(fit.logLog.observed - observed) <= 5e-5)
    // Least squares on c itself cannot do worse on c.
    #expect(fit.candidates[0].rootMeanSquare <= fit.logLog.rootMeanSquare)
    #expect(fit.candidates[1].rootMeanSquare <= fit.candidates[0].rootMeanSquare + 1e-9)
    #expect(fit.preferred == .powerLaw)
  }

  @Test(.enabled(if: RepeatedSamplingData.isPresent))
  func majorityVoteSaturates() throws {
    let (k, success) = RepeatedSamplingData.series("Llama-3-8B-Instruct majority")
    #expect(abs(success[0] - 0.267) < 5e-4)
    #expect(abs(success[success.count - 1] - 0.415) < 5e-4)
    let fit = try #require(
      CoverageCurveFit(name: "majority", k: k, success: success, cut: 100, predicting: [1e5]))
    #expect(fit.preferred == .powerLawWithCeiling)
    #expect(fit.ceiling.low > 0.40 && fit.ceiling.high < 0.45)
    #expect(fit.warnings.contains { $0.contains("A power law to 100 % is wrong here") })
    // Up to k = 100 the power law would have promised 0.58 at 10,000.
    #expect(try #require(fit.logLog.predicted) > 0.55)
    let heldOut = fit.candidates.compactMap(\.heldOut)
    #expect(heldOut[1] < 0.5 * heldOut[0])
    #expect(abs(fit.predictions[0].success.value - 0.42) < 0.02)
  }

  @Test(.enabled(if: RepeatedSamplingData.isPresent))
  func reasoningBudgetsDoNotShowTheirCeiling() throws {
    let rows = RepeatedSamplingData.rows("o1_mini_aime_majority_vote.csv")
    let fit = try #require(
      BudgetSaturation(
        name: "o1-mini", tokens: rows.compactMap { Double($0[2]) },
        accuracy: rows.compactMap { Double($0[1]) }, items: 30, predicting: [131_072]))
    let last = try #require(fit.points.last)
    // At 2^17 tokens the author reports about 70 %.
    #expect(last.observed == nil)
    #expect(last.fitted.low < 0.7 && 0.7 < last.fitted.high)
    #expect(abs(last.fitted.value - 0.7) < 0.03)
    #expect(fit.ceiling.low < 0.7 && fit.ceiling.high == 1)
    #expect(fit.evidence < 2)
    #expect(fit.warnings.contains { $0.contains("do not tell a ceiling") })
    #expect(fit.warnings.contains { $0.contains("binomial error") })
  }

  @Test func exactLawsComeBack() throws {
    let k = (0..<14).map { pow(2, Double($0)) }
    let law = CoverageLaw(ceiling: 0.6, scale: 1.8, exponent: 0.5)
    let fit = try #require(
      CoverageCurveFit(
        name: "exact", k: k, success: k.map { law.value($0) }, predicting: [1e6], resamples: 20))
    #expect(fit.preferred == .powerLawWithCeiling)
    #expect(abs(fit.candidates[1].ceiling - 0.6) < 1e-6)
    #expect(abs(try #require(fit.candidates[1].scale) - 1.8) < 1e-5)
    #expect(abs(try #require(fit.candidates[1].exponent) - 0.5) < 1e-5)
    #expect(abs(fit.predictions[0].success.value - law.value(1e6)) < 1e-6)
    let plain = CoverageLaw(scale: 2.1, exponent: 0.45)
    let logLog = try #require(CoverageLaw.logLog(k: k, success: k.map { plain.value($0) }))
    #expect(abs(logLog.law.scale - 2.1) < 1e-10 && abs(logLog.law.exponent - 0.45) < 1e-10)
    let one = SaturationCurve(ceiling: 0.8, chance: 0.02)
    let other = try #require(
      CoverageCurveFit(name: "one", k: k, success: k.map { one.value($0) }, resamples: 20))
    #expect(other.preferred == .oneChance)
    #expect(CoverageCurveFit(name: "few", k: [1, 2], success: [0.1, 0.2]) == nil)
  }

  /// Independent noise of 0.01: nine in ten intervals hold a new value at the same k.
  @Test func predictionsCoverNewValues() {
    let k = (0..<24).map { pow(10, Double($0) / 6) }
    let law = CoverageLaw(ceiling: 0.7, scale: 1.5, exponent: 0.4)
    let hits = (0..<100).count { seed in
      var random = SplittableRandom(seed: UInt64(seed))
      let success = k.map { law.value($0) + 0.01 * random.nextNormal() }
      guard
        let fit = CoverageCurveFit(
          name: "", k: k, success: success, predicting: [500], resamples: 200)
      else { return false }
      let new = law.value(500) + 0.01 * random.nextNormal()
      return fit.predictions[0].success.low <= new && new <= fit.predictions[0].success.high
    }
    #expect(hits >= 80 && hits <= 98, "\(hits)")
  }

  @Test func aPlantedCeilingOfBudgetsIsFound() throws {
    var random = SplittableRandom(seed: 2)
    let tokens = (0..<20).map { 100 * pow(2, Double($0)) }
    let accuracy = tokens.map { t in
      let p = 0.65 / (1 + exp(-1.2 * (log(t) - log(3000))))
      return Double(random.nextBinomial(trials: 500, probability: p)) / 500
    }
    let fit = try #require(
      BudgetSaturation(name: "", tokens: tokens, accuracy: accuracy, items: 500))
    #expect(fit.ceiling.low < 0.65 && 0.65 < fit.ceiling.high && fit.ceiling.high < 0.7)
    #expect(abs(log(fit.midpoint / 3000)) < 0.1)
    #expect(abs(fit.slope - 1.2 * log(2)) < 0.1)
    #expect(fit.evidence > 20)
    #expect(fit.warnings.isEmpty)
    #expect(BudgetSaturation(name: "", tokens: [1, 2], accuracy: [0, 1], items: 5) == nil)
  }
}
