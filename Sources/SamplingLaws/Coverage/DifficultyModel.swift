internal import Optimization
internal import RealModule

/// How the chance p that an attempt is right is taken to differ between problems.
public enum DifficultyModel: String, Sendable, Hashable, Codable, CaseIterable {
  case onePooled = "one p"
  /// One p, and problems that are never solved: the form F_max·(1 − (1 − p)^n) of TTSPM [60].
  case pooledWithCeiling = "one p with a ceiling"
  case beta = "beta"
  /// p ~ Beta(a, b), and problems that are never solved.
  case betaWithCeiling = "beta with a ceiling"

  /// The number of unknowns.
  public var unknowns: Int {
    switch self {
    case .onePooled: 1
    case .pooledWithCeiling, .beta: 2
    case .betaWithCeiling: 3
    }
  }
}

/// How well a model of difficulty explains counts.
public struct DifficultyComparison: Sendable, Hashable, Codable {
  /// The model.
  public var model: DifficultyModel
  /// The largest log-likelihood, binomial coefficients included.
  public var logLikelihood: Double
  /// Akaike's criterion, 2·unknowns − 2·logLikelihood.
  public var aic: Double
  /// By how much the criterion exceeds that of the best model.
  public var excess: Double

  static func ranked(_ fits: [(model: DifficultyModel, value: Double)]) -> [Self] {
    let criteria = fits.map { 2 * Double($0.model.unknowns) - 2 * $0.value }
    let least = criteria.min() ?? 0
    return zip(fits, criteria).map { fit, criterion in
      Self(
        model: fit.model, logLikelihood: fit.value, aic: criterion, excess: criterion - least)
    }
  }
}

/// The binomial likelihood of counts with one p for all problems that can be solved.
struct PooledLikelihood {
  /// N of problems without a success, and how many there are.
  private let unsolved: [(attempts: Double, count: Double)]
  private let trials: Double
  private let successes: Double
  private let failures: Double
  private let solved: Double
  private let constant: Double

  init(_ cells: [AttemptCounts.Cell]) {
    var zeros: [(attempts: Double, count: Double)] = []
    for cell in cells where cell.correct == 0 && cell.weight > 0 {
      if zeros.last?.attempts == Double(cell.attempts) {
        zeros[zeros.count - 1].count += cell.weight
      } else {
        zeros.append((Double(cell.attempts), cell.weight))
      }
    }
    unsolved = zeros
    trials = cells.reduce(0) { $0 + $1.weight * Double($1.attempts) }
    let some = cells.filter { $0.correct > 0 }
    solved = some.reduce(0) { $0 + $1.weight }
    successes = some.reduce(0) { $0 + $1.weight * Double($1.correct) }
    failures = some.reduce(0) { $0 + $1.weight * Double($1.attempts - $1.correct) }
    constant = some.reduce(0) { sum, cell in
      let c = Double(cell.correct)
      let rest = Double(cell.attempts - cell.correct)
      return sum + cell.weight * (LogPochhammer.value(rest + 1, c) - Double.logGamma(c + 1))
    }
  }

  func value(chance p: Double, ceiling: Double) -> Double {
    var sum = constant
    if successes > 0 { sum += successes * Double.log(p) }
    if failures > 0 { sum += failures * Double.log(onePlus: -p) }
    if solved > 0 { sum += solved * Double.log(ceiling) }
    for zero in unsolved {
      let none = Double.exp(zero.attempts * Double.log(onePlus: -p))
      sum += zero.count * Double.log(1 - ceiling + ceiling * none)
    }
    return sum
  }

  /// The best p without a ceiling.
  var pooled: Double { successes / trials }

  /// The best p and F_max.
  var best: (chance: Double, ceiling: Double) {
    guard solved > 0 else { return (0, 1) }
    guard !unsolved.isEmpty else { return (pooled, 1) }
    // F_max enters through a mixture with a fixed part, so the best for each p is soon found; p lies
    // between the rate at all problems and that at the solved ones.
    func bestCeiling(_ p: Double) -> Double {
      func slope(_ ceiling: Double) -> Double {
        var sum = solved / ceiling
        for zero in unsolved {
          let none = Double.exp(zero.attempts * Double.log(onePlus: -p))
          sum -= zero.count * (1 - none) / (1 - ceiling + ceiling * none)
        }
        return sum
      }
      if slope(1) >= 0 { return 1 }
      return root(in: 1e-12...1) { slope($0) } ?? 1
    }
    let high = min(successes / (successes + failures), 1 - 1e-12)
    let found = minimize(over: Double.log(pooled)...Double.log(high), samples: 24) {
      let p = Double.exp($0)
      return -value(chance: p, ceiling: bestCeiling(p))
    }
    let p = Double.exp(found.argument)
    return (p, bestCeiling(p))
  }
}
