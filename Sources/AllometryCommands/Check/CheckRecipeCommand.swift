internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct CheckRecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe",
    abstract: "Which known causes of a wrong compute-optimal size may be in these runs?",
    usage: "allometry check recipe <table> [<options>]",
    discussion: """
      The causes of the Kaplan-Chinchilla disagreement [L4]: the last layer left out
      of N and of FLOPs, a warm-up that outlasts small models, a decay that does not
      end with the run, learning rate, batch and beta2 not tuned at each size. What
      the columns tell is checked and the exponent a of N* in C^a fitted again
      without the fault; the rest is asked for. Columns that are read: N, D, loss;
      C, vocab, width, layers, params_no_embed, warmup_steps or warmup_tokens,
      batch_tokens, steps, schedule_tokens, lr, beta2.

      Examples:
        allometry check recipe runs.csv
        allometry check recipe runs.csv --let vocab=50257 --map width=d_model
      """)

  @OptionGroup var input: TableArguments

  @OptionGroup var coverage: NominalCoverageArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The number of bootstrap refits.", valueName: "count"))
  var resamples: Int = 200

  @OptionGroup var random: SeedArguments

  @Flag(help: "Print JSON (schema allometry.recipe/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      try coverage.check()
      try OptionCheck.atLeast(0, resamples, option: "--resamples")
      let table = try input.reading.read(input.table)
      let (observations, notes) = try ObservationsBuilder(table: table).build(for: Chinchilla())
      let checklist = AllocationChecklist(
        observations,
        options: FitOptions(level: coverage.level, resamples: resamples, seed: random.seed))
      if json {
        struct Answer: Encodable {
          var schema = "allometry.recipe/1"
          var rows: Int
          var exponent: Estimated?
          var failure: String?
          var items: [AllocationChecklist.Item]
          var notes: [String]
        }
        try Console.print(
          json: Answer(
            rows: observations.count, exponent: checklist.exponent, failure: checklist.failure,
            items: checklist.items, notes: notes))
      } else {
        Console.print(
          text(
            checklist, rows: observations.count, notes: notes, doubts: table.doubts()),
          terminator: "")
      }
    }
  }

  private func text(
    _ checklist: AllocationChecklist, rows: Int, notes: [String], doubts: [String]
  ) -> String {
    let first =
      checklist.exponent.map {
        "\(rows) rows as they are: N* grows as C^a with a = \($0.text(digits: 3)) by the additive law."
      } ?? "No exponent: \(checklist.failure ?? "the law could not be fitted")."
    let opening = Console.terminal.opening(notes: notes, doubts: doubts)
    var lines = [opening + Console.wrap(first), ""]
    let words: [AllocationChecklist.Status: String] = [
      .clear: "clear", .suspect: "SUSPECT", .unknown: "not known",
    ]
    for item in checklist.items {
      var sentence = "\(item.cause), \(words[item.status] ?? ""): \(item.finding)."
      if let corrected = item.corrected {
        sentence += " Without it a = \(corrected.text(digits: 3))."
      }
      lines.append(Console.wrap(sentence))
    }
    let suspects = checklist.items.filter { $0.status == .suspect }.map(\.cause)
    let unknown = checklist.items.filter { $0.status == .unknown }.map(\.cause)
    lines.append("")
    lines.append(
      Console.wrap(
        (suspects.isEmpty
          ? "Nothing that the columns tell is known to shift the exponent"
          : "Before the exponent is believed, settle: \(suspects.joined(separator: ", "))")
          + (unknown.isEmpty
            ? "." : "; the table does not tell: \(unknown.joined(separator: ", ")).")))
    lines += Terminal.remarks(notes).map { Console.wrap($0) }
    return lines.joined(separator: "\n") + "\n"
  }
}
