internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct DesignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "design",
    abstract: "Design the cheapest ladder of runs that predicts the loss at a compute.",
    discussion: """
      Which sizes, lengths and seeds must be trained so that the loss at the
      optimum of a target compute can be predicted to within a few per cent? A law
      stands for what will be found: Chinchilla's published parameters, or a saved
      fit. Hundreds of ladders are weighed to first order, the best are simulated
      with noise between seeds and between rungs and fitted anew, and the cheapest
      that reaches the aim comes first.

      The noise decides. Give --seed-noise and --rung-scatter from runs of yours:
      two seeds of one size differ by 1.4 times the seed noise; allometry fit
      prints the scatter about a law.

      Examples:
        allometry design --target 1e24 --within 2%
        allometry design --target 1e23 --within 1% --budget 5e20 --runs ladder.csv
        allometry design --target 1e24 --law fit.json --seed-noise 0.1%
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The compute to predict for, in FLOPs.", valueName: "FLOPs"))
  var target: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How near the prediction must be: 2% or 0.02 of the loss.", valueName: "share"))
  var within: String = "2%"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most that the ladder may cost; default a tenth of the target.", valueName: "FLOPs"))
  var budget: String?

  @Option(
    help: ArgumentHelp(
      "A fit saved by allometry fit --json that stands for the truth; default Chinchilla's published law.",
      valueName: "fit.json"))
  var law: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much seeds of one run differ; default 0.2%.", valueName: "share"))
  var seedNoise: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much rungs scatter about the law beyond seeds; default 0.3%, or what the saved fit shows.",
      valueName: "share"))
  var rungScatter: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many times beyond the largest run the law is trusted; the largest run is the target over this or more.",
      valueName: "factor"))
  var beyond: Double = 1000

  @Option(
    help: ArgumentHelp("Columns that the law reads besides N, D and C.", valueName: "name=value"))
  var with: String?

  @Option(parsing: .unconditional, help: "The coverage of the prediction's interval.")
  var level: Double = 0.9

  @Option(parsing: .unconditional, help: "Simulated ladders for each candidate.")
  var worlds: Int = 200

  @Option(
    name: .customLong("runs"),
    help: ArgumentHelp(
      "Write the runs of the first ladder as a table to fill in.", valueName: "file.csv"))
  var runsFile: String?

  @OptionGroup var output: ReportArguments

  @OptionGroup var random: SeedArguments

  @Option(parsing: .unconditional, help: "The number of threads; results do not depend on it.")
  var threads: Int = 2

  @Flag(help: "Print JSON.")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.design/1"
    var law: String
    var prior: String
    var design: LadderDesign
  }

  func run() throws {
    try reportingFailure {
      let runsTable = try runsFile.map {
        try OutputFile($0, .table, output.output, option: "--runs")
      }
      let page = try output.page()
      try OptionCheck.share(level, option: "--level")
      try OptionCheck.atLeast(20, worlds, option: "--worlds")
      guard beyond >= 1, beyond <= 1e9 else {
        throw CommandFailure(.usage, "--beyond: found \(beyond), expected a factor from 1 to 1e9")
      }
      let saved = try law.map { try SavedFitArguments.load($0) }
      let given = try NameList.numbers(with, option: "--with")
      var others = given
      if let saved {
        others = saved.typicalColumns.merging(try saved.columns(given, option: "--with")) { $1 }
      }
      let noise = try seedNoise.map { try Self.share($0, option: "--seed-noise") } ?? 0.002
      let known = saved.flatMap { fit -> Double? in
        guard fit.objective.residual == .log, fit.scatter > noise else { return nil }
        return (fit.scatter * fit.scatter - noise * noise).squareRoot()
      }
      let options = LadderOptions(
        target: try NameList.positive(target, option: "--target"),
        within: try Self.share(within, option: "--within"), level: level, seedNoise: noise,
        rungScatter: try rungScatter.map { try Self.share($0, option: "--rung-scatter") }
          ?? known ?? 0.003,
        budget: try budget.map { try NameList.positive($0, option: "--budget") },
        beyond: beyond, worlds: worlds, seed: random.seed, threads: max(threads, 1))
      Console.progress("simulating ladders …")
      let design =
        try saved?.designLadder(options, holding: others)
        ?? PriorLaw.chinchilla.designLadder(options, holding: others)
      Console.progress("")
      if let runsTable, let first = design.ladders.first {
        try runsTable.write(Self.table(first).csvText())
      }
      let name = saved?.law.name ?? "chinchilla"
      let prior = law ?? "published, E 1.69, A 406.4, B 410.7, alpha 0.34, beta 0.28 [L2]"
      let report = LadderPage(design, law: name, prior: prior, runsFile: runsFile)
      try page?.write(report.page(origin: .now).html())
      Console.print(
        json
          ? try jsonText(Answer(law: name, prior: prior, design: design))
          : report.text(Console.terminal), terminator: json ? "\n" : "")
      if !json { output.announce() }
    }
  }

  /// A share: 2%, 0.02.
  private static func share(_ text: String, option: String) throws -> Double {
    let body = text.hasSuffix("%") ? String(text.dropLast()) : text
    let factor = text.hasSuffix("%") ? 0.01 : 1
    guard let value = Double(body), value * factor > 0, value * factor < 1 else {
      throw CommandFailure(
        .usage, "\(option): found \"\(text)\", expected a share such as 2% or 0.02")
    }
    return value * factor
  }

  /// The runs of a ladder as a table with an empty column for the loss.
  private static func table(_ ladder: Ladder) throws -> RunTable {
    try RunTable(
      [
        "run": .text(ladder.runs.indices.map { "rung-\($0 + 1)" }),
        "N": .numbers(ladder.runs.map { $0.size.rounded() }),
        "D": .numbers(ladder.runs.map { $0.tokens.rounded() }),
        "C": .numbers(ladder.runs.map(\.compute)),
        "seed": .numbers(ladder.runs.map { Double($0.seed) }),
        "loss": .text(ladder.runs.map { _ in "" }),
      ], source: "design")
  }
}
