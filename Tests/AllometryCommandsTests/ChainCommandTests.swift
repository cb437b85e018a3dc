import Foundation
import Testing

/// `allometry chain`.
@Suite struct ChainCommandTests {
  let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// A saved fit made by hand: parameters, refits and scatter are chosen, not fitted.
  private func document(
    law: String, response: String, parameters: [(String, Double)], draws: [[Double]],
    scatter: Double, objective: String = "squared", ranges: [String: [Double]],
    settings: [String: String] = [:], table: String
  ) throws -> String {
    let object: [String: Any] = [
      "schema": "allometry.fit/1", "law": law, "settings": settings, "formula": "",
      "response": ["column": response, "unit": ""], "rows": 50,
      "objective": ["name": objective, "value": 0, "mean": 0],
      "parameters": Dictionary(
        parameters.map { ($0.0, ["value": $0.1, "unit": "", "fixed": false] as [String: Any]) },
        uniquingKeysWith: { a, _ in a }),
      "interval": ["level": 0.9, "method": "bootstrap", "resamples": draws.count, "tail": 0.05],
      "ranges": ranges, "scatter": scatter,
      "search": ["starts": 1, "polished": 1, "agreeing": 1, "status": "converged"],
      "notes": [] as [String], "warnings": [] as [String], "table": table,
      "draws": ["parameters": parameters.map(\.0), "values": draws] as [String: Any],
    ]
    return String(
      decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }

  /// Numbers of a standard normal at equal steps of probability, 0 to 1.
  private static let normal: [Double] = (0..<400).map { index in
    let p = (Double(index) + 0.5) / 400
    // Bisection of the error function.
    var (low, high) = (-6.0, 6.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private func writeChain(shared: Bool = false) throws {
    // loss = E + A·C^(-alpha) with E known to 0.02; accuracy by a sigmoid with L0 known to 0.02.
    let first = Self.normal.map { [2 + 0.02 * $0, 1e6, 0.3] }
    let second = Self.normal.map { [1.0, 4, 2 + 0.02 * $0] }
    try workspace.write(
      document(
        law: "power-constant", response: "loss",
        parameters: [("E", 2), ("A", 1e6), ("alpha", 0.3)], draws: first, scatter: 0.03,
        ranges: ["C": [1e18, 1e22]], settings: ["x": "C"], table: shared ? "t.csv" : "a.csv"),
      to: "loss.json")
    try workspace.write(
      document(
        law: "loss-to-accuracy", response: "accuracy",
        parameters: [("A", 1), ("k", 4), ("L0", 2)], draws: second, scatter: 0.01,
        ranges: ["loss": [1.9, 4], "C": [1e18, 1e22]],
        settings: ["chance": "0.0", "anchor": "none"],
        table: shared ? "t.csv" : "b.csv"), to: "task.json")
  }

  private func steps(_ arguments: String...) async throws -> [[String: Any]] {
    let outcome = try await workspace.run(
      ["chain", "loss.json", "task.json", "--json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.chain/1")
    let runs = try #require(json["runs"] as? [[String: Any]])
    return try #require(runs.first?["steps"] as? [[String: Any]])
  }

  private func interval(_ any: Any?) throws -> (value: Double, low: Double, high: Double) {
    let object = try #require(any as? [String: Double])
    return (
      try #require(object["value"]), try #require(object["low"]), try #require(object["high"])
    )
  }

  /// At C = 1e24, 1e6·C^(-0.3) = 0.06310; accuracy = σ(4·(2 − loss)). The standard deviation of
  /// 4·(L0 − loss) is 4·√(0.02² + 0.02²) = 0.11314 for the mean and
  /// 4·√(0.02² + 0.02² + 0.03²) = 0.16492 with the scatter of the loss; beside it 0.01 of accuracy.
  @Test func independentStepsAddTheirVariances() async throws {
    try writeChain()
    let found = try await steps("--at", "C=1e24")
    let height = -4 * 1e6 * pow(1e24, -0.3)
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    let mean = try interval(found[1]["mean"])
    #expect(abs(mean.value - sigmoid(height)) < 1e-9)
    #expect(abs(mean.low - sigmoid(height - 1.6449 * 0.11314)) < 0.004)
    #expect(abs(mean.high - sigmoid(height + 1.6449 * 0.11314)) < 0.004)
    let single = try interval(found[1]["single"])
    let slope = sigmoid(height) * (1 - sigmoid(height))
    let deviation = (pow(slope * 0.16492, 2) + pow(0.01, 2)).squareRoot()
    #expect(abs((single.high - single.low) / (2 * 1.6449 * deviation) - 1) < 0.04)
    let share = try #require(found[0]["share"] as? Double)
    // The first step alone: slope·4·√(0.02² + 0.03²); the second slope·4·0.02 and 0.01.
    let first = pow(slope * 4, 2) * (0.0004 + 0.0009)
    let expected = first / (first + pow(slope * 4 * 0.02, 2) + 1e-4)
    #expect(abs(share - expected) < 0.04)
    let loss = try interval(found[0]["single"])
    #expect(abs((loss.high - loss.low) / (2 * 1.6449 * 0.0013.squareRoot()) - 1) < 0.04)
  }

  /// Two fits of the same rows: refits that rise together cancel in loss − L0.
  @Test func sharedRowsArePaired() async throws {
    try writeChain(shared: true)
    let paired = try interval(try await steps("--at", "C=1e24")[1]["mean"])
    #expect(paired.high - paired.low < 0.002, "E and L0 move together in every refit")
    let apart = try interval(try await steps("--at", "C=1e24", "--independent")[1]["mean"])
    #expect(apart.high - apart.low > 0.08)
  }

  @Test func theTextSaysWhichStepMakesTheWidth() async throws {
    try writeChain()
    let text = try await workspace.run("chain", "loss.json", "task.json", "--at", "C=1e24")
    #expect(text.status == 0, "\(text.error)")
    #expect(text.output.contains("Beyond the data of power-constant: C is 100 times above"))
    #expect(text.output.contains("share"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test(arguments: [
    (["--at", "N=1e9"], 64, "--at: found no C, expected it"),
    (["--at", "foo=1"], 64, "--at: found \"foo\""),
    (["--at", "C=1e24", "--link", "C"], 64, "--link: found \"C\""),
    (["--at", "C=-1"], 64, "--at: C: found"),
  ])
  func wrongQuestions(arguments: [String], status: Int, sentence: String) async throws {
    try writeChain()
    expectOneSentence(
      try await workspace.run(["chain", "loss.json", "task.json"] + arguments),
      status: Int32(status), containing: sentence)
    expectOneSentence(
      try await workspace.run("chain", "task.json", "loss.json", "--at", "loss=2"), status: 64,
      containing: "say with --link which of them it is")
  }

  /// The anchor takes the ceiling from the fit: the curve passes through 1 at a loss of zero.
  @Test func anAnchoredCurve() async throws {
    var rows = ["loss,accuracy"]
    for index in 0..<20 {
      let loss = 2.2 + 0.1 * Double(index)
      let ceiling = 0.25 + 0.75 * (1 + exp(-1.5 * 1.8))
      let accuracy = 0.25 + (ceiling - 0.25) / (1 + exp(1.5 * (loss - 1.8)))
      rows.append("\(loss),\(accuracy + 1e-4 * PlantedTables.scatter(index))")
    }
    try workspace.write(PlantedTables.lines(rows), to: "acc.csv")
    let outcome = try await workspace.run(
      "fit", "acc.csv", "--law", "loss-to-accuracy", "--set", "chance=0.25", "--set", "anchor=1",
      "--resamples", "40", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let parameters = try #require(try outcome.json["parameters"] as? [String: [String: Any]])
    #expect(parameters.keys.sorted() == ["L0", "k"])
    #expect(abs(try #require(parameters["k"]?["value"] as? Double) - 1.5) < 0.01)
    #expect(abs(try #require(parameters["L0"]?["value"] as? Double) - 1.8) < 0.01)
    try workspace.write(outcome.output, to: "acc.json")
    let forecast = try await workspace.run("forecast", "acc.json", "--at", "loss=0", "--json")
    let found = try #require((try forecast.json["forecasts"] as? [[String: Any]])?.first)
    #expect(abs(try interval(found["law"]).value - 1) < 1e-12)
  }
}
