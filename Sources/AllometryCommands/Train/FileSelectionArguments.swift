internal import ArgumentParser
internal import Corpora

struct FileSelectionArguments: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Read files of the folder that match alone: '*.py', 'src/**/*.md'; may be given several times.",
      valueName: "pattern"))
  var include: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Leave out files and folders that match: 'tests', '*.min.js'; may be given several times.",
      valueName: "pattern"))
  var exclude: [String] = []

  var selection: FileSelection { FileSelection(include: include, exclude: exclude) }

  /// Makes sure that there is a folder to choose from where `option` is given.
  func check(folder: String?, option: String) throws {
    for (name, patterns) in [("--include", include), ("--exclude", exclude)] {
      if !patterns.isEmpty, folder == nil {
        throw CommandFailure(
          .usage, "\(name) chooses files of a folder given with \(option); found none")
      }
      if patterns.contains("") {
        throw CommandFailure(.usage, "\(name): found an empty pattern, expected one such as '*.py'")
      }
    }
  }
}
