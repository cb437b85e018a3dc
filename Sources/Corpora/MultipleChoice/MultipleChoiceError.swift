/// What can be wrong with multiple-choice items or the scores of their choices.
public enum MultipleChoiceError: Error, Hashable, CustomStringConvertible {
  /// A line of a file, counted from 1, that is no item.
  case line(number: Int, problem: String)
  /// An item, counted from 0, that cannot be scored.
  case item(index: Int, problem: String)
  /// A log-likelihood that is none.
  case score(item: Int, choice: Int, found: Double)
  /// A scorer that returned too few or too many numbers.
  case scoreCount(found: Int, expected: Int)
  /// A file that cannot be read.
  case file(path: String, problem: String)

  /// One sentence that says what was found and what was expected.
  public var description: String {
    switch self {
    case .line(let number, let problem):
      "line \(number): \(problem)"
    case .item(let index, let problem):
      "item \(index): \(problem)"
    case .score(let item, let choice, let found):
      "item \(item), choice \(choice): the scorer returned \(found); expected a log-likelihood"
    case .scoreCount(let found, let expected):
      "the scorer returned \(found) numbers for \(expected) requests"
    case .file(let path, let problem):
      "\(path): \(problem)"
    }
  }
}
