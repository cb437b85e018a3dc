import Foundation
import ScalingLaws
import Testing

@Suite struct KaplanTests {
  /// N_c, D_c, alpha_N, alpha_D of [L1] (its joint fit).
  private let published = [6.4e13, 1.8e13, 0.076, 0.103]

  @Test func reducesToOneResourceWhenTheOtherIsAbundant() {
    let law = Kaplan()
    let dataUnlimited = law.prediction(published, at: [1e9, 1e60])
    #expect(abs(dataUnlimited / pow(6.4e13 / 1e9, 0.076) - 1) < 1e-12)
    let sizeUnlimited = law.prediction(published, at: [1e90, 1e10])
    #expect(abs(sizeUnlimited / pow(1.8e13 / 1e10, 0.103) - 1) < 1e-6)
  }

  @Test func recoversThePublishedConstantsInAnyUnit() throws {
    let columns = Planted.grid(
      "N", Planted.geometric(1e6, 1e9, 6), "D", Planted.geometric(2e7, 2e10, 6))
    let table = Planted.observations(Kaplan(), published, columns: columns)
    let found = try fit(Kaplan(), to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, published) < 1e-4)
    var scaled = table
    scaled.columns["N"] = columns["N"]?.map { $0 / 1e6 }
    scaled.columns["D"] = columns["D"]?.map { $0 / 1e9 }
    let other = try fit(Kaplan(), to: scaled, options: Planted.pointOnly)
    #expect(Planted.relativeError(other.estimate, [6.4e7, 1.8e4, 0.076, 0.103]) < 1e-4)
  }
}

@Suite struct KaplanStepsTests {
  /// N_c, alpha_N, S_c, alpha_S, Bstar, alpha_B: [L1], with B* of the same source.
  private let published = [6.5e13, 0.077, 2.1e3, 0.76, 2e8, 0.21]

  private var columns: [String: [Double]] {
    var result: [String: [Double]] = ["N": [], "step": [], "batch_tokens": []]
    for n in [1e7, 1e8, 1e9] {
      for batch in [3e4, 2e5, 1e6, 8e6] {
        for step in Planted.geometric(1000, 2e5, 6) {
          result["N"]?.append(n)
          result["batch_tokens"]?.append(batch)
          result["step"]?.append(step)
        }
      }
    }
    return result
  }

  @Test(arguments: [1e4, 3e5, 1e7], [200.0, 5e3, 1e6])
  func trajectoryAgreesWithBisection(_ batch: Double, _ step: Double) {
    let n = 1e8
    let (p, law) = (published, KaplanSteps(mode: .trajectory))
    func excess(_ loss: Double) -> Double {
      let growth = 1 + p[4] / (batch * pow(loss, 1 / p[5]))
      return pow(p[0] / n, p[1]) + pow(p[2] / step * growth, p[3]) - loss
    }
    var low = 0.01
    var high = 1e9
    for _ in 0..<200 {
      let middle = (low * high).squareRoot()
      if excess(middle) > 0 { low = middle } else { high = middle }
    }
    let loss = law.prediction(p, at: [n, step, batch])
    #expect(abs(loss / low - 1) < 1e-12)
  }

  @Test func derivativeOfTheImplicitSolutionIsThatOfTheEquation() {
    // Implicit function theorem by central differences of an independent bisection would repeat
    // the test above; here a step of 1e-6 in every parameter must change the loss as the
    // equation's residual says.
    let law = KaplanSteps(mode: .trajectory)
    let row = [1e8, 3000, 1e5]
    let loss = law.prediction(published, at: row)
    for index in published.indices {
      var up = published
      var down = published
      up[index] *= 1 + 1e-6
      down[index] *= 1 - 1e-6
      let change = law.prediction(up, at: row) - law.prediction(down, at: row)
      func sides(_ p: [Double], _ loss: Double) -> Double {
        let growth = 1 + p[4] / (row[2] * pow(loss, 1 / p[5]))
        return pow(p[0] / row[0], p[1]) + pow(p[2] / row[1] * growth, p[3]) - loss
      }
      let direct = sides(up, loss) - sides(down, loss)
      let steepness =
        (sides(published, loss * (1 + 1e-6)) - sides(published, loss * (1 - 1e-6)))
        / (2e-6 * loss)
      #expect(abs(change + direct / steepness) < 1e-8 * abs(loss))
    }
  }

