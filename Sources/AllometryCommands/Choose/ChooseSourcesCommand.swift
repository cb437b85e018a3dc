internal import ArgumentParser
internal import Foundation
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws
internal import Statistics

struct ChooseSourcesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sources",
    abstract: "The mixture of data sources nearest to validation data, by optimal transport.",
    usage: "allometry choose sources <examples> [<options>]",
    discussion: """
      The table has one row an example: the column source says where it is from
      (validation for what is aimed at), the columns of numbers are its features,
      such as an embedding. Distances are entropic optimal transport between the
      mixture and the validation data, without what the smoothing adds. Its
      derivative finds the nearest mixture, and resampled examples how sure it is.

      With --runs, a table of runs with a share for each source (share_NAME or
      NAME), the distance of every run's mixture is added and written to --out;
      the law projektor then tells accuracy from distance and size [8].

      Examples:
        allometry choose sources embeddings.csv
        allometry choose sources embeddings.csv --runs runs.csv --out measured.csv
        allometry fit measured.csv --law projektor
      """)

  @OptionGroup var input: TableArguments

  @Option(help: ArgumentHelp("The column of sources.", valueName: "column"))
  var source: String = "source"

  @Option(help: ArgumentHelp("What the column calls the data aimed at.", valueName: "name"))
  var validation: String = "validation"

  @Option(
    help: ArgumentHelp(
      "The columns of features, with commas; default all other columns of numbers.",
      valueName: "columns"))
  var features: String?

  @Flag(help: "Divide each feature by its standard deviation over all examples.")
  var standardize = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Examples used of each source and of the validation data, drawn where there are more.",
      valueName: "count"))
  var examples: Int = 200

  @Option(
    parsing: .unconditional,
    help: "The smoothing of the transport, in mean distances of sources from validation data.")
  var smoothing: Double = 0.1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Times that examples are drawn anew for intervals.", valueName: "count"))
  var refits: Int = 20

  @Option(parsing: .unconditional, help: "The seed of all draws.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("A table of runs to measure.", valueName: "table"))
  var runs: String?

  @Option(help: ArgumentHelp("The table of runs with its distances, CSV.", valueName: "path"))
  var out: String?

  @OptionGroup var output: OutputArguments

  @Flag(help: "Print JSON (schema allometry.sources/1).")
  var json = false

  private struct Answer: Encodable {
    struct Source: Encodable {
      var source: String
      var examples: Int
      /// Of the source alone.
      var distance: Double
      /// In the nearest mixture.
      var share: Double
      /// The middle 90 % over examples drawn anew; absent without refits.
      var shareLow: Double?
      var shareHigh: Double?
    }
    struct Run: Encodable {
      var line: Int
      var distance: Double
    }
    var schema = "allometry.sources/1"
    var features: Int
    var validationExamples: Int
    /// Of the nearest mixture, in units of the features.
    var distance: Double
    var smoothing: Double
    var sources: [Source]
    var runs: [Run]?
    var out: String?
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(2, examples, option: "--examples")
      try OptionCheck.atLeast(0, refits, option: "--refits")
      try OptionCheck.positive(smoothing, option: "--smoothing")
      guard examples <= 2000 else {
        throw CommandFailure(
          .usage,
          "--examples: found \(examples), expected 2,000 or fewer: costs grow with the square")
      }
      guard refits == 0 || refits >= 10 else {
        throw CommandFailure(.usage, "--refits: found \(refits), expected 0, or 10 or more")
      }
      if out != nil, runs == nil {
        throw CommandFailure(
          .usage, "--out is the table of --runs with its distances; found no --runs")
      }
      let file = try out.map { try OutputFile($0, .table, output) }
      let (names, groups, width) = try groups()
      var random = SplittableRandom(seed: seed)
      let chosen = groups.map { Self.drawn(examples, of: $0, &random) }
      var transport = try CommandFailure.naming(input.table) {
        try TransportDistance(
          sources: Array(chosen.dropLast()), validation: chosen[chosen.count - 1],
          smoothing: smoothing)
      }
      let nearest = Self.nearest(&transport)
      let shares = try (0..<refits).map { index in
        var random = SplittableRandom(seed: seed).split(index + 1)
        let again = chosen.map { rows in rows.map { _ in rows[random.nextIndex(below: rows.count)] }
        }
        var resampled = try CommandFailure.naming(input.table) {
          try TransportDistance(
            sources: Array(again.dropLast()), validation: again[again.count - 1],
            smoothing: smoothing)
        }
        return Self.nearest(&resampled)
      }
      var answer = Answer(
        features: width, validationExamples: chosen[chosen.count - 1].count,
        distance: transport(nearest).value, smoothing: transport.smoothing,
        sources: names.indices.map { index in
          let drawn = shares.map { $0[index] }
          return Answer.Source(
            source: names[index], examples: chosen[index].count,
            distance: transport(names.indices.map { $0 == index ? 1 : 0 }).value,
            share: nearest[index],
            shareLow: refits == 0 ? nil : quantile(sorted: drawn.sorted(), 0.05),
            shareHigh: refits == 0 ? nil : quantile(sorted: drawn.sorted(), 0.95))
        })
      if let runs {
        let table = try input.reading.read(runs)
        let mixtures = try mixtures(of: names, in: table)
        let distances = mixtures.map { transport($0).value }
        answer.runs = zip(table.lineNumbers, distances).map { Answer.Run(line: $0, distance: $1) }
        if let file {
          try file.write(try table.adding("distance", .numbers(distances)).csvText())
          answer.out = file.path
        }
      }
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  /// The sources' names, the examples of each with the validation data last, and the number of
  /// features.
  private func groups() throws -> (names: [String], groups: [[[Double]]], width: Int) {
    let table = try input.reading.read(input.table)
    let labels = try table.texts(source)
    var columns: [String] = []
    if let features {
      columns = features.split(separator: ",").map(\.trimmingSpaces)
    } else {
      for name in table.columnNames where name != source {
        if case .numbers = try table.column(name) { columns.append(name) }
      }
    }
    guard !columns.isEmpty else {
      throw CommandFailure(
        .badData, "\(table.source): found no column of numbers, expected features of examples")
    }
    var values = try columns.map { try table.numbers($0) }
    for (name, column) in zip(columns, values) {
      if let row = column.firstIndex(where: { !$0.isFinite }) {
        throw CommandFailure(
          .badData,
          "\(table.source):\(table.lineNumbers[row]): column \(name): found no number, expected a feature of every example; choose columns with --features"
        )
      }
    }
    if standardize {
      values = values.map { column in
        let mean = column.reduce(0, +) / Double(column.count)
        let square = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
        return square > 0 ? column.map { ($0 - mean) / square.squareRoot() } : column.map { _ in 0 }
      }
    }
    var rows: [String: [[Double]]] = [:]
    var names: [String] = []
    for (row, label) in labels.enumerated() {
      if rows[label] == nil, label != validation { names.append(label) }
      rows[label, default: []].append(values.map { $0[row] })
    }
    guard let aim = rows[validation], !names.isEmpty else {
      throw CommandFailure(
        .badData,
        "\(table.source): column \(source): found \(names.prefix(8).joined(separator: ", ")), expected sources and \"\(validation)\", the data aimed at; name them with --source and --validation"
      )
    }
    return (names, names.compactMap { rows[$0] } + [aim], columns.count)
  }

  /// As many rows, without repetition.
  private static func drawn(
    _ count: Int, of rows: [[Double]], _ random: inout SplittableRandom
  ) -> [[Double]] {
    guard rows.count > count else { return rows }
    var order = Array(rows.indices)
    for position in 0..<count {
      order.swapAt(position, position + random.nextIndex(below: order.count - position))
    }
    return order.prefix(count).sorted().map { rows[$0] }
  }

  private static func nearest(_ transport: inout TransportDistance) -> [Double] {
    guard transport.sourceCount > 1,
      let search = MixtureOptimum(
        within: [ClosedRange<Double>](repeating: 0...1, count: transport.sourceCount))
    else { return [1] }
    return search.minimize(from: []) { transport($0) }
  }

  /// The shares of the sources, run by run.
  private func mixtures(of names: [String], in table: RunTable) throws -> [[Double]] {
    let columns = try names.map { name in
      for candidate in ["share_\(name)", "weight_\(name)", name] where table.hasColumn(candidate) {
        return (candidate, try table.numbers(candidate))
      }
      throw CommandFailure(
        .badData,
        "\(table.source): found no column share_\(name) or \(name), expected a share for each source of \(input.table)"
      )
    }
    if let fault = ShareColumns.fault(of: columns.map(\.0), in: table) {
      throw CommandFailure(.badData, fault)
    }
    for (name, column) in columns {
      if let row = column.firstIndex(where: { !$0.isFinite }) {
        throw CommandFailure(
          .badData,
          "\(table.source):\(table.lineNumbers[row]): column \(name): found nothing, expected a share"
        )
      }
    }
    return (0..<table.rowCount).map { row in columns.map { $0.1[row] } }
  }

  private func print(_ answer: Answer) {
    var table = Console.table([
      "source", .number("examples"),
      .number("distance alone"), .number("share"),
      .number("90 % interval"),
    ])
    for source in answer.sources {
      var interval = ""
      if let low = source.shareLow, let high = source.shareHigh {
        interval =
          "\(NumberFormat.percent(low, decimals: 1)) to \(NumberFormat.percent(high, decimals: 1))"
      }
      table.rows.append([
        source.source, String(source.examples), NumberFormat.significant(source.distance, 3),
        NumberFormat.percent(source.share, decimals: 1), interval,
      ])
    }
    Console.say(
      "The mixture nearest to \(answer.validationExamples) examples of \(validation), at distance \(NumberFormat.significant(answer.distance, 3)) in \(answer.features) features:"
    )
    Console.show(table)
    if let runs = answer.runs {
      let distances = runs.map(\.distance)
      let range =
        "\(NumberFormat.significant(distances.min() ?? .nan, 3)) to \(NumberFormat.significant(distances.max() ?? .nan, 3))"
      let next =
        answer.out.map { "written to \($0): allometry fit \($0) --law projektor" }
        ?? "--out writes them beside the runs, for allometry fit --law projektor"
      Console.say("Distances of \(runs.count) runs: \(range); \(next).")
    } else {
      Console.say("What a distance costs in accuracy only runs can tell: --runs measures theirs.")
    }
  }
}
