/// What can be wrong with data handed to a statistical procedure.
public enum StatisticsError: Error, Hashable, CustomStringConvertible {
  /// Fewer points, or fewer distinct abscissae, than the procedure needs.
  case tooFewPoints(found: Int, needed: Int)
  /// Two columns that belong together differ in length.
  case lengthMismatch(what: String, found: Int, expected: Int)
  /// A number that is NaN, infinite or outside its domain.
  case invalidValue(what: String, index: Int, value: Double)
  /// A predictor is a linear combination of those before it (0 is the intercept, if there is one).
  case rankDeficient(column: Int)

  /// One sentence that says what was found and what was expected.
  public var description: String {
    switch self {
    case .tooFewPoints(let found, let needed):
      "found \(found) usable points, at least \(needed) are needed"
    case .lengthMismatch(let what, let found, let expected):
      "\(what): found \(found) values, expected \(expected)"
    case .invalidValue(let what, let index, let value):
      "\(what), row \(index): \(value) is outside the domain"
    case .rankDeficient(let column):
      "design column \(column) is a linear combination of the columns before it"
    }
  }
}

/// Checks the length of a column and the domain of its values.
func checkColumn(
  _ column: [Double], _ what: String, _ count: Int, positive: Bool = false
) throws(StatisticsError) {
  guard column.count == count else {
    throw .lengthMismatch(what: what, found: column.count, expected: count)
  }
  if let bad = column.firstIndex(where: { !$0.isFinite || (positive && $0 <= 0) }) {
    throw .invalidValue(what: what, index: bad, value: column[bad])
  }
}
