internal import Cards

/// Why a law could not be fitted, in one sentence a person can act on.
public enum FitError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownLaw(name: String, nearest: String?)
  case unknownSetting(law: String, name: String, known: [String])
  /// A setting has a value outside its range.
  case badSetting(law: String, name: String, value: String, expected: String)
  case unknownParameter(law: String, name: String, known: [String])
  /// The table lacks a column that the law reads.
  case missingColumn(law: String, column: String, meaning: String, present: [String])
  /// A cell cannot be used.
  case badValue(row: String, column: String, found: Double, expected: String)
  case tooFewRows(law: String, found: Int, needed: Int)
  /// Every starting point left the domain of the formula.
  case noSolution(law: String, reason: String)
  /// The request contradicts itself or the fit.
  case unusable(String)

  /// The sentence.
  public var description: String {
    switch self {
    case .unknownLaw(let name, let nearest):
      let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
      return "no law is called \"\(name)\"\(hint) (allometry laws lists them)"
    case .unknownSetting(let law, let name, let known):
      let list =
        known.isEmpty ? "it has no settings" : "its settings are \(known.joined(separator: ", "))"
      return "law \(law) has no setting \"\(name)\": \(list)"
    case .badSetting(let law, let name, let value, let expected):
      return "law \(law), setting \(name): found \"\(value)\", expected \(expected)"
    case .unknownParameter(let law, let name, let known):
      return
        "law \(law) has no parameter \"\(name)\": its parameters are \(known.joined(separator: ", "))"
    case .missingColumn(let law, let column, let meaning, let present):
      return
        "law \(law) needs a column \(column) (\(meaning)), found \(present.sorted().joined(separator: ", ")); rename one with --map \(column)=NAME"
    case .badValue(let row, let column, let found, let expected):
      return "\(row), column \(column): found \(found), expected \(expected)"
    case .tooFewRows(let law, let found, let needed):
      return "law \(law) needs at least \(needed) rows to fit its parameters, found \(found)"
    case .noSolution(let law, let reason):
      return "law \(law) could not be fitted: \(reason)"
    case .unusable(let sentence):
      return sentence
    }
  }
}

extension FitError {
  /// What is wrong with a setting of a law.
  init(_ error: OptionError) {
    switch error.problem {
    case .unknown(let known):
      self = .unknownSetting(law: error.card, name: error.option, known: known)
    case .value(let found, let expected):
      self = .badSetting(law: error.card, name: error.option, value: found, expected: expected)
    }
  }
}
