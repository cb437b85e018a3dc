internal import Quantities

/// Handing a candidate over to a better model when its score is extreme among calibration scores: a
/// rank test that controls the rate of handing over in finite samples [76].
///
/// Scores here are of nonconformity: larger is worse, such as the perplexity of a draft.
public struct ConformalRejection: Codable, Sendable, Hashable {
  /// The number of calibration scores, n.
  public let calibrationCount: Int
  /// The wanted rate, α.
  public let alpha: Double
  /// The rate for exchangeable scores without ties, ⌊α(n + 1)⌋/(n + 1) ≤ α; with ties it is less.
  public let rate: Double
  /// A candidate is handed over if its score is above this; −∞ for always, +∞ for never.
  public let threshold: Double

  /// Calibrates; NaN scores are passed over, and α lies between 0 and 1.
  public init(calibration: [Double], alpha: Double) throws(PlanningError) {
    let known =
      calibration.contains(where: \.isNaN) ? calibration.filter { !$0.isNaN } : calibration
    self.calibrationCount = known.count
    self.alpha = alpha
    rate = try Self.rate(alpha: alpha, calibrationCount: known.count)
    let handed = Self.handedOver(alpha, known.count)
    if handed == 0 {
      threshold = .infinity
    } else if handed > known.count {
      threshold = -.infinity
    } else {
      // p ≤ α: fewer than ⌊α(n + 1)⌋ scores are at least as large.
      threshold =
        RankedSelection.firstExceeding(known, limit: Double(handed) - 0.5) ?? -.infinity
    }
  }

  /// Whether a candidate is handed over: its p-value is at most α.
  public func handsOver(_ score: Double) -> Bool { score > threshold }

  /// The p-value of a score: (1 + #{calibration scores at least as large})/(n + 1).
  public static func pValue(_ score: Double, calibration: [Double]) -> Double {
    Double(1 + calibration.count { $0 >= score }) / Double(calibration.count + 1)
  }

  /// The probability of handing over, if scores are exchangeable without ties: ⌊α(n + 1)⌋/(n + 1).
  public static func rate(alpha: Double, calibrationCount: Int) throws(PlanningError) -> Double {
    try PlanningError.require(
      alpha >= 0 && alpha <= 1, "The rate \(alpha) does not lie between 0 and 1.")
    try PlanningError.require(calibrationCount >= 0, "The number of scores is negative.")
    return Double(handedOver(alpha, calibrationCount)) / Double(calibrationCount + 1)
  }

  /// ⌊α(n + 1)⌋, where rounding of the product does not lose a whole number.
  private static func handedOver(_ alpha: Double, _ count: Int) -> Int {
    Int(saturating: (alpha * Double(count + 1) * (1 + 1e-14) + 1e-12).rounded(.down))
  }
}

/// Which scores are bad.
public enum ScoreDirection: String, Codable, Sendable, Hashable {
  /// Low ones, as a verifier's.
  case lowIsBad
  /// High ones, as a perplexity.
  case highIsBad

  var sign: Double { self == .lowIsBad ? -1 : 1 }
}
