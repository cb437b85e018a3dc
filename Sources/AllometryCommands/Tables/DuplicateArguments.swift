internal import ArgumentParser
internal import RunTables

/// What is done with rows that repeat each other: in every cell, or in the step of a run.
struct DuplicateArguments: ParsableArguments {
  @Flag(
    help:
      "Keep rows that repeat another row in every cell, and steps that a run logged again after a restart; otherwise they are counted once, a step as it was logged later."
  )
  var keepDuplicates = false

  func counted(_ table: RunTable) -> RunTable {
    keepDuplicates ? table : table.countingDuplicatesOnce()
  }

  func laterSteps(_ table: RunTable, response: String?) throws -> RunTable {
    guard !keepDuplicates else { return table }
    var result = try table.keepingLaterSteps(response: response ?? "loss")
    if result.rowCount < table.rowCount, let last = result.notes.indices.last {
      result.notes[last] += "; --keep-duplicates keeps both"
    }
    return result
  }
}
