public import Quantities
internal import Statistics

/// Two arms over the same problems: the difference of their accuracies, problem by problem.
///
/// Problems are matched by label and resampled together, so that what they share in difficulty cancels.
public struct PairedComparison: Codable, Sendable {
  /// The difference at one number of samples.
  public struct Difference: Codable, Sendable {
    /// n, or tokens where the comparison is at equal tokens.
    public var samples: Int
    /// The mean of the first arm over matched problems.
    public var first: Double
    /// The mean of the second arm over matched problems.
    public var second: Double
    /// First less second, with its paired interval.
    public var difference: Estimated
    /// 1 less the level of the widest interval without 0, at least what the resamples can tell.
    public var pValue: Double
    /// The smallest p-value that the number of resamples can tell.
    public var smallestPValue: Double

    /// The p-value for a sentence: `0.034`, or `< 0.002` where no resample is on the other side.
    public var plainPValue: String {
      NumberFormat.probability(pValue, floor: smallestPValue * 1.0001)
    }
  }

  /// What the first arm is called.
  public var first: String
  /// What the second arm is called.
  public var second: String
  /// The number of problems in both arms.
  public var matched: Int
  /// Problems only in the first arm.
  public var onlyFirst: Int
  /// Problems only in the second arm.
  public var onlySecond: Int
  /// At equal tokens, not samples: between recorded numbers some problems get the larger one.
  public var isAtEqualTokens = false
  /// The differences at each number of samples that both have.
  public var differences: [Difference]
  /// What to beware of.
  public var warnings: [String]

  /// Throws where no problem or no number of samples is in both; named by selectors by default.
  public init(
    _ first: ProblemCurves, _ second: ProblemCurves, names: (String, String)? = nil,
    bootstrap: ProblemBootstrap
  ) throws(SelectionError) {
    let columns = first.samples.indices.compactMap { column in
      second.samples.firstIndex(of: first.samples[column]).map { (column, $0) }
    }
    guard !columns.isEmpty else { throw .noCommonSamples }
    try self.init(
      labels: (first.labels, second.labels), names: names ?? (first.selector, second.selector),
      samples: columns.map { first.samples[$0.0] }, bootstrap: bootstrap,
      first: { problem in columns.map { first.matrix[problem, $0.0] } },
      second: { problem in columns.map { second.matrix[problem, $0.1] } })
  }

  /// Of any numbers, matched by label: `first` and `second` give those of the problem at a place.
  public init(
    labels: ([String], [String]), names: (String, String), samples: [Int],
    bootstrap: ProblemBootstrap, first: (Int) -> [Double], second: (Int) -> [Double]
  ) throws(SelectionError) {
    var places: [String: Int] = [:]
    for (place, label) in labels.1.enumerated() { places[label] = place }
    let pairs = labels.0.enumerated().compactMap { place, label in
      places[label].map { (place, $0) }
    }
    guard !pairs.isEmpty else { throw .noCommonProblem }
    var matrix = ProblemMatrix(columnCount: 3 * samples.count, problems: pairs.count)
    for (one, other) in pairs {
      let (a, b) = (first(one), second(other))
      matrix.append(a + b + zip(a, b).map { $0 - $1 })
    }
    let means = matrix.means
    let draws = bootstrap.resampledMeans(of: matrix)
    self.first = names.0
    self.second = names.1
    matched = pairs.count
    onlyFirst = labels.0.count - pairs.count
    onlySecond = labels.1.count - pairs.count
    let problems = pairs.count
    differences = samples.indices.map { index in
      let column = 2 * samples.count + index
      let drawn = draws.map { $0[column] }
      return Difference(
        samples: samples[index], first: means[index], second: means[samples.count + index],
        difference: bootstrap.interval(around: means[column], draws: drawn, problems: problems),
        pValue: Self.pValue(drawn, problems: problems),
        smallestPValue: Self.pValue(drawn.map { _ in 1 }, problems: problems))
    }
    warnings = []
    if onlyFirst + onlySecond > 0 {
      warnings.append(
        "\(onlyFirst) problems are only in the first arm and \(onlySecond) only in the second; they are "
          + "left out.")
    }
  }

  /// The two-sided p-value that agrees with ``ProblemBootstrap/interval(around:draws:problems:)``.
  private static func pValue(_ draws: [Double], problems: Int) -> Double {
    guard problems > 1, !draws.isEmpty else { return .nan }
    // Resamples that tie with 0 count half on each side: where all do, p is 1.
    let ties = Double(draws.count { $0 == 0 }) / 2
    let below = Double(draws.count { $0 < 0 }) + ties
    let tail = (min(below, Double(draws.count) - below) + 1) / Double(draws.count + 2)
    let deviate = Normal.standard.inverseSurvival(min(tail, 0.5))
    let degrees = Double(problems - 1)
    let scaled = deviate * (degrees / Double(problems)).squareRoot()
    return min(2 * StudentT(degreesOfFreedom: degrees).survival(scaled), 1)
  }
}
