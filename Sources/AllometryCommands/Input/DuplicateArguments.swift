internal import ArgumentParser
internal import RunTables

/// What is done with rows that repeat each other in every cell.
struct DuplicateArguments: ParsableArguments {
  @Flag(
    help:
      "Keep rows that repeat another row in every cell; otherwise they are counted once.")
  var keepDuplicates = false

  /// The table whose rows are counted as the option says.
  func counted(_ table: RunTable) -> RunTable {
    keepDuplicates ? table : table.countingDuplicatesOnce()
  }
}
