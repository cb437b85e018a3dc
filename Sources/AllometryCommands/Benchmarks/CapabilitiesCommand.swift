internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct CapabilitiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capabilities",
    abstract: "What do benchmarks of many models have in common, and what does it predict?",
    discussion: """
      Principal components over models and benchmarks [L13]: loadings, variance
      explained, and each benchmark as a sigmoid of the components of the others,
      tried on families that were left out, beside a sigmoid of compute alone.
      Missing entries are filled by the components; rows or benchmarks of which
      more than half is missing are refused. The table has a column metric.NAME for
      each benchmark (or those of --tasks), or one row a model and benchmark with
      --task and --metric.

      Examples:
        allometry capabilities models.csv --family family --components 3
        allometry capabilities models.csv --tasks mmlu,arc,hellaswag --predict mmlu
        allometry capabilities long.csv --task task --metric accuracy --model model \\
          --chance arc=0.25,piqa=0.5
      """)

  @OptionGroup var input: TableArguments

  @Option(
    help: ArgumentHelp("The benchmarks, if not all columns metric.NAME.", valueName: "names"))
  var tasks: String?

  @OptionGroup var columns: TaskColumnArguments

  @Option(
    help: ArgumentHelp(
      "The column that names models; default model, else run.", valueName: "column"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The column of families, left out one after another; default family, else each model.",
      valueName: "column"))
  var family: String?

  @Option(parsing: .unconditional, help: "How many components are kept.")
  var components: Int = 3

  @Option(
    help: ArgumentHelp("The benchmarks to predict; default all.", valueName: "names"))
  var predict: String?

  @Option(
    help: ArgumentHelp(
      "The metric of guessing, the lower end of a benchmark's sigmoid: arc=0.25.",
      valueName: "name=value"))
  var chance: String?

  @Flag(help: "Scale benchmarks to unit variance first.")
  var standardize = false

  @Flag(help: "Print JSON (schema allometry.capabilities/1).")
  var json = false

  private struct Answer: Encodable {
    struct Component: Encodable {
      var explained: Double
      var loadings: [String: Double]
    }
    struct Model: Encodable {
      var model: String
      var family: String?
      var components: [Double]
    }
    var schema = "allometry.capabilities/1"
    var models: [Model]
    var missing: Int
    var components: [Component]
    var explained: [Double]
    var predictions: [CapabilityPrediction]
    var families: [FamilyLine]
    var notes: [String]
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(1, components, option: "--components")
      let table = try input.reading.read(input.table)
      let scores = try CapabilityReader(
        table: table, tasks: tasks.map(Self.names), task: columns.task, metric: columns.metric,
        model: model,
        family: family, scale: columns.scale.scale
      ).read()
      let lower = try NameList.numbers(chance, option: "--chance")
      for (name, value) in lower.sorted(by: { $0.key < $1.key }) {
        try known(name, in: scores.tasks, option: "--chance")
        guard value >= 0, value < 1 else {
          throw CommandFailure(
            .usage, "--chance: found \(name)=\(value), expected a share from 0 to below 1")
        }
      }
      let targets = predict.map(Self.names)
      for name in targets ?? [] { try known(name, in: scores.tasks, option: "--predict") }
      let shown = targets ?? scores.tasks
      for (column, name) in scores.tasks.enumerated() where shown.contains(name) {
        if let row = scores.scores.firstIndex(where: { $0[column] < 0 || $0[column] > 1 }) {
          throw CommandFailure(
            .badData,
            "\(table.source): benchmark \(name): found \(NumberFormat.significant(scores.scores[row][column], 4)) for \(scores.models[row]), expected a share from 0 to 1; compute one with --let, such as 'metric.\(name)=score/100'"
          )
        }
      }
      let found = try CommandFailure.naming(table.source) {
        try CapabilityComponents(
          scores, count: components, targets: targets, ranges: lower.mapValues { $0...1 },
          standardize: standardize)
      }
      if json {
        try Console.print(json: answer(found, notes: table.notes))
      } else {
        Console.print(text(found, notes: table.notes), terminator: "")
      }
    }
  }

  private static func names(_ text: String) -> [String] {
    text.split(separator: ",").map(\.trimmingSpaces)
  }

  private func known(_ name: String, in tasks: [String], option: String) throws {
    guard tasks.contains(name) else {
      throw OptionCheck.unknown(name, among: tasks, option: option)
    }
  }

  private func answer(_ found: CapabilityComponents, notes: [String]) -> Answer {
    let table = found.table
    return Answer(
      models: table.models.indices.map { row in
        Answer.Model(
          model: table.models[row], family: table.families?[row],
          components: Array(found.components.scores[row].prefix(found.count)))
      }, missing: table.missing,
      components: (0..<min(found.count, table.tasks.count)).map { index in
        Answer.Component(
          explained: found.components.explained[index],
          loadings: Dictionary(
            zip(table.tasks, found.components.loadings[index]), uniquingKeysWith: { a, _ in a }))
      }, explained: found.components.explained, predictions: found.predictions,
      families: found.lines, notes: notes)
  }

  private func text(_ found: CapabilityComponents, notes: [String]) -> String {
    let table = found.table
    let count = min(found.count, table.tasks.count)
    func percent(_ x: Double) -> String { NumberFormat.percent(x, decimals: 1) }
    let together = found.components.explained.prefix(count).reduce(0, +)
    var lines = [
      Console.terminal.opening(notes: notes, doubts: [])
        + Console.wrap(
          "\(table.models.count) models, \(table.tasks.count) benchmarks\(table.missing > 0 ? ", \(table.missing) missing entries filled" : ""): the first component explains \(percent(found.components.explained[0])) of the variance, \(count) together \(percent(together))."
        ), "",
    ]
    let style = Console.style
    var loadings = Console.table(
      ["loadings"]
        + (1...count).map { .number("PC\($0)") })
    loadings.rows.append(
      ["variance explained"] + found.components.explained.prefix(count).map(percent))
    for (column, task) in table.tasks.enumerated() {
      loadings.rows.append(
        [task]
          + (0..<count).map { NumberFormat.fixed(found.components.loadings[$0][column], 3) })
    }
    lines.append(loadings.render(style: style))
    if !found.predictions.isEmpty {
      let what = table.families == nil ? "model" : "family"
      var errors = Console.table([
        "leaving out a \(what)", .number("components"),
        .number("compute alone"), .number("mean"),
      ])
      for one in found.predictions {
        errors.rows.append([
          one.task, NumberFormat.significant(one.componentError, 3),
          NumberFormat.significant(one.computeError, 3),
          NumberFormat.significant(one.meanError, 3),
        ])
      }
      lines.append(errors.render(style: style))
      lines.append(Console.wrap(verdict(found, what: what)))
    } else {
      lines.append(
        Console.wrap(
          "No benchmark is predicted: there are too few models, or only one family, to leave one out."
        ))
    }
    if !found.lines.isEmpty {
      var families = Console.table([
        "family", .number("models"),
        .number("PC1 per decade"),
        .number("correlation"),
      ])
      for line in found.lines {
        families.rows.append([
          line.family, "\(line.models)",
          NumberFormat.significant(line.slope * 2.302585092994046, 3),
          NumberFormat.fixed(line.correlation, 3),
        ])
      }
      lines += ["", families.render(style: style)]
    }
    let remarks = Terminal.remarks(notes).map { Console.wrap($0) }
    return (lines + remarks).joined(separator: "\n") + "\n"
  }

  private func verdict(_ found: CapabilityComponents, what: String) -> String {
    let compared = found.predictions.filter { $0.computeError.isFinite }
    let useless = found.predictions.filter { $0.componentError >= $0.meanError }.map(\.task)
    var text = "Root mean squared errors on the \(what) that was left out."
    if !compared.isEmpty {
      let better = compared.count { $0.componentError < $0.computeError }
      text +=
        " Components of the other benchmarks beat compute alone for \(better) of \(compared.count)."
    }
    if !useless.isEmpty {
      text +=
        " No better than the mean of the others, so not predicted at all: \(useless.joined(separator: ", "))."
    }
    return text
  }
}
