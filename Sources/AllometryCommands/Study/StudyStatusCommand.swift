internal import ArgumentParser
internal import Reports
internal import Store
internal import Studies
internal import Verdicts

struct StudyStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "How far studies are, or each run of one.",
    discussion: """
      Examples:
        allometry study status
        allometry study status gated-attention
      """)

  @Argument(help: ArgumentHelp("The study; all of them without one.", valueName: "study"))
  var study: String?

  @OptionGroup var place: StudyStoreArguments

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reportingFailure {
      let store = try place.open()
      if let study {
        let name = try place.name(study, in: store)
        try show(name, rows: try store.rows(of: name), claims: try store.heldClaims())
      } else {
        try list(try store.studies())
      }
    }
  }

  private struct Run: Encodable {
    var run: String
    var arm: String
    var size: String
    var seed: UInt64
    var branch: Int
    var purpose: String
    var learningRate: Double
    var tokens: Int
    var flops: Double
    var status: String
    var loss: Double?
  }

  private func show(
    _ name: String, rows: [StudyRow], claims: [RunIdentity: RunClaim]
  ) throws {
    func state(_ row: StudyRow) -> String {
      if let outcome = row.outcome { return outcome.status.rawValue }
      guard let claim = claims[row.identity] else { return "open" }
      return claim.owner.isStopped == true ? "stopped" : "running"
    }
    if json {
      let runs = rows.map { row in
        Run(
          run: row.identity.description, arm: row.arm, size: row.size, seed: row.seed,
          branch: row.branch, purpose: row.purpose.rawValue, learningRate: row.learningRate,
          tokens: row.tokens, flops: row.compute, status: state(row),
          loss: row.loss)
      }
      return try Console.print(json: runs)
    }
    var text = StudyStatusText(name: name, runs: rows)
    text.width = Console.width
    text.style = Console.style
    Console.print(text.render(), terminator: "")
    let held = Set(rows.filter { $0.outcome == nil }.map(\.identity))
    let owners = Dictionary(grouping: claims.values.filter { held.contains($0.identity) }) {
      $0.owner
    }
    for (owner, runs) in owners.sorted(by: { $0.key.process < $1.key.process }) {
      let state = owner.isStopped == true ? ", which is stopped" : ""
      Console.print(
        "\(runs.count) running: process \(owner.process) on \(owner.host)\(state)")
    }
  }

  private struct Study: Encodable {
    var study: String
    var runs: Int
    var finished: Int
    var diverged: Int
    var failed: Int
    var running: Int
    var open: Int
  }

  private func list(_ studies: [StudySummary]) throws {
    if json {
      let entries = studies.map {
        Study(
          study: $0.id, runs: $0.runs, finished: $0.finished, diverged: $0.diverged,
          failed: $0.failed, running: $0.claimed, open: $0.open)
      }
      return try Console.print(json: entries)
    }
    var table = Console.table([
      "study", .number("runs"), .number("done"),
      .number("diverged"), .number("failed"),
      .number("running"), .number("open"),
    ])
    table.rows = studies.map { study in
      [
        study.id, "\(study.runs)", "\(study.finished)", "\(study.diverged)", "\(study.failed)",
        "\(study.claimed)", "\(study.open)",
      ]
    }
    Console.show(table)
  }
}
