import Foundation
import Testing

/// `allometry testtime curve`: curves whose parameters are known come back.
@Suite struct TestTimeCurveTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func estimate(_ value: Any?) throws -> (value: Double, low: Double, high: Double) {
    let numbers = try #require(value as? [String: Any])
    func number(_ name: String) throws -> Double {
      try #require((numbers[name] as? NSNumber)?.doubleValue)
    }
    return (try number("value"), try number("low"), try number("high"))
  }

  /// Coverage exp(−a k^−b) [3] at k = 1, 2, … 1024, its exponent off by a share of itself.
  private func coverage(_ a: Double, _ b: Double, scatter: Double = 0) -> [String] {
    (0...10).map { step in
      let k = pow(2, Double(step))
      let exponent = a * pow(k, -b) * (1 + scatter * PlantedTables.scatter(step))
      return "\(Int(k)),\(exp(-exponent))"
    }
  }

  @Test func anExactCurveComesBack() async throws {
    try workspace.write(
      PlantedTables.lines(["k,coverage"] + coverage(2, 0.3)), to: "exact.csv")
    let outcome = try await workspace.run(
      "testtime", "curve", "exact.csv", "--at", "1e5", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let json = try outcome.json
    #expect(json["schema"] as? String == "allometry.testtime-curve/1")
    let curve = try #require((json["curves"] as? [[String: Any]])?.first)
    #expect(curve["preferred"] as? String == "power law" && curve["points"] as? Int == 11)
    let fit = try #require(curve["logLog"] as? [String: Any])
    #expect(abs(try estimate(fit["scale"]).value - 2) < 1e-9)
    #expect(abs(try estimate(fit["exponent"]).value - 0.3) < 1e-9)
    let prediction = try #require((curve["predictions"] as? [[String: Any]])?.first)
    #expect(
      abs(try estimate(prediction["success"]).value - exp(-2 * pow(1e5, -0.3))) < 1e-9)
    let text = try await workspace.run("testtime", "curve", "exact.csv")
    #expect(text.output.contains("−ln c = 2.000 k^−0.300"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func scatteredCurvesLieInTheirIntervals() async throws {
    let planted: KeyValuePairs = ["easy": (a: 1.5, b: 0.4), "hard": (a: 4.0, b: 0.25)]
    let rows = planted.flatMap { name, truth in
      coverage(truth.a, truth.b, scatter: 0.02).map { "\(name),\($0)" }
    }
    try workspace.write(PlantedTables.lines(["series,k,coverage"] + rows), to: "two.csv")
    let outcome = try await workspace.run("testtime", "curve", "two.csv", "--at", "4096", "--json")
    let curves = try #require(try outcome.json["curves"] as? [[String: Any]])
    #expect(curves.count == 2)
    for ((name, truth), curve) in zip(planted, curves) {
      #expect(curve["name"] as? String == "series=\(name)")
      #expect(curve["preferred"] as? String == "power law")
      let fit = try #require(curve["logLog"] as? [String: Any])
      let prediction = try #require((curve["predictions"] as? [[String: Any]])?.first)
      for (found, wanted) in [
        (try estimate(fit["scale"]), truth.a), (try estimate(fit["exponent"]), truth.b),
        (try estimate(prediction["success"]), exp(-truth.a * pow(4096, -truth.b))),
      ] {
        #expect(found.low < wanted && wanted < found.high, "\(name): \(found), \(wanted)")
        #expect(found.high - found.low < 0.15 * wanted, "\(name): \(found)")
      }
    }
  }

  /// Accuracy 0.8 / (1 + exp(−1.2 (ln t − ln 900))).
  @Test func aSaturatingCurveComesBack() async throws {
    let rows = (0..<12).map { step -> String in
      let tokens = 100 * pow(2, Double(step))
      return "\(Int(tokens)),\(0.8 / (1 + exp(-1.2 * (log(tokens) - log(900)))))"
    }
    try workspace.write(PlantedTables.lines(["tokens,accuracy"] + rows), to: "t.csv")
    let arguments = ["testtime", "curve", "t.csv", "--tokens", "tokens", "--items", "1000"]
    let outcome = try await workspace.run(arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let fit = try #require((try outcome.json["budgets"] as? [[String: Any]])?.first)
    let ceiling = try estimate(fit["ceiling"])
    #expect(abs(ceiling.value - 0.8) < 1e-4 && ceiling.low < 0.8 && ceiling.high > 0.8)
    func number(_ name: String) throws -> Double {
      try #require((fit[name] as? NSNumber)?.doubleValue)
    }
    #expect(abs(try number("midpoint") / 900 - 1) < 1e-4)
    #expect(abs(try number("saturation") / (900 * pow(19, 1 / 1.2)) - 1) < 1e-4)
    #expect(abs(try number("slope") - 1.2 * log(2)) < 1e-4)
    #expect(try number("evidence") > 10)
    let text = try await workspace.run(arguments)
    let words = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.hasPrefix("t.csv: accuracy tends to 0.800 ["))
    #expect(words.contains("half of it at 900 tokens, 95 % of it at 10.5k."))
    expectOneSentence(
      try await workspace.run("testtime", "curve", "t.csv", "--tokens", "tokens"), status: 64,
      containing: "--tokens: expected --items with it")
  }

  @Test(arguments: [
    ("1,0.1\n2,abc\n4,0.3", "bad.csv:3: column coverage: found \"abc\", expected a number"),
    ("1,0.1\n2,0.2\n4,1.5", "bad.csv:4: column coverage: found 1.5, expected a share from 0 to 1"),
    ("1,0.1\n0,0.2\n4,0.3", "bad.csv:3: column k: found 0, expected a number above 0"),
    ("1,0.1\n2,0.2", "bad.csv: found no curve of enough points, expected at least six"),
  ])
  func badTablesAreRefused(rows: String, sentence: String) async throws {
    try workspace.write("k,coverage\n\(rows)\n", to: "bad.csv")
    expectOneSentence(
      try await workspace.run("testtime", "curve", "bad.csv"), status: 65, containing: sentence)
  }

  @Test(arguments: [
    (["--at", "0"], 64, "--at: found 0, expected a positive number"),
    (["--cut", "-1"], 64, "--cut: found -1, expected a positive number"),
    (["--level", "1.5"], 64, "--level: found 1.5, expected a number between 0.5 and 1"),
  ])
  func badOptionsAreRefused(options: [String], status: Int, sentence: String) async throws {
    try workspace.write(PlantedTables.lines(["k,coverage"] + coverage(2, 0.3)), to: "c.csv")
    expectOneSentence(
      try await workspace.run(["testtime", "curve", "c.csv"] + options), status: Int32(status),
      containing: sentence)
  }
}
