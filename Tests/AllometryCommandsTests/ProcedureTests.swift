import Foundation
import Testing

/// Fits that are procedures, and the mixture law.
@Suite struct ProcedureTests {
  /// Approaches 1 and 2 find the planted exponent beta/(alpha + beta) = 0.4516.
  @Test(arguments: [("isoflop", 0.02), ("envelope", 0.1)])
  func allocations(name: String, tolerance: Double) async throws {
    let workspace = try Workspace()
    try workspace.write(
      name == "isoflop" ? PlantedTables.isoFLOP : PlantedTables.curves, to: "runs.csv")
    let outcome = try await workspace.run(
      "fit", "runs.csv", "--law", name, "--resamples", "40", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.fit/1")
    #expect(json["law"] as? String == name)
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    let exponent = try #require(parameters["a"]?["value"] as? Double)
    #expect(abs(exponent - 0.28 / 0.62) < tolerance)
    try workspace.write(outcome.output, to: "fit.json")
    let plan = try await workspace.run("plan", "fit.json", "--compute", "1e21")
    #expect(plan.status == 0, "\(plan.error)")
    #expect(plan.output.contains("tokens per parameter"))
    expectOneSentence(
      try await workspace.run("forecast", "fit.json", "--at", "N=1e9,D=1e10"), status: 64,
      containing: "fit.json: a fit of \(name) knows how N and D grow with compute and no loss")
    expectOneSentence(
      try await workspace.run("plan", "fit.json", "--target", "2"), status: 64,
      containing: "give --compute or --hours")
    let text = try await workspace.run("fit", "runs.csv", "--law", name, "--resamples", "40")
    #expect(text.output.hasPrefix("\(name): N* = G_N C^a, D* = G_D C^b\n"))
  }

  @Test func groupsOfAProcedureAreOneDocument() async throws {
    let workspace = try Workspace()
    let lines = PlantedTables.curves.split(separator: "\n").map(String.init)
    let groups = ["a", "b"].flatMap { group in lines.dropFirst().map { "\(group),\($0)" } }
    try workspace.write(PlantedTables.lines(["corpus,\(lines[0])"] + groups), to: "runs.csv")
    let outcome = try await workspace.run(
      "fit", "runs.csv", "--law", "envelope", "--by", "corpus", "--resamples", "5", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let fits = try #require(try outcome.json["fits"] as? [[String: Any]])
    #expect(fits.map { $0["group"] as? [String: String] } == [["corpus": "a"], ["corpus": "b"]])
  }

  @Test func twoSteps() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.accuracies, to: "runs.csv")
    let outcome = try await workspace.run(
      "fit", "runs.csv", "--law", "two-step", "--set", "chance=0.25", "--resamples", "40",
      "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    try workspace.write(outcome.output, to: "fit.json")
    let forecast = try await workspace.run(
      "forecast", "fit.json", "--at", "N=7e9,D=1.4e11", "--json")
    #expect(forecast.status == 0, "\(forecast.error)")
    let answers = try #require(try forecast.json["forecasts"] as? [[String: Any]])
    let law = try #require(answers.first?["law"] as? [String: Double])
    let value = try #require(law["value"])
    let truth = 0.25 + 0.7 / (1 + exp(3 * (PlantedTables.loss(7e9, 1.4e11) - 2.9)))
    #expect(abs(value - truth) < 0.05)
  }

  @Test func mixtures() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.mixtures, to: "runs.csv")
    let outcome = try await workspace.run(
      "fit", "runs.csv", "--law", "mixture", "--resamples", "40", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    try workspace.write(outcome.output, to: "fit.json")
    let plan = try await workspace.run("plan", "fit.json", "--json")
    #expect(plan.status == 0, "\(plan.error)")
    let json = try plan.json
    #expect(json["schema"] as? String == "allometry.mixture/1")
    let shares = try #require(json["shares"] as? [String: Double])
    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-9)
    #expect(try #require(shares["share_web"]) > 0.8, "the web lowers the planted loss most")
  }
}
