import Foundation
import Testing

/// `allometry capabilities`.
@Suite struct CapabilitiesCommandTests {
  /// Twelve models of three families, their logits of rank two, five benchmarks.
  private static let rows = [
    "m0,a,1e+19,0.1878,0.2234,0.1602,0.2686,0.2083",
    "m1,a,1e+20,0.2664,0.5814,0.3528,0.2124,0.3971",
    "m2,a,1e+21,0.5894,0.6507,0.671,0.4736,0.6203",
    "m3,a,1e+22,0.7728,0.8295,0.8723,0.5667,0.7927",
    "m4,b,1e+19,0.0765,0.1902,0.0647,0.1257,0.0979",
    "m5,b,1e+20,0.1837,0.3258,0.1788,0.2117,0.2404",
    "m6,b,1e+21,0.3203,0.5893,0.4157,0.2525,0.4399",
    "m7,b,1e+22,0.6196,0.7113,0.7228,0.4674,0.6479",
    "m8,c,1e+19,0.2519,0.4527,0.2891,0.236,0.3285",
    "m9,c,1e+20,0.5859,0.4855,0.6185,0.5625,0.5452",
    "m10,c,1e+21,0.7315,0.7765,0.8146,0.5613,0.75",
    "m11,c,1e+22,0.8821,0.8817,0.936,0.6807,0.8756",
  ]
  private static let header = "model,family,C,metric.t0,metric.t1,metric.t2,metric.t3,metric.t4"

  private func found(
    _ rows: [String], _ arguments: String...
  ) async throws -> [String: Any] {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.lines([Self.header] + rows), to: "models.csv")
    let outcome = try await workspace.run(["capabilities", "models.csv", "--json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.error)")
    return try outcome.json
  }

  /// Loadings and variance explained by NumPy's SVD of the centred table.
  @Test func componentsAreThoseOfTheSVD() async throws {
    let json = try await found(Self.rows, "--components", "2")
    let explained = try #require(json["explained"] as? [Double])
    let expected = [
      0.967219192, 0.0312567177, 0.00110968152, 0.000342747782, 7.16611976e-05,
    ]
    #expect(zip(explained, expected).allSatisfy { abs($0 - $1) < 1e-8 })
    let components = try #require(json["components"] as? [[String: Any]])
    let second = try #require(components.last?["loadings"] as? [String: Double])
    let loadings = [0.30653363, -0.73623302, 0.02388756, 0.58806485, -0.13269211]
    for (index, value) in loadings.enumerated() {
      #expect(abs(try #require(second["t\(index)"]) - value) < 1e-7)
    }
  }

  /// Errors on the family left out, by NumPy's SVD and SciPy's least_squares: 0.0188 by two
  /// components of the other benchmarks, 0.2037 by compute, 0.2958 by the mean.
  @Test func aFamilyLeftOut() async throws {
    let json = try await found(Self.rows, "--components", "2", "--predict", "t0")
    let one = try #require((json["predictions"] as? [[String: Any]])?.first)
    #expect(abs(try #require(one["componentError"] as? Double) - 0.018797097845972256) < 1e-5)
    #expect(abs(try #require(one["computeError"] as? Double) - 0.2036741467694449) < 1e-5)
    #expect(abs(try #require(one["meanError"] as? Double) - 0.2958099028866906) < 1e-9)
    #expect(one["families"] as? Int == 3)
    let lines = try #require(json["families"] as? [[String: Any]])
    #expect(lines.map { $0["family"] as? String } == ["a", "b", "c"])
  }

  /// Two entries missing: the variance explained once they are filled, by the same iteration in
  /// NumPy.
  @Test func missingEntriesAreFilled() async throws {
    var rows = Self.rows
    rows[2] = "m2,a,1e+21,0.5894,,0.671,0.4736,0.6203"
    rows[7] = "m7,b,1e+22,0.6196,0.7113,0.7228,NA,0.6479"
    let json = try await found(rows, "--components", "2")
    #expect(json["missing"] as? Int == 2)
    let explained = try #require(json["explained"] as? [Double])
    let expected = [0.967728426, 0.0309277664, 0.000869468814]
    #expect(zip(explained, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func textAndRefusals() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.lines([Self.header] + Self.rows), to: "models.csv")
    let text = try await workspace.run("capabilities", "models.csv", "--components", "2")
    #expect(text.status == 0, "\(text.error)")
    #expect(text.output.contains("the first component explains 96.7% of the variance"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let sparse = Self.rows.map { row in
      row.split(separator: ",").prefix(4).joined(separator: ",") + ",,,0.5,0.4"
    }
    try workspace.write(PlantedTables.lines([Self.header] + sparse), to: "sparse.csv")
    expectOneSentence(
      try await workspace.run("capabilities", "sparse.csv"), status: 65,
      containing: "sparse.csv: benchmark t1 is missing for 12 of 12 models")
    expectOneSentence(
      try await workspace.run("capabilities", "models.csv", "--predict", "t9"), status: 64,
      containing: "--predict: found \"t9\"")
    expectOneSentence(
      try await workspace.run("capabilities", "models.csv", "--let", "metric.t0=100*C"),
      status: 65, containing: "benchmark t0: found")
  }
}
