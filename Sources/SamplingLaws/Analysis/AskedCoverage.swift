public import Quantities

/// Coverage at a number of attempts that was asked for.
public struct AskedCoverage: Codable, Sendable, Hashable {
  /// The number of attempts.
  public var k: Double
  /// pass@k, exact where every problem has so many attempts, else by the fitted distribution; nil
  /// without a fit.
  public var coverage: Estimated?
  /// Whether the value is that of the fit.
  public var isExtrapolated: Bool

  init(_ k: Double, coverage: CoverageCurve, extrapolation: BetaBinomialCoverage?) {
    self.k = k
    if let point = coverage.points.first(where: { Double($0.k) == k }) {
      self.coverage = point.coverage
      isExtrapolated = false
    } else {
      self.coverage = extrapolation?.points.first { $0.k == k }?.coverage
      isExtrapolated = true
    }
  }

  static func grid(_ asked: [Double], _ counts: AttemptCounts) -> [Double]? {
    guard !asked.isEmpty, let most = counts.attempts.max() else { return nil }
    return Set(BetaBinomialCoverage.grid(beyond: 100 * Double(most)) + asked).sorted()
  }
}
