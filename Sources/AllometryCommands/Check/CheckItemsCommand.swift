internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws
internal import Statistics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

struct CheckItemsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "items",
    abstract: "Where on the way from likelihood to accuracy is the tie to compute lost?",
    usage: "allometry check items <table> [<options>]",
    discussion: """
      The metric ladder [14]: for every multiple-choice item the log probability of
      the right option, its probability, its share among the options, the Brier
      score and accuracy are each correlated with log compute over the models. The
      table has one row a model, item and option: C (or N), item, option, logprob
      (nats, summed over the option's tokens) and correct (1 for the right option).

      Examples:
        allometry check items logprobs.csv
        allometry check items logprobs.csv --correlation pearson --json
      """)

  @OptionGroup var input: TableArguments

  @Option(help: "The correlation: spearman, pearson, kendall.")
  var correlation: String = "spearman"

  @OptionGroup var scale: ScaleArguments

  @Flag(help: "Print JSON (schema allometry.items/1).")
  var json = false

  private struct Stage: Encodable {
    var stage: String
    var medianMagnitude: Double
    var constantItems: Int
    /// The share of items whose correlation exceeds each threshold.
    var shareAbove: [String: Double]
    var correlations: [Double]
  }

  private static let thresholds = [0.5, 0.7, 0.9]

  func run() throws {
    try reportingFailure {
      let kind: Correlation = try OptionCheck.choice(correlation, option: "--correlation")
      let table = try input.reading.read(input.table)
      guard let scale = scale.column(in: table) else {
        throw CommandFailure(
          .badData, "\(table.source): found no column C or N, expected a scale of each model")
      }
      let needed = [scale, "item", "option", "logprob", "correct"]
      try table.require(needed, oneRow: "a model, item and option")
      let (scales, items) = try read(table, scale: scale)
      let ladder: MetricLadder
      do {
        ladder = try MetricLadder(
          logCompute: scales.map { log($0) }, items: items, correlation: kind)
      } catch { throw CommandFailure(.badData, "\(table.source): \(error)") }
      let stages = ladder.stages.map { stage in
        // Brier falls where the others rise.
        let sign: Double = stage.stage == .brier ? -1 : 1
        return Stage(
          stage: stage.stage.rawValue, medianMagnitude: stage.medianMagnitude,
          constantItems: stage.constantItems,
          shareAbove: Dictionary(
            Self.thresholds.map { threshold in
              (
                "\(threshold)",
                Double(stage.correlations.count { sign * $0 > threshold })
                  / Double(stage.correlations.count)
              )
            }, uniquingKeysWith: { a, _ in a }), correlations: stage.correlations)
      }
      if json {
        struct Answer: Encodable {
          var schema = "allometry.items/1"
          var items: Int
          var models: Int
          var correlation: String
          var stages: [Stage]
        }
        try Console.print(
          json: Answer(
            items: items.count, models: scales.count, correlation: kind.rawValue,
            stages: stages))
      } else {
        print(stages, items: items.count, models: scales.count, kind: kind)
      }
    }
  }

  /// The scales of the models, ascending, and every item on all of them.
  private func read(
    _ table: RunTable, scale: String
  ) throws -> ([Double], [MetricLadder.Item]) {
    let scales = try table.numbers(scale)
    let right = try table.numbers("correct")
    let logProbabilities = try table.numbers("logprob")
    let options = try table.texts("option")
    let sizes = Set(scales.filter { $0 > 0 }).sorted()
    var items: [MetricLadder.Item] = []
    let names = try table.texts("item")
    var rowsOfItem: [String: [Int]] = [:]
    var order: [String] = []
    for (row, name) in names.enumerated() {
      if rowsOfItem[name] == nil { order.append(name) }
      rowsOfItem[name, default: []].append(row)
    }
    for name in order {
      let rows = rowsOfItem[name] ?? []
      let choices = Set(rows.map { options[$0] }).sorted()
      let correct = Set(rows.filter { right[$0] == 1 }.map { options[$0] })
      guard correct.count == 1, let answer = correct.first.flatMap({ choices.firstIndex(of: $0) })
      else {
        throw CommandFailure(
          .badData,
          "\(table.source):\(table.lineNumbers[rows[0]]): item \(name): found \(correct.count) options with correct = 1, expected one"
        )
      }
      var matrix = [[Double]](
        repeating: [Double](repeating: .nan, count: choices.count), count: sizes.count)
      for row in rows {
        guard let model = sizes.firstIndex(of: scales[row]),
          let choice = choices.firstIndex(of: options[row])
        else { continue }
        guard matrix[model][choice].isNaN else {
          throw CommandFailure(
            .badData,
            "\(table.source):\(table.lineNumbers[row]): item \(name), option \(options[row]): found a second row at \(scale) = \(NumberFormat.flops(scales[row])), expected one a model; choose one family with --where"
          )
        }
        matrix[model][choice] = logProbabilities[row]
      }
      if matrix.contains(where: { $0.contains(where: \.isNaN) }) {
        throw CommandFailure(
          .badData,
          "\(table.source):\(table.lineNumbers[rows[0]]): item \(name): found no row for some model and option, expected every option at each of the \(sizes.count) sizes"
        )
      }
      items.append(MetricLadder.Item(logProbabilities: matrix, correct: answer))
    }
    return (sizes, items)
  }

  private func print(_ stages: [Stage], items: Int, models: Int, kind: Correlation) {
    var table = Console.table(
      ["stage", .number("median |r|")]
        + Self.thresholds.map { .number("above \($0)") }
        + [.number("constant")])
    for stage in stages {
      table.rows.append(
        [stage.stage, NumberFormat.fixed(stage.medianMagnitude, 3)]
          + Self.thresholds.map {
            NumberFormat.percent(stage.shareAbove["\($0)"] ?? .nan, decimals: 0)
          } + ["\(stage.constantItems)"])
    }
    Console.say(
      "\(items) items on \(models) models, \(kind.rawValue) correlation with log compute (of Brier: with its fall):"
    )
    Console.show(table)
    // The step of the chain that loses most.
    let drops = zip(stages, stages.dropFirst()).map { before, after in
      (from: before.stage, to: after.stage, loss: before.medianMagnitude - after.medianMagnitude)
    }
    guard let worst = drops.max(by: { $0.loss < $1.loss }), worst.loss > 0.02 else {
      Console.print("No step of the chain weakens the correlation.")
      return
    }
    Console.say(
      "Most is lost from \(worst.from) to \(worst.to) (\(NumberFormat.fixed(worst.loss, 2)) of the median): \(worst.to.hasPrefix("p_C") ? "mass moves between wrong options; forecast the likelihood of the right one instead" : "forecast \(worst.from) and go on from it")."
    )
  }
}
