internal import ArgumentParser
internal import Quantities
internal import Reports
internal import Store
internal import Verdicts

struct StudyRunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs of a store: where each stands, its loss, and why it failed.",
    usage: "allometry study runs [<options>]",
    discussion: """
      Those that ended last come first. All studies of a store share its runs; what is
      only planned is not listed.

      Examples:
        allometry study runs --state failed,diverged
        allometry study runs --study gated-attention --last 50 --json
      """)

  @OptionGroup var place: StudyStoreArguments

  @Option(help: ArgumentHelp("Runs of this study only.", valueName: "study"))
  var study: String?

  @Option(help: ArgumentHelp("Runs of this arm of a study only.", valueName: "arm"))
  var arm: String?

  @Option(
    help: ArgumentHelp(
      "Runs that stand like this only: finished, diverged, failed, claimed or open.",
      valueName: "states"))
  var state: String?

  @Option(
    help: ArgumentHelp("Runs whose identity begins like this only.", valueName: "identity"))
  var identity: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The number of runs shown.", valueName: "count"))
  var last: Int = 20

  @Flag(help: "Print JSON (schema allometry.study-runs/1).")
  var json = false

  private struct Answer: Encodable {
    struct Run: Encodable {
      var run: String
      var state: String
      var loss: Double?
      var parameters: Int?
      var tokens: Int?
      var compute: Double?
      var seconds: Double?
      var tokensPerSecond: Double?
      var ended: Double?
      var message: String?
    }
    var schema = "allometry.study-runs/1"
    var store: String
    /// Of the runs that were asked for, all of them.
    var count: Int
    var runs: [Run]
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(1, last, option: "--last")
      let states = try state.map { text in
        Set(
          try text.split(separator: ",").map {
            try OptionCheck.choice(
              $0.trimmingSpaces, Store.RunSummary.State.self, option: "--state")
          })
      }
      let store = try place.open()
      let filter = RunFilter(
        study: try study.map { try place.name($0, in: store) }, arm: arm, states: states,
        prefix: identity)
      let answer = Answer(
        store: place.path, count: try store.runCount(filter),
        runs: try store.runs(filter, limit: last).map {
          Answer.Run(
            run: $0.id.description, state: $0.state.rawValue, loss: $0.loss,
            parameters: $0.parameters, tokens: $0.tokens, compute: $0.compute,
            seconds: $0.seconds, tokensPerSecond: $0.tokensPerSecond, ended: $0.ended,
            message: $0.message)
        })
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func print(_ answer: Answer) {
    guard answer.count > 0 else {
      return Console.print("\(answer.store): no such runs")
    }
    var table = Console.table([
      "run", "state", .number("N"), .number("D"), .number("loss"), .number("took"),
    ])
    table.rows = answer.runs.map { run in
      [
        String(run.run.prefix(12)), run.state,
        run.parameters.map { NumberFormat.scale(Double($0)) } ?? "–",
        run.tokens.map { NumberFormat.scale(Double($0)) } ?? "–",
        run.loss.map { NumberFormat.fixed($0, 4) } ?? "–",
        run.seconds.map { NumberFormat.duration($0) } ?? "–",
      ]
    }
    Console.show(table)
    for run in answer.runs {
      if let message = run.message { Console.say("\(run.run.prefix(12)): \(message)") }
    }
    if answer.count > answer.runs.count {
      Console.say("\(answer.runs.count) of \(answer.count) runs; --last shows more.")
    }
  }
}
