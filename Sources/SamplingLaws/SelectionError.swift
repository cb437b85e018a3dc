/// Why recorded attempts cannot be analysed as asked.
public enum SelectionError: Error, Sendable, Hashable, CustomStringConvertible {
  case missingColumn(String)
  case rowsAreSteps
  case invalidSamples
  case tooFewAttempts(asked: Int, most: Int)
  case noCommonProblem
  case noCommonSamples
  case invalidSetting(String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .missingColumn(let name): "The table has no column `\(name)`, which this analysis needs."
    case .rowsAreSteps: "The table has one row a step; this analysis needs one row an attempt."
    case .invalidSamples: "Numbers of samples must be given and must be positive."
    case .tooFewAttempts(let asked, let most):
      "No problem has \(asked) attempts; the most that one has is \(most)."
    case .noCommonProblem: "The two arms have no problem in common."
    case .noCommonSamples: "The two curves have no number of samples in common."
    case .invalidSetting(let text): text
    }
  }
}
