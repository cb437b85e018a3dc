/// Why there is no verdict.
public enum VerdictError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No row belongs to the baseline.
  case noBaseline(name: String, arms: [String])
  /// No row belongs to any other arm.
  case noTreatment(baseline: String)
  /// A setting cannot be used.
  case badSetting(String)

  /// One sentence that says what was found and what was expected.
  public var description: String {
    switch self {
    case .noBaseline(let name, let arms):
      "no run belongs to the baseline \(name); the arms are \(arms.joined(separator: ", "))"
    case .noTreatment(let baseline):
      "all runs belong to the baseline \(baseline), so there is nothing to compare it with"
    case .badSetting(let sentence): sentence
    }
  }
}
