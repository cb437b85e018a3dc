import Foundation
import Testing

/// Options that a question could not use are refused, limits that cannot be weighed are said.
@Suite struct IdleOptionTests {
  let workspace: Workspace

  init() async throws {
    workspace = try Workspace()
    try workspace.write(PlantedTables.runs(), to: "runs.csv")
    let fit = try await workspace.run(
      "fit", "runs.csv", "--law", "chinchilla", "--resamples", "40", "--json")
    #expect(fit.status == 0, "\(fit.error)")
    try workspace.write(fit.output, to: "fit.json")
  }

  @Test(arguments: [
    (["--size", "N=7e9"], "--size is for fits of mixture and batch-size"),
    (["--epochs", "4"], "--epochs is for fits of mixture"),
    (["--share-bounds", "web=0:1"], "--share-bounds is for fits of mixture"),
    (["--search", "dirichlet"], "--search is for fits of mixture"),
    (["--kv-memory", "10G"], "--kv-memory is of a served model"),
    (["--bytes-per-parameter", "1"], "--bytes-per-parameter is of a served model"),
    (["--mfu", "0.4"], "--mfu needs --accelerator"),
    (["--serve-devices", "2"], "--serve-devices needs --serve-on"),
  ])
  func optionsOfOtherPlansAreRefused(options: [String], sentence: String) async throws {
    let outcome = try await workspace.run(
      ["plan", "fit.json", "--compute", "1e22"] + options)
    #expect(outcome.status == 64)
    #expect(outcome.error.contains(sentence), "\(outcome.error)")
  }

  @Test func whatIsAskedForIsNotGiven() async throws {
    let twice = try await workspace.run(
      "forecast", "fit.json", "--reach", "2.4", "--vary", "N", "--at", "N=1e9,D=1e10")
    #expect(twice.status == 64)
    let idle = try await workspace.run(
      "forecast", "fit.json", "--at", "N=1e9,D=1e10", "--vary", "N")
    #expect(idle.status == 64)
    #expect(idle.error.contains("--vary says what --reach looks for"))
    let warmup = try await workspace.run("fit", "runs.csv", "--law", "chinchilla", "--warmup", "9")
    #expect(warmup.status == 64)
    #expect(warmup.error.contains("--warmup is for laws of the training curve"))
  }

  /// Where no run tells N*, a memory limit is said not to be weighed, in text and JSON.
  @Test func limitsAreNotDroppedInSilence() async throws {
    var rows = ["N,D,loss"]
    for index in 0..<10 {
      let size = 1e7 * pow(1.9, Double(index))
      let loss = 1.69 + 406.4 / pow(size, 0.34) + 410.7 / pow(20 * size, 0.28)
      rows.append("\(size),\(20 * size),\(loss * (index % 2 == 0 ? 1.002 : 0.998))")
    }
    try workspace.write(PlantedTables.lines(rows), to: "ratio.csv")
    let fit = try await workspace.run(
      "fit", "ratio.csv", "--law", "chinchilla", "--resamples", "40", "--json")
    try workspace.write(fit.output, to: "ratio.json")
    let command = [
      "plan", "ratio.json", "--compute", "1e23", "--memory", "20G", "--unique", "5B",
    ]
    let limited = try await workspace.run(command)
    #expect(limited.status == 0, "\(limited.error)")
    #expect(limited.output.contains("these limits are not weighed"))
    let json = try await workspace.run(command + ["--json"]).json
    #expect(json["limited"] == nil)
    #expect(
      json["unweighed"] as? [String] == [
        "memory: at most 1e10 parameters", "unique data: 5e9 tokens",
      ])
    let target = try await workspace.run("plan", "ratio.json", "--target", "1.95")
    #expect(target.status == 65)
    #expect(target.error.contains("--target: found 1.95, which takes"))
  }

  /// Two families at the same sizes are no seeds of each other.
  @Test func familiesAreNotSeeds() async throws {
    var rows = ["N,D,family,loss"]
    for (family, factor) in [("alpha", 1.0), ("beta", 1.04)] {
      for size in [1e7, 3e7, 1e8, 3e8] {
        for ratio in [5.0, 20, 80] {
          let loss = 1.69 + 406.4 / pow(size, 0.34) + 410.7 / pow(ratio * size, 0.28)
          rows.append("\(size),\(ratio * size),\(family),\(loss * factor)")
        }
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "families.csv")
    let outcome = try await workspace.run(
      "fit", "families.csv", "--law", "chinchilla", "--interval", "none")
    #expect(outcome.status == 0, "\(outcome.error)")
    let text = outcome.output.replacing("\n", with: " ")
    #expect(text.contains("differ by column family"))
    #expect(text.contains("--by family"))
  }

  /// An accuracy fitted as a loss says nothing.
  @Test func whatRisesIsNoLoss() async throws {
    var rows = ["N,D,acc"]
    for size in [1e7, 3e7, 1e8, 3e8] {
      for ratio in [5.0, 20, 80] {
        rows.append("\(size),\(ratio * size),\(0.1 * log10(size * ratio))")
      }
    }
    try workspace.write(PlantedTables.lines(rows), to: "acc.csv")
    let outcome = try await workspace.run(
      "fit", "acc.csv", "--law", "chinchilla", "--response", "acc", "--resamples", "20")
    let text = outcome.output.replacing("\n", with: " ")
    #expect(text.contains("the outcome rises with scale"), "\(text)")
  }
}
