import Foundation
import Testing

/// What `--law auto` leaves open reaches every answer.
@Suite struct MixtureCommandTests {
  @Test func alternativesAnswerTogether() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs(noise: 0.006), to: "runs.csv")
    let fit = try await workspace.run(
      "fit", "runs.csv", "--law", "chinchilla,overtraining,coupled", "--resamples", "40", "--json")
    #expect(fit.status == 0, "\(fit.error)")
    try workspace.write(fit.output, to: "fit.json")
    let saved = try fit.json
    let alternatives = try #require(saved["alternatives"] as? [[String: Any]])
    let weights =
      try alternatives.map { try #require($0["weight"] as? Double) }
      + [try #require(saved["weight"] as? Double)]
    #expect(abs(weights.reduce(0, +) - 1) < 0.1)

    let together = try await workspace.run(
      "forecast", "fit.json", "--at", "N=7e9,D=1.4e11", "--json")
    let single = try await workspace.run(
      "forecast", "fit.json", "--at", "N=7e9,D=1.4e11", "--json", "--single")
    let forecasts = try [together, single].map { outcome in
      try #require((try outcome.json["forecasts"] as? [[String: Any]])?.first)
    }
    #expect((forecasts[0]["laws"] as? [Any])?.count == alternatives.count + 1)
    #expect(forecasts[1]["laws"] == nil)
    let components = try #require(forecasts[0]["components"] as? [String: Any])
    for key in ["sampling", "scatter", "model", "laws", "distance"] {
      #expect(components[key] is Double, "\(key)")
    }

    let plan = try await workspace.run("plan", "fit.json", "--compute", "1e22", "--json")
    let answer = try #require(try plan.json["plan"] as? [String: Any])
    let laws = try #require(answer["laws"] as? [[String: Any]])
    let size = try #require(answer["size"] as? [String: Any])
    let (low, high) = (
      try #require(size["low"] as? Double), try #require(size["high"] as? Double)
    )
    for law in laws where (law["weight"] as? Double ?? 0) > 0.3 {
      let value = try #require((law["size"] as? [String: Any])?["value"] as? Double)
      #expect(low <= value && value <= high)
    }
    let text = try await workspace.run("plan", "fit.json", "--compute", "1e22")
    #expect(text.output.contains("laws together"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// A cosine of six rows is read as a cosine; two rows are refused with what would mend them.
  @Test func aCoarseScheduleIsCompletedOrRefused() async throws {
    let workspace = try Workspace()
    let fit = try await workspace.run([
      "fit", Workspace.example("annealing.csv"), "--law", "annealing", "--warmup", "500",
      "--resamples", "40", "--json",
    ])
    try workspace.write(fit.output, to: "fit.json")
    func rate(_ step: Double) -> Double {
      2e-5 + 9e-5 * (1 + cos(.pi * (step - 500) / 19_500))
    }
    let steps = [500.0, 5000, 10_000, 15_000, 18_000, 20_000]
    try workspace.write(
      PlantedTables.lines(["run,step,lr"] + steps.map { "plan,\(Int($0)),\(rate($0))" }),
      to: "plan.csv")
    let outcome = try await workspace.run([
      "forecast", "fit.json", "--schedule", "plan.csv", "--warmup", "500", "--json", "--curves",
      "curves.csv",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let run = try #require((try outcome.json["runs"] as? [[String: Any]])?.first)
    #expect((run["schedule"] as? String)?.contains("cosine") == true)
    let curve = try #require(run["curve"] as? [[String: Any]])
    #expect(curve.count > 50)
    let end = try #require(curve.last)
    #expect(end["step"] as? Int == 20_000)
    let (law, single) = (
      try #require(end["law"] as? [String: Any]), try #require(end["run"] as? [String: Any])
    )
    #expect((single["low"] as? Double ?? 9) <= (law["low"] as? Double ?? 0))
    let text = try await workspace.run([
      "forecast", "fit.json", "--schedule", "plan.csv", "--warmup", "500",
    ])
    #expect(text.output.contains("a single run"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })

    try workspace.write(
      PlantedTables.lines(["run,step,lr", "plan,500,2e-4", "plan,20000,2e-5"]), to: "two.csv")
    let refused = try await workspace.run([
      "forecast", "fit.json", "--schedule", "two.csv", "--warmup", "500",
    ])
    #expect(refused.status == 65)
    #expect(refused.error.contains("too coarse"))
  }
}
