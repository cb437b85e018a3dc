internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import SamplingLaws
internal import ScalingLaws

struct TestTimeSimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Plan an experiment on a world whose truth is known, before paying for it.",
    discussion: """
      A world is a mixture of difficulties, wrong answers, a verifier and costs.
      The true curves are printed; --replicates draws as many experiments from it
      and says how wide their intervals are and how often they hold the truth;
      --out writes one table of attempts for allometry testtime.

      Examples:
        allometry testtime simulate --problems 200 --attempts 64 --difficulty 0.5:2
        allometry testtime simulate --wrong-answers 10 --verifier 1 \\
          --passes 0.95:0.8 --replicates 100
        allometry testtime simulate --arms small=0,large=1.2 --out outcomes.csv
      """)

  @OptionGroup(title: "World") var world: WorldArguments

  @Option(
    help: ArgumentHelp(
      "Experiments drawn to judge the estimates by; 0 for none.", valueName: "count"))
  var replicates: Int = 40

  @Option(
    help: ArgumentHelp(
      "Also judge coverage extrapolated to so many attempts; default 16 times the attempts.",
      valueName: "k"))
  var at: String?

  @OptionGroup(title: "Interval options") var interval: BootstrapArguments

  @Option(help: ArgumentHelp("Write one table of attempts: CSV.", valueName: "file.csv"))
  var out: String?

  @OptionGroup var output: OutputArguments

  @Flag(help: "Print the world as JSON, to be changed and given with --world.")
  var printWorld = false

  @Flag(help: "Print JSON (schema allometry.testtime-plan/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-plan/1"
    var world: PlantedWorld
    var truths: [PlantedTruthTable]
    var experiment: PlannedExperiment?
  }

  func run() throws {
    try reportingFailure {
      let planted = try world.planted()
      if printWorld {
        try Console.print(json: planted)
        return
      }
      try OptionCheck.atLeast(0, replicates, option: "--replicates")
      let bootstrap = try interval.bootstrap()
      if let out {
        let table = try OutputFile(out, .table, output)
        try table.write(planted.table(seed: bootstrap.seed).csvText())
      }
      let far =
        try at.map { try NameList.positive($0, option: "--at") } ?? 16 * Double(planted.attempts)
      let truths = planted.drawnArms.indices.map { arm in
        PlantedTruth(planted, arm: arm).table(samples: CoverageCurve.grid(upTo: planted.attempts))
      }
      let experiment =
        replicates > 0
        ? PlannedExperiment(planted, replicates: replicates, beyond: far, bootstrap: bootstrap)
        : nil
      if json {
        try Console.print(json: Answer(world: planted, truths: truths, experiment: experiment))
        return
      }
      for truth in truths { Console.print(table(of: truth), terminator: "") }
      if let experiment { Console.print("\n" + text(of: experiment), terminator: "") }
      if let out {
        Console.print(
          "\nWrote \(out). Next:\n  allometry testtime \(out) --report report.html")
      }
    }
  }

  private var style: TextTable.Style { Console.style }

  private func table(of truth: PlantedTruthTable) -> String {
    let rows = truth.rows
    var columns: [TextTable.Column] = [
      .number("n"), .number("any right"),
      .number("all right"),
    ]
    let hasVotes = rows.contains { $0.majority != nil }
    let hasScores = rows.contains { $0.bestOfN != nil }
    let hasPasses = rows.contains { $0.resampling != nil }
    if hasVotes { columns.append(.number("majority")) }
    if hasScores { columns.append(.number("best of n")) }
    if hasPasses { columns.append(.number("first pass is worth")) }
    var table = Console.table(columns)
    table.rows = rows.map { row in
      var cells = [
        "\(row.samples)", NumberFormat.percent(row.coverage), NumberFormat.percent(row.reliability),
      ]
      func share(_ value: Double?) -> String { value.map { NumberFormat.percent($0) } ?? "–" }
      if hasVotes { cells.append(share(row.majority)) }
      if hasScores { cells.append(share(row.bestOfN)) }
      if hasPasses { cells.append(row.resampling.map { NumberFormat.fixed($0, 4) } ?? "–") }
      return cells
    }
    var text =
      "Truth\(truth.arm.isEmpty ? "" : " of \(truth.arm)"): one attempt is right \(NumberFormat.percent(truth.accuracy)) of the time"
    if let share = truth.wrongModeShare {
      text += "; on \(NumberFormat.percent(share)) of problems a wrong answer is the likeliest"
    }
    if let best = truth.bestSamples {
      text += "; if a wrong answer costs a right one, draw at most \(best)"
    }
    return Console.wrap(text + ".") + "\n" + table.render(style: style)
  }

  private func text(of experiment: PlannedExperiment) -> String {
    var table = Console.table([
      "what is estimated", .number("truth"),
      .number("mean"), .number("interval ±"),
      .number("holds the truth"),
    ])
    table.rows = experiment.quantities.map {
      [
        $0.name, NumberFormat.fixed($0.truth, 4), NumberFormat.fixed($0.mean, 4),
        NumberFormat.fixed($0.halfWidth, 4), NumberFormat.percent($0.held, decimals: 0),
      ]
    }
    let level = NumberFormat.percent(experiment.level, decimals: 0)
    return Console.wrap(
      "\(experiment.replicates) experiments of \(experiment.problems) problems × \(experiment.attempts) attempts; intervals of \(level):"
    ) + "\n" + table.render(style: style)
  }
}
