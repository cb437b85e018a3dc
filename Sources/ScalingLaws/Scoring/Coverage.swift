public import Quantities
internal import Statistics

/// How many outcomes fell inside their intervals, and what that says of the nominal level.
public struct Coverage: Sendable, Hashable, Codable {
  /// The nominal coverage of the intervals.
  public var nominal: Double
  /// The rows that fell inside.
  public var inside: Int
  /// The rows that had an interval.
  public var rows: Int
  /// The number of independent rows that tell as much, see ``init(inside:clusters:nominal:level:)``.
  public var effectiveRows: Double
  /// The share that fell inside, with its binomial interval.
  public var share: Estimated
  /// The confidence of the binomial interval.
  public var level: Double

  /// What the interval of the share says.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// The nominal level lies inside the binomial interval.
    case compatible
    /// Too few outcomes fell inside.
    case tooNarrow = "too narrow"
    /// More outcomes fell inside than should.
    case tooWide = "too wide"
  }

  /// What the interval of the share says.
  public var verdict: Verdict {
    if share.high < nominal { return .tooNarrow }
    return share.low > nominal ? .tooWide : .compatible
  }

  /// Counts outcomes and gives their share an interval.
  ///
  /// Rows of one run, or of one place, miss together: the Clopper–Pearson interval is taken at the
  /// effective number of rows n/deff (Korn and Graubard, 1998); where all rows agree, so that deff
  /// cannot be measured, clusters count as single rows.
  public init(inside: [Bool], clusters: [Int], nominal: Double, level: Double = 0.95) {
    self.nominal = nominal
    self.level = level
    rows = inside.count
    self.inside = inside.count { $0 }
    guard rows > 0 else {
      share = Estimated(value: .nan)
      effectiveRows = 0
      return
    }
    let p = Double(self.inside) / Double(rows)
    let groups = Dictionary(grouping: inside.indices) { clusters[$0] }
    let binomial = p * (1 - p) / Double(rows)
    var effective = Double(groups.count)
    if binomial > 0, groups.count > 1 {
      // A dictionary's order differs from run to run, and with it the last bit of a sum.
      let sums = groups.sorted { $0.key < $1.key }.map { group in
        group.value.reduce(0.0) { $0 + (inside[$1] ? 1 - p : -p) }
      }
      let between =
        sums.reduce(0) { $0 + $1 * $1 } / Double(rows * rows)
        * Double(groups.count) / Double(groups.count - 1)
      effective = Double(rows) / max(between / binomial, 1)
    }
    effectiveRows = effective
    let successes = p * effective
    let tail = (1 - level) / 2
    share = Estimated(
      value: p,
      low: successes > 0 ? Beta(successes, effective - successes + 1).quantile(tail) : 0,
      high: successes < effective
        ? Beta(successes + 1, effective - successes).inverseSurvival(tail) : 1)
  }
}

/// The mean of numbers that share clusters, with an interval from the variance of cluster sums and
/// Student's t with clusters − 1 degrees of freedom.
func clusteredMean(_ values: [Double], clusters: [Int], level: Double) -> Estimated {
  guard !values.isEmpty else { return Estimated(value: .nan) }
  let count = Double(values.count)
  let centre = values.reduce(0, +) / count
  let error = clusteredError(values, clusters: clusters)
  guard error.isFinite else { return Estimated(value: centre) }
  let groups = Set(clusters).count
  let far = StudentT(degreesOfFreedom: Double(groups - 1)).quantile((1 + level) / 2) * error
  return Estimated(value: centre, low: centre - far, high: centre + far)
}

/// The standard error of a mean over clusters; NaN for a single cluster.
func clusteredError(_ values: [Double], clusters: [Int]) -> Double {
  let count = Double(values.count)
  let centre = values.reduce(0, +) / max(count, 1)
  let groups = Dictionary(grouping: values.indices) { clusters[$0] }
  guard groups.count > 1 else { return .nan }
  let squares = groups.sorted { $0.key < $1.key }.reduce(0.0) { sum, group in
    let total = group.value.reduce(0.0) { $0 + values[$1] - centre }
    return sum + total * total
  }
  return (squares * Double(groups.count) / Double(groups.count - 1)).squareRoot() / count
}
