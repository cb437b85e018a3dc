import Foundation
import Testing

/// Mixtures through the commands: forms, several targets, bounds, the Dirichlet search, forecasts of
/// a table.
@Suite struct DomainMixtureCommandTests {
  /// Two targets of which each wants another of three domains, both with diminishing returns.
  static var targets: String {
    var rows = ["share_web,share_code,share_books,loss_web,loss_code"]
    for index in 0..<48 {
      let raw = (0..<3).map { axis -> Double in
        let angle = Double(index + 1) * (0.618034 + 0.2137 * Double(axis))
        return -log(0.02 + 0.96 * (angle - angle.rounded(.down)))
      }
      let total = raw.reduce(0, +)
      let w = raw.map { $0 / total }
      let web = 2 + 1 / (0.9 * pow(w[0], 0.3) + 0.2 * pow(w[1], 0.5) + 0.3 * pow(w[2], 0.4))
      let code = 1 + 1 / (0.2 * pow(w[0], 0.5) + 0.9 * pow(w[1], 0.3) + 0.1 * pow(w[2], 0.4))
      let noise = 0.001 * PlantedTables.scatter(index)
      rows.append("\(w[0]),\(w[1]),\(w[2]),\(web * (1 + noise)),\(code * (1 - noise))")
    }
    return PlantedTables.lines(rows)
  }

  @Test func severalTargetsAreWeighed() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.targets, to: "runs.csv")
    func shares(_ weights: String) async throws -> [String: Double] {
      let fit = try await workspace.run(
        "fit", "runs.csv", "--law", "mixture", "--response", "loss_web,loss_code", "--weight",
        weights, "--resamples", "20", "--json")
      #expect(fit.status == 0, "\(fit.error)")
      try workspace.write(fit.output, to: "fit.json")
      let plan = try await workspace.run("plan", "fit.json", "--json")
      #expect(plan.status == 0, "\(plan.error)")
      let json = try plan.json
      #expect((json["targets"] as? [[String: Any]])?.count == 2)
      return try #require(json["shares"] as? [String: Double])
    }
    let web = try await shares("loss_web=0.9,loss_code=0.1")
    let code = try await shares("0.1,0.9")
    #expect((web["share_web"] ?? 0) > (code["share_web"] ?? 1) + 0.2)
    #expect((code["share_code"] ?? 0) > (web["share_code"] ?? 1) + 0.2)
    let bounded = try await workspace.run(
      "plan", "fit.json", "--share-bounds", "code=0:0.3", "--json")
    let limited = try #require(try bounded.json["shares"] as? [String: Double])
    #expect((limited["share_code"] ?? 1) <= 0.3 + 1e-9)
    let scarce = try await workspace.run(
      "plan", "fit.json", "--available", "code=1B", "--training-tokens", "40B", "--epochs", "4",
      "--json")
    let rare = try #require(try scarce.json["shares"] as? [String: Double])
    #expect((rare["share_code"] ?? 1) <= 0.1 + 1e-9)
    let drawn = try await workspace.run(
      "plan", "fit.json", "--search", "dirichlet", "--samples", "5000", "--best", "50", "--json")
    let average = try #require(try drawn.json["shares"] as? [String: Double])
    #expect(abs((average["share_code"] ?? 0) - (code["share_code"] ?? 1)) < 0.2)
    expectOneSentence(
      try await workspace.run("plan", "fit.json", "--share-bounds", "music=0:1"), status: 64,
      containing: "expected one of the domains")
    expectOneSentence(
      try await workspace.run(
        "fit", "runs.csv", "--law", "power", "--response", "loss_web,loss_code"), status: 64,
      containing: "--law mixture only")
    // A forecast of a whole table, with its weighted sum.
    let table = try await workspace.run("forecast", "fit.json", "--table", "runs.csv", "--csv")
    #expect(table.status == 0, "\(table.error)")
    #expect(table.output.split(separator: "\n").count == 49)
    #expect(table.output.hasPrefix("row,line,loss_web,loss_web.low"))
    let text = try await workspace.run("forecast", "fit.json", "--table", "runs.csv")
    #expect(text.output.contains("The best is predicted for"))
    #expect(text.output.contains("Against the table's own loss_web"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func theFormIsChosenAndSaid() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.targets, to: "runs.csv")
    let fit = try await workspace.run(
      "fit", "runs.csv", "--law", "mixture", "--response", "loss_web", "--resamples", "20",
      "--json")
    let record = try #require(try fit.json["mixture"] as? [String: Any])
    #expect((record["forms"] as? [[String: Any]])?.count == 3)
    #expect((try fit.json["settings"] as? [String: String])?["form"] != "log-linear")
    try workspace.write(fit.output, to: "fit.json")
    let plan = try await workspace.run("plan", "fit.json", "--json")
    let shares = try #require(try plan.json["shares"] as? [String: Double])
    #expect(shares.values.allSatisfy { $0 > 0.005 && $0 < 0.97 }, "\(shares)")
    let named = try await workspace.run(
      "fit", "runs.csv", "--law", "mixture", "--response", "loss_web", "--set",
      "form=log-linear", "--resamples", "20")
    #expect(named.output.contains("Warning: the form misses something"))
    expectOneSentence(
      try await workspace.run(
        "fit", "runs.csv", "--law", "mixture", "--response", "loss_web",
        "--set", "domains=share_web,share_code"), status: 65,
      containing: "expected shares from 0 to 1 that add up to 1")
  }

  /// `weight_decay` has the name of a share and is none.
  @Test func weightDecayIsNoShare() async throws {
    let workspace = try Workspace()
    var rows = PlantedTables.runs().split(separator: "\n").map(String.init)
    rows = rows.enumerated().map { $0 == 0 ? "\($1),weight_decay" : "\($1),0.1" }
    try workspace.write(PlantedTables.lines(rows), to: "runs.csv")
    let outcome = try await workspace.run("fit", "runs.csv", "--resamples", "20")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(!outcome.output.contains("mixture"))
    var shares = PlantedTables.mixtures.replacingOccurrences(of: "share_", with: "weight_")
      .split(separator: "\n").map(String.init)
    shares = shares.enumerated().map { $0 == 0 ? "weight_decay,\($1)" : "0.1,\($1)" }
    try workspace.write(PlantedTables.lines(shares), to: "mixtures.csv")
    let fit = try await workspace.run(
      "fit", "mixtures.csv", "--law", "mixture", "--resamples", "20", "--json")
    #expect(fit.status == 0, "\(fit.error)")
    let domains = try #require((try fit.json["settings"] as? [String: String])?["domains"])
    #expect(domains == "weight_web,weight_code,weight_books")
    #expect(
      try #require(try fit.json["notes"] as? [String]).contains {
        $0.contains("weight_decay left out")
      })
  }

  @Test func aNegativeLossDoesNotEndTheChoice() async throws {
    let workspace = try Workspace()
    try workspace.write(PlantedTables.runs() + "1e8,1e9,-1\n", to: "runs.csv")
    let outcome = try await workspace.run("fit", "runs.csv", "--resamples", "20")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("one row has a loss that is not positive"))
  }
}
