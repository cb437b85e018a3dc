import Foundation
import Testing

@Suite struct ScheduleForecastTests {
  /// The published annealing law [30] on its own 40 points: L0 2.628, A 0.430, C 0.411, alpha
  /// 0.550 (laws.md, fixture F1), from the example table and through the command.
  @Test func theExampleGivesThePublishedConstants() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run([
      "fit", Workspace.example("annealing.csv"), "--law", "annealing", "--warmup", "500",
      "--interval", "none", "--json",
    ])
    let parameters = try #require(try outcome.json["parameters"] as? [String: [String: Any]])
    for (name, published, tolerance) in [
      ("L0", 2.628, 0.005), ("A", 0.430, 0.005), ("C", 0.411, 0.01), ("alpha", 0.550, 0.01),
    ] {
      let found = try #require(parameters[name]?["value"] as? Double)
      #expect(abs(found - published) <= tolerance, "\(name): \(found)")
    }
  }

  /// Forecast under the schedules of the table itself: the last losses of both runs come back.
  @Test func aForecastUnderTheFittedSchedulesReturnsTheirLosses() async throws {
    let workspace = try Workspace()
    let table = Workspace.example("annealing.csv")
    let fit = try await workspace.run([
      "fit", table, "--law", "annealing", "--warmup", "500", "--resamples", "40", "--json",
    ])
    try workspace.write(fit.output, to: "fit.json")
    let forecast = try await workspace.run([
      "forecast", "fit.json", "--schedule", table, "--warmup", "500", "--json",
    ])
    let runs = try #require(try forecast.json["runs"] as? [[String: Any]])
    #expect(runs.count == 2)
    for (run, last) in [("cosine", 2.8376071), ("constant", 2.8294308)] {
      let entry = try #require(runs.first { $0["run"] as? String == run })
      let value = try #require((entry["outcome"] as? [String: Any])?["value"] as? Double)
      #expect(abs(value - last) < 0.005, "\(run): \(value)")
    }
    let refused = try await workspace.run([
      "forecast", "fit.json", "--schedule", table, "--at", "S1=2",
    ])
    #expect(refused.status == 64)
  }

  /// Runs above the frontier change nothing that is fitted.
  @Test func theFrontierDropsBadRuns() async throws {
    let workspace = try Workspace()
    let good = (0..<12).map { index -> String in
      let compute = 1e17 * pow(10, Double(index) / 3)
      return "\(compute),\(1.7 + 2000 * pow(compute, -0.17))"
    }
    let bad = (0..<11).map { index -> String in
      let compute = 1.05e17 * pow(10, Double(index) / 3)
      return "\(compute),\(2.2 + 2000 * pow(compute, -0.17))"
    }
    try workspace.write(PlantedTables.lines(["C,loss"] + good + bad), to: "runs.csv")
    let outcome = try await workspace.run([
      "fit", "runs.csv", "--law", "power-constant", "--frontier", "12", "--interval", "none",
      "--json",
    ])
    #expect(try outcome.json["rows"] as? Int == 12)
    let parameters = try #require(try outcome.json["parameters"] as? [String: [String: Any]])
    let alpha = try #require(parameters["alpha"]?["value"] as? Double)
    #expect(abs(alpha - 0.17) < 1e-3)
  }
}
