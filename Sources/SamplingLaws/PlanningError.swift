/// Why a plan or an analysis behind one cannot be made.
public enum PlanningError: Error, Sendable, Hashable, CustomStringConvertible {
  case missingColumn(String)
  case noCommonProblem
  case invalidSetting(String)
  case tooFew(String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .missingColumn(let name): "The table has no column `\(name)`, which this analysis needs."
    case .noCommonProblem: "The arms have no problem in common."
    case .invalidSetting(let text), .tooFew(let text): text
    }
  }

  static func require(_ holds: Bool, _ text: @autoclosure () -> String) throws(PlanningError) {
    if !holds { throw .invalidSetting(text()) }
  }
}
