internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chain",
    abstract: "Forecast through several saved fits, each reading what the one before predicts.",
    usage: "allometry chain <fit.json> <fit.json> ... --at <name=value> [<options>]",
    discussion: """
      Compute to loss, loss to a task's likelihood, likelihood to accuracy: each fit
      from its own table. Refits of the first feed the second, the scatter of a
      single run is drawn at every step, and the answer says which step makes how
      much of the width. Refits are paired only where two fits resampled the same
      rows; elsewhere they are independent, whatever their seeds.

      Examples:
        allometry chain loss.json accuracy.json --at C=1e24
        allometry chain loss.json task.json accuracy.json --at N=7e9,D=1.4e12 --json
        allometry chain bpb.json accuracy.json --link loss --at N=13B,D=5T

      The second fit is made from a table of loss and accuracy, with the curve
      through accuracy 1 at a loss of zero if --set anchor=1 says so:
        allometry fit checkpoints.csv --law loss-to-accuracy --set chance=0.25 \\
          --set anchor=1 --json > accuracy.json
      """)

  @Argument(
    help: ArgumentHelp(
      "Fits saved by allometry fit --json, in the order of the chain.", valueName: "fits"))
  var fits: [String]

  @Option(
    help: ArgumentHelp(
      "The columns of a run: those of the first fit, and what later fits read besides.",
      valueName: "name=value"))
  var at: [String]

  @Option(
    help: ArgumentHelp(
      "The column by which each fit after the first reads the one before, in order; needed where names differ.",
      valueName: "column"))
  var link: [String] = []

  @Flag(help: "Treat refits as independent even where two fits share their rows.")
  var independent = false

  @Option(parsing: .unconditional, help: "The seed of the draws.")
  var seed: UInt64 = 0

  @Flag(help: "Print JSON (schema allometry.chain/1).")
  var json = false

  private struct Answer: Encodable {
    struct Run: Encodable {
      var columns: [String: Double]
      var steps: [FitChain.Link]
    }
    var schema = "allometry.chain/1"
    var fits: [String]
    var level: Double
    var pairing: [FitChain.Pairing]
    var runs: [Run]
    var warnings: [String]
  }

  func run() throws {
    try reportingFailure {
      guard fits.count >= 2 else {
        throw CommandFailure(
          .usage, "found one fit, expected two or more; allometry forecast answers for one")
      }
      let saved = try fits.map { try SavedFitArguments.load($0) }
      for (path, fit) in zip(fits, saved) where fit.law.readsSchedule {
        throw CommandFailure(
          .usage,
          "\(path): law \(fit.law.name) reads a learning-rate schedule and cannot stand in a chain")
      }
      let links = try self.links(saved)
      let pairing = zip(saved, saved.dropFirst()).map { first, second in
        !independent && Self.shareRows(first.document, second.document)
          ? FitChain.Pairing.paired : .independent
      }
      let chain = try FitChain(
        try saved.enumerated().map { index, fit in
          FitChain.Step(
            fit: fit, mixture: try SavedFitArguments.mixture(of: fit, source: fits[index]),
            response: fit.document.response.column,
            link: index == 0 ? nil : links[index - 1])
        }, pairing: pairing)
      let places = try at.map { try place($0, saved: saved, links: links) }
      let runs = try places.map { columns in
        do {
          return Answer.Run(
            columns: columns, steps: try chain.forecast(at: columns, seed: seed))
        } catch FitError.missingColumn(let law, let column, let meaning, _) {
          throw CommandFailure(
            .usage, "--at: found no \(column), expected it: law \(law) reads it (\(meaning))")
        }
      }
      let warnings = Self.warnings(fits, saved)
      if json {
        try Console.print(
          json: Answer(
            fits: fits, level: chain.level, pairing: pairing, runs: runs, warnings: warnings))
        return
      }
      for (position, run) in runs.enumerated() {
        if position > 0 { Console.print("") }
        Console.print(text(run, level: chain.level), terminator: "")
      }
      if pairing.contains(.paired) {
        Console.say("Fits of one table with as many rows and refits: their refits are paired.")
      }
      Console.warn(warnings)
    }
  }

  /// The column by which each step reads the one before.
  private func links(_ saved: [SavedFit]) throws -> [String] {
    guard link.count <= saved.count - 1 else {
      throw CommandFailure(
        .usage, "--link: found \(link.count), expected one for each fit after the first")
    }
    return try saved.dropFirst().enumerated().map { index, fit in
      let columns = fit.law.card.columns.map(\.name)
      let response = saved[index].document.response.column
      if index < link.count {
        guard columns.contains(link[index]) else {
          throw CommandFailure(
            .usage,
            "--link: found \"\(link[index])\", expected a column that law \(fit.law.name) reads: \(columns.joined(separator: ", "))"
          )
        }
        return link[index]
      }
      guard columns.contains(response) else {
        throw CommandFailure(
          .usage,
          "\(fits[index + 1]): law \(fit.law.name) reads \(columns.joined(separator: ", ")) and not \(response), which \(fits[index]) predicts; say with --link which of them it is"
        )
      }
      return response
    }
  }

  /// The columns of one run, each read by some step.
  private func place(
    _ text: String, saved: [SavedFit], links: [String]
  ) throws -> [String: Double] {
    let values = try NameList.numbers(text, option: "--at")
    var known = saved[0].readableColumns
    for (index, fit) in saved.enumerated().dropFirst() {
      known += fit.readableColumns.filter { $0 != links[index - 1] && !known.contains($0) }
    }
    for name in values.keys.sorted() where !known.contains(name) {
      throw CommandFailure(
        .usage,
        "--at: found \"\(name)\", expected columns that the fits read: \(known.joined(separator: ", "))"
      )
    }
    _ = try saved[0].columns(
      values.filter { saved[0].readableColumns.contains($0.key) }, option: "--at")
    return values
  }

  /// Whether two fits resampled the same rows in the same way, as far as their documents tell.
  private static func shareRows(_ a: FitDocument, _ b: FitDocument) -> Bool {
    guard let table = a.table, table != "standard input", table == b.table, a.rows == b.rows,
      a.group == b.group, let first = a.draws?.values.count, let second = b.draws?.values.count
    else { return false }
    return first == second && a.interval.method == b.interval.method
      && a.interval.method.contains("bootstrap")
  }

  private static func warnings(_ paths: [String], _ saved: [SavedFit]) -> [String] {
    zip(paths, saved).flatMap { path, fit in
      fit.document.warnings.map { "\(path): \($0)" }
        + (fit.draws.isEmpty
          ? ["\(path) was saved without refits: the interval lacks what its parameters do not tell"]
          : [])
    }
  }

  private func text(_ run: Answer.Run, level: Double) -> String {
    let place = run.columns.keys.sorted().map { name in
      "\(name) = \(NumberFormat.flops(run.columns[name] ?? .nan))"
    }.joined(separator: ", ")
    var table = Console.table([
      "step", "predicts", .number("mean"),
      .number("single run"), .number("share"),
    ])
    for step in run.steps {
      func interval(_ x: Estimated) -> String {
        x.low.isFinite && x.high.isFinite
          ? "\(NumberFormat.significant(x.low, 4)) to \(NumberFormat.significant(x.high, 4))" : "–"
      }
      table.rows.append([
        step.law, step.response,
        step.mean.high - step.mean.low > 1e-6 * abs(step.mean.value)
          ? NumberFormat.withInterval(step.mean.value, step.mean.low, step.mean.high)
          : NumberFormat.significant(step.mean.value, 4),
        interval(step.single), NumberFormat.percent(step.share, decimals: 0),
      ])
    }
    var lines = [
      "At \(place) (\(NumberFormat.percent(level, decimals: 0)) intervals):", "",
      Console.terminal.render(table),
      Console.wrap("share: how much of the width of the last single run this step makes alone."),
    ]
    for step in run.steps {
      let beyond = step.reach.compactMap(\.sentence)
      if !beyond.isEmpty {
        lines.append(
          Console.wrap("Beyond the data of \(step.law): \(beyond.joined(separator: ", "))."))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
