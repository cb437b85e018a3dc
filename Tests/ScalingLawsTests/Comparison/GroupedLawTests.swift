import Foundation
import Optimization
import ScalingLaws
import Testing

@Suite struct GroupedLawTests {
  static let point = [1.7, 400.0, 410, 0.34, 0.28, 300, 0.25]

  private func law() throws -> GroupedLaw<Chinchilla> {
    try GroupedLaw(base: Chinchilla(), relaxed: ["A", "beta"])
  }

  @Test func eachArmFollowsItsOwnParameters() throws {
    let law = try law()
    #expect(
      law.parameters.map(\.name) == [
        "E", "A", "B", "alpha", "beta", "A_treatment", "beta_treatment",
      ])
    let baseline = [1.7, 400, 410, 0.34, 0.28]
    let treatment = [1.7, 300, 410, 0.34, 0.25]
    let columns = [2e8, 5e9]
    #expect(
      law.prediction(Self.point, at: columns + [0])
        == Chinchilla().prediction(baseline, at: columns))
    #expect(
      law.prediction(Self.point, at: columns + [1])
        == Chinchilla().prediction(treatment, at: columns))
    #expect(law.basePoint(Self.point, group: 0) == baseline)
    #expect(law.basePoint(Self.point, group: 1) == treatment)
  }

  /// The compiled pair of evaluations against central differences of the formula.
  @Test(arguments: [0.0, 1.0]) func gradientsMatchDifferences(arm: Double) throws {
    let law = try law()
    let columns = [2e8, 5e9, arm]
    let gradient = law.gradient(Self.point, at: columns)
    for index in Self.point.indices {
      let step = 1e-5 * Self.point[index]
      var (above, below) = (Self.point, Self.point)
      above[index] += step
      below[index] -= step
      let slope =
        (law.prediction(above, at: columns) - law.prediction(below, at: columns)) / (2 * step)
      #expect(abs(gradient[index] - slope) <= 1e-6 * max(abs(slope), 1e-6))
    }
  }

  /// The formula itself, evaluated without the special kernel, agrees with it.
  @Test func formulaAndKernelAgree() throws {
    let law = try law()
    let plain = LawKernelProbe(law: law)
    for arm in [0.0, 1] {
      let columns = [2e8, 5e9, arm]
      let one = plain.prediction(Self.point, at: columns)
      #expect(abs(one - law.prediction(Self.point, at: columns)) <= 1e-15 * one)
    }
  }

  @Test func unknownParametersAreRefused() {
    #expect(throws: FitError.self) { try GroupedLaw(base: Chinchilla(), relaxed: ["C"]) }
  }

  @Test func rolesAreReadFromTheDeclaration() {
    let rows = Observations(
      columns: ["N": [1e7, 1e8, 1e9], "D": [1e9, 1e10, 1e11], "C": [1e17, 1e18, 1e19]],
      response: [3, 2.5, 2])
    #expect(
      Chinchilla().roles(at: rows) == [.floor, .amplitude, .amplitude, .exponent, .exponent])
    #expect(PowerConstant().roles(at: rows) == [.floor, .amplitude, .exponent])
    #expect(
      Coupled().roles(at: rows) == [
        .floor, .amplitude, .amplitude, .exponent, .exponent, .shape,
      ])
    #expect(PowerLaw().roles(at: rows) == [.amplitude, .exponent])
  }

  /// The ordinary fitter recovers planted parameters of both arms from noise-free runs.
  @Test func plantedArmsAreRecovered() throws {
    let law = try law()
    var (sizes, tokens, arms, outcome): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    for n in PlantedLadder.decades(7, 10, 4) {
      for d in PlantedLadder.decades(9, 12, 4) {
        for arm in [0.0, 1] {
          sizes.append(n)
          tokens.append(d)
          arms.append(arm)
          outcome.append(law.prediction(Self.point, at: [n, d, arm]))
        }
      }
    }
    let table = Observations(
      columns: ["N": sizes, "D": tokens, "arm": arms], response: outcome)
    let fitted = try fit(law, to: table, options: FitOptions(interval: .none))
    for (found, planted) in zip(fitted.estimate, Self.point) {
      #expect(abs(found / planted - 1) < 1e-5)
    }
  }
}

/// A law's formula compiled without the law's own kernel.
private struct LawKernelProbe<Base: Law>: Law {
  var law: GroupedLaw<Base>
  var card: LawCard { law.card }
  var parameters: [LawParameter] { law.parameters }
  func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> { law.predict(p, x) }
}
