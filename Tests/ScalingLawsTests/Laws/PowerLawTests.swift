import Foundation
import ScalingLaws
import Testing

@Suite struct PowerLawTests {
  @Test(arguments: ["N", "D", "C", "metric.size"])
  func recoversPlantedParametersInAnyColumn(_ column: String) throws {
    let law = try PowerLaw().setting("x", to: column)
    #expect(law.card.columns.map(\.name) == [column])
    let truth = [12.0, 0.076]
    let table = Planted.observations(
      law, truth, columns: [column: Planted.geometric(1e6, 1e10, 9)])
    let found = try fit(law, to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-8)
  }

  @Test(arguments: [[1.69, 400, 0.34], [0.2, 3, 0.05], [3, 1e4, 0.7]])
  func recoversFloorAmplitudeAndExponent(_ truth: [Double]) throws {
    let law = PowerConstant(x: "D")
    let table = Planted.observations(law, truth, columns: ["D": Planted.geometric(1e5, 1e11, 13)])
    let found = try fit(law, to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-5)
  }

  @Test func withoutAmplitudeTheConstantIsAllThatIsLeft() {
    #expect(PowerConstant().prediction([1.5, 0, 0.3], at: [1e20]) == 1.5)
    // 2·100^(−1/2) = 0.2.
    #expect(abs(PowerLaw().prediction([2, 0.5], at: [100]) - 0.2) < 1e-15)
  }

  @Test func refusesOtherSettingsAndAnEmptyColumn() {
    #expect(throws: FitError.self) { try PowerLaw().setting("y", to: "N") }
    #expect(throws: FitError.self) { try PowerConstant().setting("x", to: "") }
  }
}
