internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws
internal import Statistics

struct CheckEmergenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emergence",
    abstract: "Is a jump in a metric the task's, or the metric's?",
    usage: "allometry check emergence <table> [<options>]",
    discussion: """
      For each task over sizes: the signed span, linearity and breakthroughness of
      BIG-bench [46] and the emergence score [190]. With --chance scores become shares
      of the room between guessing and 1. With --length T (tokens of an
      answer) and a column loss (nats per token of the right answers), the same
      models are read in other metrics: exact match p^T against the expected number
      of wrong tokens T (1 - p), p = exp(-loss), and how many test items it takes to
      see one match. A jump that goes away with the metric was the metric's.

      Examples:
        allometry check emergence evals.csv --items sums=1000
        allometry check emergence evals.csv --length 5 --scale N
      """)

  @OptionGroup var input: TableArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Tokens of a right answer, for the change of metric.", valueName: "T"))
  var length: Int?

  @OptionGroup var scale: ScaleArguments
  @OptionGroup var facts: TaskFactArguments

  @Flag(help: "Print JSON (schema allometry.emergence/1).")
  var json = false

  struct Task: Encodable {
    var task: String
    var models: Int
    var signedSpan: Double
    var linearity: Double
    var breakthroughness: Double
    var emergenceScore: Double
    var normalizedScore: Double
    var upperRateWithoutMatch: Double?
    var exactMatch: MetricChange?
  }

  struct MetricChange: Encodable {
    struct Model: Encodable {
      var scale: Double
      var loss: Double
      var tokenProbability: Double
      var observed: Double
      var exactMatch: Double
      var wrongTokens: Double
      var itemsForOneMatch: Double
      var itemsToSeeMatch: Double
    }
    var length: Int
    var models: [Model]
    var emergenceScoreOfExactMatch: Double
    var emergenceScoreOfWrongTokens: Double
    var emergenceScoreOfLoss: Double
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(1, length, option: "--length")
      let table = try input.reading.read(input.table)
      let tasks = try self.tasks(of: table)
      if json {
        struct Answer: Encodable {
          var schema = "allometry.emergence/1"
          var tasks: [Task]
        }
        try Console.print(json: Answer(tasks: tasks))
      } else {
        print(tasks)
      }
    }
  }

  private func tasks(of table: RunTable) throws -> [Task] {
    var columns: [String: [Double]] = [:]
    for name in table.columnNames {
      if case .numbers(let values) = try table.column(name) { columns[name] = values }
    }
    if let scale = scale.scale { columns["C"] = try table.numbers(scale) }
    guard columns["C"] != nil || columns["N"] != nil else {
      throw CommandFailure(
        .badData,
        "\(table.source): found no column C or N, expected a scale; rename one with --map or name it with --scale"
      )
    }
    let chances = try NameList.numbers(facts.chance, option: "--chance")
    let counts = try NameList.numbers(facts.items, option: "--items")
    try TaskFactArguments.check(
      [("--chance", Array(chances.keys)), ("--items", Array(counts.keys))],
      tasks: table.metricNames,
      source: table.source)
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) where !(count >= 1 && count < 1e15)
    {
      throw CommandFailure(
        .usage, "--items: found \(name)=\(count), expected a number of items, 1 or more")
    }
    let all = Observations(columns: columns, response: columns.values.first ?? [])
      .taskSeries(chance: chances, items: counts.mapValues { Int(saturating: $0) })
    guard !all.isEmpty else {
      throw CommandFailure(
        .badData, "\(table.source): found no column metric.NAME, expected one for each task")
    }
    if length != nil, all.allSatisfy({ $0.losses == nil }) {
      throw CommandFailure(
        .badData,
        "\(table.source): found no column loss without gaps, expected nats per token of the right answers with --length; rename one with --map loss=NAME"
      )
    }
    return try all.map { series in
      let ordered = Self.bySize(series)
      guard ordered.metric.count >= 3 else {
        throw CommandFailure(
          .badData,
          "\(table.source): task \(series.task): found \(ordered.metric.count) sizes, expected 3 or more"
        )
      }
      return task(ordered)
    }
  }

  /// A series in ascending order of scale, models of one size averaged.
  private static func bySize(_ series: TaskSeries) -> TaskSeries {
    let sizes = Set(series.scale).sorted()
    func averaged(_ values: [Double]) -> [Double] {
      sizes.map { size in
        mean(series.scale.indices.filter { series.scale[$0] == size }.map { values[$0] })
      }
    }
    var result = series
    result.scale = sizes
    result.metric = averaged(series.metric)
    result.losses = series.losses.map(averaged)
    result.items = series.items.map { Array($0.prefix(sizes.count)) }
    return result
  }

  private func task(_ series: TaskSeries) -> Task {
    let metric = series.metric
    let low = series.chance ?? 0
    var change: MetricChange?
    if let length, let losses = series.losses {
      let models = zip(series.scale, zip(losses, metric)).map { scale, pair in
        let p = EmergenceMetric.tokenProbability(loss: pair.0)
        return MetricChange.Model(
          scale: scale, loss: pair.0, tokenProbability: p, observed: pair.1,
          exactMatch: EmergenceMetric.exactMatch(tokenProbability: p, length: length),
          wrongTokens: EmergenceMetric.tokenEditDistance(tokenProbability: p, length: length),
          itemsForOneMatch: EmergenceMetric.itemsForOneMatch(tokenProbability: p, length: length),
          itemsToSeeMatch: EmergenceMetric.itemsToSeeMatch(tokenProbability: p, length: length))
      }
      change = MetricChange(
        length: length, models: models,
        emergenceScoreOfExactMatch: emergenceScore(models.map(\.exactMatch)),
        emergenceScoreOfWrongTokens: emergenceScore(models.map(\.wrongTokens)),
        emergenceScoreOfLoss: emergenceScore(losses))
    }
    let silent = metric.first.map { $0 == 0 } ?? false
    return Task(
      task: series.task, models: metric.count,
      signedSpan: BigBenchStatistics.signedSpan(metric),
      linearity: BigBenchStatistics.linearity(metric),
      breakthroughness: BigBenchStatistics.breakthroughness(metric, floor: noise(series)),
      emergenceScore: emergenceScore(metric),
      normalizedScore: BigBenchStatistics.normalizedScore(
        metric.last ?? .nan, low: low, high: 1),
      upperRateWithoutMatch: silent
        ? series.items.map { EmergenceMetric.upperRateWithoutMatch(items: $0[0]) } : nil,
      exactMatch: change)
  }

  /// The standard deviation of a step that the test set's size alone makes; zero without it.
  private func noise(_ series: TaskSeries) -> Double {
    guard let items = series.items?.first else { return 0 }
    let p = median(series.metric)
    return (2 * max(p * (1 - p), 0) / Double(items)).squareRoot()
  }

  private func number(_ x: Double) -> String {
    x.isInfinite ? (x > 0 ? "infinite" : "-infinite") : NumberFormat.significant(x, 3)
  }

  private func print(_ tasks: [Task]) {
    let style = Console.style
    var table = Console.table([
      "task", .number("sizes"), .number("span"),
      .number("linearity"),
      .number("breakthrough"),
      .number("emergence score"),
    ])
    for task in tasks {
      table.rows.append([
        task.task, "\(task.models)", number(task.signedSpan), number(task.linearity),
        number(task.breakthroughness), number(task.emergenceScore),
      ])
    }
    Console.show(table)
    Console.say(
      "A straight climb over n sizes has linearity and score n - 1; one jump has linearity sqrt(n - 1) and a high score."
    )
    for task in tasks {
      if let upper = task.upperRateWithoutMatch {
        Console.say(
          "\(task.task): no success at the smallest size still allows a rate of \(number(upper)) (95 %)."
        )
      }
      if let change = task.exactMatch { print(change, task: task, style: style) }
    }
  }

  private func print(_ change: MetricChange, task: Task, style: TextTable.Style) {
    var table = Console.table([
      .number("scale"), .number("loss"),
      .number("p"), .number("observed"),
      .number("p^\(change.length)"),
      .number("wrong tokens"),
      .number("items for a match"),
    ])
    for model in change.models {
      table.rows.append([
        NumberFormat.flops(model.scale), number(model.loss), number(model.tokenProbability),
        number(model.observed), number(model.exactMatch), number(model.wrongTokens),
        NumberFormat.scale(model.itemsToSeeMatch),
      ])
    }
    Console.print("\n\(task.task), answers of \(change.length) tokens:")
    Console.show(table)
    let (sharp, smooth) = (
      abs(change.emergenceScoreOfExactMatch), abs(change.emergenceScoreOfWrongTokens)
    )
    let verdict =
      !(sharp > 1.5 * smooth)
      ? "Exact match is not much sharper than the number of wrong tokens here: the metric does not make the jump."
      : "The score falls from \(number(sharp)) to \(number(smooth)) with the number of wrong tokens: the sharpness of exact match is made by the metric."
    Console.say("\(verdict) Items for a match: a test set on which one match is seen with 95 %.")
  }
}
