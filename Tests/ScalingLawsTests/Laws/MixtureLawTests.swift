import Foundation
import ScalingLaws
import Statistics
import Testing

@Suite struct MixtureLawTests {
  /// Eleven domains: more parameters than one pass of derivatives carries.
  @Test func recoversPlantedParametersOfManyDomains() throws {
    var random = SplittableRandom(seed: 6)
    let names = (0..<11).map { "w\($0)" }
    var truth = ["c": 1.7]
    for (index, name) in names.enumerated() { truth["t_\(name)"] = 0.9 - 0.35 * Double(index % 5) }
    let mixtures = (0..<80).map { _ in random.nextDirichlet([Double](repeating: 0.5, count: 11)) }
    var columns: [String: [Double]] = [:]
    for (index, name) in names.enumerated() { columns[name] = mixtures.map { $0[index] } }
    let planted = PlantedLaw(law: MixtureLaw(domains: names), truth: truth, columns: columns)
    #expect(try planted.recoveryError() < 1e-6)
  }

  @Test func aConstantAddedToAllCoefficientsIsAFactor() {
    let law = MixtureLaw(domains: ["a", "b"])
    let plain = law.prediction([1, 0.2, -0.4], at: [0.25, 0.75])
    let shifted = law.prediction([1, 0.7, 0.1], at: [0.25, 0.75])
    #expect(abs((shifted - 1) / (plain - 1) - exp(0.5)) < 1e-12)
  }

  @Test func domainsAreASetting() throws {
    let law = try MixtureLaw().setting("domains", to: "web,code")
    #expect(law.card.columns.map(\.name) == ["web", "code"])
    #expect(law.parameters.map(\.name) == ["c", "t_web", "t_code"])
    #expect(throws: FitError.self) { try MixtureLaw().setting("domains", to: "web,web") }
  }
}
