import Foundation
import Testing

/// Raw sweeps of hyper-parameters through the commands.
@Suite struct SweepCommandTests {
  /// ln loss is quadratic around lr* = 1.8·N^−0.7·D^0.3.
  static func sweep(_ rates: [Double]) -> String {
    var rows = ["N,D,lr,weight_decay,loss"]
    for size in [6e7, 2e8, 6e8] {
      for tokens in [2e9, 1e10, 5e10] {
        for rate in rates {
          let x = log(rate / (1.8 * pow(size, -0.7) * pow(tokens, 0.3)))
          let loss = (2 + 400 * pow(size, -0.34)) * exp(0.006 * x * x)
          let noise = 0.0005 * PlantedTables.scatter(rows.count)
          rows.append("\(size),\(tokens),\(rate),0.1,\(loss * (1 + noise))")
        }
      }
    }
    return PlantedTables.lines(rows)
  }

  static let rates = (0..<9).map { 1.2e-4 * pow(2, Double($0)) }

  @Test func aRawSweepGivesItsOptimumFirst() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.sweep(Self.rates), to: "sweep.csv")
    let fit = try await workspace.run("fit", "sweep.csv", "--law", "learning-rate", "--json")
    #expect(fit.status == 0, "\(fit.error)")
    let json = try fit.json
    let parameters = try #require(json["parameters"] as? [String: [String: Any]])
    for (name, truth) in [("a", -0.7), ("b", 0.3)] {
      let low = try #require(parameters[name]?["low"] as? Double)
      let high = try #require(parameters[name]?["high"] as? Double)
      #expect(low < truth && truth < high && high - low < 0.3, "\(name) \(low) \(high)")
    }
    let record = try #require(json["sweep"] as? [String: Any])
    #expect((record["cells"] as? [[String: Any]])?.count == 9)
    try workspace.write(fit.output, to: "fit.json")
    let forecast = try await workspace.run(
      "forecast", "fit.json", "--at", "N=2e9,D=1e11", "--json")
    let answers = try #require(try forecast.json["forecasts"] as? [[String: Any]])
    let law = try #require(answers.first?["law"] as? [String: Double])
    let truth = 1.8 * pow(2e9, -0.7) * pow(1e11, 0.3)
    #expect((law["low"] ?? 1) < truth && truth < (law["high"] ?? 0))
    let text = try await workspace.run("fit", "sweep.csv", "--law", "learning-rate")
    #expect(text.output.contains("each row is the best lr of one cell of the raw sweep"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// The excess over the lowest loss, averaged by hand; the run that diverged counts as untrained.
  @Test func theInitialLossGivesTheSensitivity() async throws {
    let workspace = try Workspace()
    var rows = ["N,D,lr,loss"]
    for size in ["1e6", "1e7", "1e8"] {
      rows += ["\(size),1e9,1e-3,3", "\(size),1e9,1e-2,2.5", "\(size),1e9,1e-1,3.5"]
    }
    rows += ["1e8,1e9,1,nan"]
    try workspace.write(PlantedTables.lines(rows), to: "sweep.csv")
    let plain = try await workspace.run("sweep", "sweep.csv", "--json")
    #expect(plain.status == 0, "\(plain.error)")
    #expect(try plain.json["sensitivities"] == nil)
    let outcome = try await workspace.run(
      "sweep", "sweep.csv", "--initial-loss", "4.5", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let found = try #require(try outcome.json["sensitivities"] as? [[String: Any]])
    let values = found.compactMap { $0["sensitivity"] as? Double }
    #expect(values.count == 3)
    // Trapezoids over decades: (0.5/2 + 1/2)/2, then (0.5/2 + 1/2 + (1 + 2)/2)/3.
    for (value, expected) in zip(values, [0.375, 0.375, 0.75]) {
      #expect(abs(value - expected) < 1e-9)
    }
    #expect(found.last?["diverged"] as? Int == 1)
    let text = try await workspace.run("sweep", "sweep.csv", "--initial-loss", "4.5")
    #expect(text.output.contains("Sensitivity to lr"))
    expectOneSentence(
      try await workspace.run("sweep", "sweep.csv", "--initial-loss", "0"), status: 64,
      containing: "--initial-loss")
  }

  @Test func theCommandListsCellsLawsAndPredictions() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.sweep(Self.rates), to: "sweep.csv")
    let outcome = try await workspace.run("sweep", "sweep.csv", "--at", "N=1B,D=20B")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("At N = 1B, D = 20B: best lr"))
    #expect(outcome.output.contains("A factor of two beside the optimum costs"))
    let json = try await workspace.run("sweep", "sweep.csv", "--json").json
    #expect(json["schema"] as? String == "allometry.sweep/1")
    #expect((json["laws"] as? [[String: Any]])?.count == 1)
  }

  @Test func edgesAreBoundsAndGiveNoLaw() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.sweep((0..<6).map { 2e-6 * pow(2, Double($0)) }), to: "sweep.csv")
    let outcome = try await workspace.run("sweep", "sweep.csv")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("at least"))
    #expect(outcome.output.contains("Not fitted: law learning-rate"))
    expectOneSentence(
      try await workspace.run("fit", "sweep.csv", "--law", "learning-rate"), status: 65,
      containing: "no cell of the sweep has its best lr between values that were tried")
  }

  /// Rates without losses cannot be a sweep, and are no optima either.
  @Test func ratesWithoutLossesAreRefused() async throws {
    let workspace = try Workspace()
    let rows = Self.sweep(Self.rates).split(separator: "\n").map {
      $0.split(separator: ",").prefix(3).joined(separator: ",")
    }
    try workspace.write(PlantedTables.lines(rows), to: "sweep.csv")
    expectOneSentence(
      try await workspace.run("fit", "sweep.csv", "--law", "learning-rate"), status: 65,
      containing: "found 9 values of lr at one N and D and no column loss")
  }
}