  @Test func aHugeBatchGivesTheMinimumOfSteps() {
    let law = KaplanSteps(mode: .trajectory)
    let loss = law.prediction(published, at: [1e8, 1e4, 1e40])
    let expected = pow(6.5e13 / 1e8, 0.077) + pow(2.1e3 / 1e4, 0.76)
    #expect(abs(loss / expected - 1) < 1e-12)
    let explicit = KaplanSteps(mode: .minimum)
    let same = explicit.prediction([6.5e13, 0.077, 2.1e3, 0.76, 1e6], at: [1e8, 1e4, 1e40])
    #expect(abs(same / expected - 1) < 1e-12)
  }

  @Test func atTheCriticalBatchStepsAndTokensDouble() {
    let cost = CriticalBatch.cost(batch: 3e5, minimumSteps: 700, criticalBatch: 3e5)
    #expect(cost.steps == 1400)
    #expect(cost.tokens == 2 * 700 * 3e5)
    // The explicit law at twice the steps and B = B_crit equals the infinite-batch law.
    let law = KaplanSteps(mode: .minimum)
    let point = [6.5e13, 0.077, 2.1e3, 0.76, 3e5]
    let finite = law.prediction(point, at: [1e8, 2e4, 3e5])
    let infinite = law.prediction(point, at: [1e8, 1e4, 1e40])
    #expect(abs(finite / infinite - 1) < 1e-12)
  }

  @Test func recoversPlantedTrajectories() throws {
    let law = KaplanSteps(mode: .trajectory)
    let table = Planted.observations(law, published, columns: columns)
    let found = try fit(law, to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, published) < 1e-3)
  }

  @Test func recoversPlantedMinimum() throws {
    let law = try KaplanSteps().setting("mode", to: "minimum")
    let truth = [6.5e13, 0.077, 2.1e3, 0.76, 7e5]
    let table = Planted.observations(law, truth, columns: columns)
    let found = try fit(law, to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-3)
    #expect(throws: FitError.self) { try law.setting("mode", to: "fast") }
  }
}

@Suite struct CriticalBatchTests {
  @Test func everyPointLiesOnTheHyperbola() {
    for batch in [1e3, 4e4, 1e6, 1e9] {
      let steps = CriticalBatch().prediction([800, 2.5e5], at: [batch])
      let product = (steps / 800 - 1) * (steps * batch / (800 * 2.5e5) - 1)
      #expect(abs(product - 1) < 1e-9)
      let back = CriticalBatch.minimumSteps(steps: steps, batch: batch, criticalBatch: 2.5e5)
      #expect(abs(back / 800 - 1) < 1e-12)
    }
  }

  @Test func recoversStepsAndBatchInAnyUnit() throws {
    for unit in [1.0, 1024] {
      let truth = [800, 2.5e5 / unit]
      let table = Planted.observations(
        CriticalBatch(), truth,
        columns: ["batch_tokens": Planted.geometric(1e4 / unit, 4e6 / unit, 8)])
      let found = try fit(CriticalBatch(), to: table, options: Planted.pointOnly)
      #expect(Planted.relativeError(found.estimate, truth) < 1e-7)
    }
  }

  @Test func criticalBatchGrowsAsTheLossFalls() {
    // [L1]: B* = 2.0e8 tokens, alpha_B = 0.21; 2^(1/0.21) = 27.12 by hand.
    let high = CriticalBatch.criticalBatch(loss: 4, scale: 2e8, exponent: 0.21)
    let low = CriticalBatch.criticalBatch(loss: 2, scale: 2e8, exponent: 0.21)
    #expect(abs(low / high - 27.13) < 0.02)
    #expect(CriticalBatch.criticalBatch(loss: 1, scale: 2e8, exponent: 0.21) == 2e8)
  }
}
