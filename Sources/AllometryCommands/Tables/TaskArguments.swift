internal import ArgumentParser
internal import RunTables

struct ScaleArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The column of scale; default C, else N.", valueName: "column"))
  var scale: String?

  /// The column in a table; nil where none is named and neither C nor N is there.
  func column(in table: RunTable) -> String? {
    scale ?? ["C", "N"].first { table.hasColumn($0) }
  }
}

struct TaskColumnArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The column that names tasks, where each task has rows of its own.", valueName: "column"))
  var task: String?

  @Option(help: ArgumentHelp("The column of the metric, with --task.", valueName: "column"))
  var metric: String = "accuracy"

  @OptionGroup var scale: ScaleArguments
}

struct TaskFactArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The metric of guessing by task: arc=0.25,piqa=0.5.", valueName: "name=value"))
  var chance: String?

  @Option(
    help: ArgumentHelp("The number of items by task: arc=1172.", valueName: "name=count"))
  var items: String?

  static func check(
    _ options: [(option: String, names: [String])], tasks: [String], source: String
  ) throws {
    for (option, names) in options {
      for name in names.sorted() where !tasks.contains(name) {
        throw CommandFailure(
          .usage,
          "\(option): found \"\(name)\", expected a task of \(source): \(tasks.joined(separator: ", "))"
        )
      }
    }
  }
}
