import Foundation
import Testing

/// `allometry check superposition`.
@Suite struct SuperpositionCommandTests {
  @Test func theToyModelIsTrainedForEachWidth() async throws {
    let workspace = try Workspace()
    let command = [
      "check", "superposition", "--features", "100", "--widths", "4,8,16", "--steps", "300",
      "--batch", "128",
    ]
    let json = try await workspace.run(command + ["--json"]).json
    let widths = try #require(json["widths"] as? [[String: Any]])
    #expect(widths.compactMap { $0["width"] as? Int } == [4, 8, 16])
    #expect(try #require(json["exponent"] as? Double) > 0.3)
    let text = try await workspace.run(command)
    #expect(text.output.contains("Loss falls as width^-"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// A model that has seen nothing has rows in random directions.
  @Test func headsOfRunsAreMeasured() async throws {
    let workspace = try TinyRuns.workspace()
    let run = try await workspace.run(
      ["train"] + TinyRuns.shape + ["--steps", "1", "--no-baselines", "--out", "run"])
    #expect(run.status == 0, "\(run.error)")
    let json = try await workspace.run("check", "superposition", "run", "--json").json
    let heads = try #require(json["heads"] as? [[String: Any]])
    let overlap = try #require(heads.first?["overlapTimesWidth"] as? Double)
    #expect(overlap > 0.5 && overlap < 2)
    let wrong = try await workspace.run("check", "superposition", "run", "--skew", "2")
    #expect(wrong.status == 64)
  }

  @Test func moreThanAlwaysActiveIsRefused() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "check", "superposition", "--features", "10", "--skew", "3", "--activity", "5", "--widths",
      "2")
    #expect(outcome.status == 64)
    #expect(outcome.error.contains("--activity"))
  }
}
