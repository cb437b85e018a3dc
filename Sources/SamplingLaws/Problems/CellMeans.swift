internal import RunTables

struct CellMeans: Sendable {
  /// NaN without attempts.
  var accuracy: Double
  /// NaN where no tokens are recorded.
  var tokens: Double
  var attempts: Int

  init(_ arm: OutcomeArm, rows: Range<Int>) {
    var right = 0
    for row in rows { right += Int(arm.correct[row]) }
    attempts = rows.count
    accuracy = rows.isEmpty ? .nan : Double(right) / Double(rows.count)
    tokens = arm.tokens.map { meanPresent($0, rows) } ?? .nan
  }
}

/// The mean of the numbers of some rows that are not missing; NaN where all are.
func meanPresent(
  _ values: [Float], _ rows: Range<Int>, where included: (Int) -> Bool = { _ in true }
) -> Double {
  var total = 0.0
  var count = 0
  for row in rows where !values[row].isNaN && included(row) {
    total += Double(values[row])
    count += 1
  }
  return count > 0 ? total / Double(count) : .nan
}
