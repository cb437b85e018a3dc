import Foundation
import Testing

/// `allometry check survival`.
@Suite struct SurvivalCommandTests {
  /// Forty runs whose time to a target grows as the root of size, cut at 120; expected numbers by
  /// SciPy's Nelder-Mead on the likelihood written out in NumPy.
  @Test func timesToATargetWithStoppedRuns() async throws {
    let workspace = try Workspace()
    var rows = ["N,steps,reached"]
    for index in 0..<40 {
      let size = [1e7, 3e7, 1e8, 3e8][index % 4]
      let raw = Double(index) * 0.6180339887498949
      let share = (raw - raw.rounded(.down)) * 0.96 + 0.02
      let (gamma, kappa) = (1.5, 0.5)
      let inner = (kappa + 1) * (pow(1 - kappa * log(share) / (kappa + 1), 1 / kappa) - 1)
      let time = pow(inner, 1 / gamma) * 100 * (size / 1e8).squareRoot()
      rows.append("\(size),\(min(time, 120)),\(time < 120 ? 1 : 0)")
    }
    try workspace.write(PlantedTables.lines(rows), to: "runs.csv")
    let command = [
      "check", "survival", "runs.csv", "--time", "steps", "--event", "reached", "--by", "N",
    ]
    let outcome = try await workspace.run(command + ["--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["events"] as? Int == 29)
    let exponents = try #require(json["exponents"] as? [String: [String: Double]])
    #expect(abs(try #require(exponents["N"]?["value"]) - 0.55726) < 1e-3)
    #expect(abs(try #require(json["logLikelihood"] as? Double) + 149.63210) < 1e-4)
    let text = try await workspace.run(command + ["--at", "N=1e8"])
    #expect(text.output.contains("exponent of steps in N"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let wrong = try await workspace.run(command + ["--at", "D=1e8"])
    #expect(wrong.status == 64)
  }

  @Test func aBadEventIsNamed() async throws {
    let workspace = try Workspace()
    try workspace.write("steps,reached\n10,1\n20,2\n", to: "runs.csv")
    let outcome = try await workspace.run(
      "check", "survival", "runs.csv", "--time", "steps", "--event", "reached")
    #expect(outcome.status != 0)
    #expect(outcome.error.contains("runs.csv:3: column reached: found 2"))
  }
}
