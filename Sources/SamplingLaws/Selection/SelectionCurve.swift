public import Quantities

/// The accuracy of a selector against the number of samples, averaged over problems.
public struct SelectionCurve: Codable, Sendable {
  /// How a point was computed.
  public enum Evaluation: String, Codable, Sendable {
    /// The expectation over every subset of the attempts.
    case exact
    /// The mean over seeded random orders of the attempts.
    case monteCarlo
  }

  /// What the selector is called, with the options that move the curve.
  public var selector: String
  /// The number of problems.
  public var problems: Int
  /// The numbers of samples n, ascending.
  public var samples: [Int]
  /// Accuracy at each n, with its interval over problems.
  public var accuracy: [Estimated]
  /// Tokens that n attempts generate on average: methods are to be compared at equal tokens [202].
  public var tokens: [Double]?
  /// How each point was computed.
  public var evaluation: [Evaluation]
  /// The random orders of each problem behind the points that are not exact.
  public var draws: Int
  /// The Monte-Carlo standard error of each point; it is part of the interval.
  public var monteCarloErrors: [Double]
  /// What was left out, and what to beware of.
  public var warnings: [String]

  /// Averages curves over problems.
  public init(_ curves: ProblemCurves, bootstrap: ProblemBootstrap) {
    self.init(
      curves, draws: bootstrap.resampledMeans(of: curves.matrix), bootstrap: bootstrap)
  }

  init(_ curves: ProblemCurves, draws drawn: [[Double]], bootstrap: ProblemBootstrap) {
    selector = curves.selector
    problems = curves.matrix.problemCount
    samples = curves.samples
    accuracy = bootstrap.means(of: curves.matrix, draws: drawn)
    tokens = curves.tokens
    draws = curves.draws
    warnings = curves.warnings
    let count = Double(problems)
    let errors = curves.variances?.means.map { ($0 / count).squareRoot() }
    monteCarloErrors = errors ?? samples.map { _ in 0 }
    evaluation = curves.isExact.map { $0 ? .exact : .monteCarlo }
    let rough = samples.indices.filter {
      monteCarloErrors[$0] > 0.15 * (accuracy[$0].high - accuracy[$0].low)
    }
    if !rough.isEmpty {
      warnings.append(
        "The Monte-Carlo error is not small beside the interval at n = "
          + rough.map { String(samples[$0]) }.joined(separator: ", ")
          + "; more draws would narrow it.")
    }
  }
}
