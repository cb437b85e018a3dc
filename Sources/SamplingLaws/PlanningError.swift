/// Why a plan or an analysis behind one cannot be made.
public enum PlanningError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A column that the analysis needs is not in the table.
  case missingColumn(String)
  /// The arms have no problem in common.
  case noCommonProblem
  /// A setting lies outside its range; the text says which, and what is allowed.
  case invalidSetting(String)
  /// There is too little to analyse; the text says of what.
  case tooFew(String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .missingColumn(let name): "The table has no column `\(name)`, which this analysis needs."
    case .noCommonProblem: "The arms have no problem in common."
    case .invalidSetting(let text), .tooFew(let text): text
    }
  }

  /// Throws where a setting breaks its rule.
  static func require(_ holds: Bool, _ text: @autoclosure () -> String) throws(PlanningError) {
    if !holds { throw .invalidSetting(text()) }
  }
}
