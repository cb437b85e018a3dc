import Foundation
import ScalingLaws
import Testing

@Suite struct SparseAttentionTests {
  private func planted(_ transform: SparseAttention.Transform, _ point: [Double]) -> PlantedLaw {
    PlantedLaw(
      law: SparseAttention(transform: transform),
      truth: Dictionary(uniqueKeysWithValues: zip(["b0", "b_N", "b_T", "b_c"], point)),
      columns: PlantedLaw.grid([
        ("N", [7e9, 1.4e10, 3.2e10, 7.2e10]), ("context", [16_384, 32_768, 131_072]),
        ("compression", [1, 2, 5, 10, 20]),
      ]))
  }

  @Test(arguments: [
    (SparseAttention.Transform.identity, [-0.9, 0.08, -0.02, -0.05]),
    (.log, [-6, 0.3, -0.15, -0.1]), (.logit, [-10, 0.6, -0.3, -0.25]),
  ])
  func recoversPlantedParametersInAnyUnit(
    transform: SparseAttention.Transform, point: [Double]
  ) throws {
    let planted = planted(transform, point)
    #expect(try planted.recoveryError() < 1e-7)
    #expect(try planted.recoveryError(scaling: ["N": 1e-9, "context": 1e-3]) < 1e-9)
  }

  @Test func logOddsAreLinearInTheLogarithms() {
    let p = [-10, 0.6, -0.3, -0.25]
    let score = SparseAttention().prediction(p, at: [7e9, 32_768, 5])
    let linear = p[0] + p[1] * log(7e9) + p[2] * log(32_768) + p[3] * log(5)
    #expect(abs(log(score / (1 - score)) - linear) < 1e-12)
  }

  @Test func settingsChooseTheTransform() throws {
    let law = try SparseAttention().setting("transform", to: "identity")
    #expect(law.parameters.filter(\.isLinear).count == 4)
    #expect(throws: FitError.self) { try SparseAttention().setting("transform", to: "probit") }
  }
}
