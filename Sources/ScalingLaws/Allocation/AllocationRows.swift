extension Observations {
  /// N, C and the rows with weight, for approaches 1 and 2; throws `FitError` for an absent column,
  /// a value that cannot be used and, where the loss is needed, an outcome that is not finite.
  func allocationRows(
    of procedure: String, needsLoss: Bool
  ) throws(FitError) -> (sizes: [Double], compute: [Double], used: [Int]) {
    for requirement in [ColumnRequirement.parameters, .compute]
    where known(requirement.name) == nil {
      throw .missingColumn(
        law: procedure, column: requirement.name, meaning: requirement.meaning,
        present: Array(columns.keys))
    }
    let (sizes, compute) = (columns["N"] ?? [], self.compute ?? [])
    let used = weights.indices.filter { weights[$0] > 0 }
    for row in used {
      for (name, value) in [("N", sizes[row]), ("C", compute[row])] where !(value > 0) {
        throw .badValue(
          row: labels[row], column: name, found: value, expected: "a positive number")
      }
      guard !needsLoss || response[row].isFinite else {
        throw .badValue(
          row: labels[row], column: "loss", found: response[row], expected: "a finite number")
      }
    }
    return (sizes, compute, used)
  }
}
