internal import ArgumentParser
internal import RunTables

struct TableArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The table of runs: CSV, TSV, JSON lines or JSON; - for standard input.",
      valueName: "table"))
  var table: String

  @OptionGroup(title: "Table options") var reading: ReadingArguments
}

struct ReadingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Rename columns, or compute them: N=params,D=tokens_B*1e9,loss='log(ppl)'. Names with commas go in double quotes, names with blanks inside a formula in backticks.",
      valueName: "map"))
  var map: String?

  @Option(
    name: .customLong("let"),
    help: ArgumentHelp(
      "Compute a column: err=1-acc, 'wide=max(width,64)'; may be repeated, and --map, --where and --response may use it.",
      valueName: "name=expression"))
  var computed: [String] = []

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Keep rows for which this holds: 'D/N<=200 && family==c4', or thin curves: 'step % 20 == 0'.",
      valueName: "filter"))
  var filter: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "One row a run: average the last this many values of each measured column; N, D, C and step as in the last row.",
      valueName: "rows"))
  var last: Int?

  @Option(
    help: ArgumentHelp(
      "Training FLOPs of a token, from which C is computed: 6N, nonembedding, attention, or an expression such as '6*N + 12*layers*width*context'. Default: the table's C, or 6N.",
      valueName: "expression"))
  var flopsPerToken: String?

  @Option(help: ArgumentHelp("The delimiter of CSV, if it is not found by itself."))
  var delimiter: String?

  @Option(
    help: ArgumentHelp(
      "What a comma in a number is: comma (2,345 is between 2 and 3) or point (2,345 is in the thousands). Default: decided column by column, and refused where both are possible.",
      valueName: "mark"))
  var decimal: String?

  @Option(help: "The format if the name does not tell: csv, tsv, jsonl, json.")
  var format: String?

  static func tableOptions(
    format: String?, delimiter: String?, map: String?
  ) throws -> TableOptions {
    var options = TableOptions()
    if let format {
      guard let known = TableFormat(rawValue: format) else {
        throw CommandFailure(
          .usage,
          "--format: found \"\(format)\", expected one of \(TableFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      options.format = known
    }
    if let delimiter {
      let named = ["tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "]
      let text = named[delimiter] ?? delimiter
      guard text.count == 1, let character = text.first, character.isASCII else {
        throw CommandFailure(
          .usage, "--delimiter: found \"\(delimiter)\", expected one character or tab")
      }
      options.delimiter = character
    }
    if let map { options.map = try ColumnMap.parse(map) }
    return options
  }

  static func decimalMark(_ decimal: String?) throws -> DecimalMark? {
    try decimal.map { word in
      guard let mark = DecimalMark(rawValue: word) else {
        throw CommandFailure(
          .usage, "--decimal: found \"\(word)\", expected comma or point")
      }
      return mark
    }
  }

  /// Reads, renames, completes and filters a table, and averages the ends of its runs.
  func read(_ path: String) throws -> RunTable {
    var options = try Self.tableOptions(format: format, delimiter: delimiter, map: map)
    options.decimalMark = try Self.decimalMark(decimal)
    options.computed = try computed.map { try ComputedColumn.parse($0) }
    try OptionCheck.atLeast(1, last, option: "--last")
    InputFiles.note(path)
    var table = try RunTable.read(contentsOf: path, options: options)
    if let flopsPerToken { table = try table.countingFlops(perToken: flopsPerToken) }
    table = try table.derivingCompute()
    if let filter {
      table = try table.filtered(by: filter)
      guard table.rowCount > 0 else {
        throw CommandFailure(.badData, "\(table.source): no row is left by --where '\(filter)'")
      }
    }
    // The end of a run is what it logged last, also where a restart logged its steps again.
    if let last { table = try table.keepingLaterSteps().averagingLast(last) }
    return table
  }
}
