internal import Quantities
internal import RealModule

/// Sampling a step until one answer is k votes ahead of every other: a gambler's ruin between the right
/// answer, drawn with probability p, and the strongest wrong one, drawn otherwise [81].
public enum AheadByKLaw {
  /// The probability that the right answer gets k ≥ 1 ahead first: p^k/(p^k + (1 − p)^k); against
  /// one of many wrong answers the accuracy is p/(p + q).
  public static func success(accuracy: Double, lead: Int) -> Double {
    if accuracy <= 0 { return 0 }
    return 1 / (1 + power((1 - accuracy) / accuracy, lead))
  }

  /// The probability that all of several votes, s/m steps, go right: (1 + ((1 − p)/p)^k)^(−votes).
  public static func success(accuracy: Double, lead: Int, votes: Double) -> Double {
    if accuracy <= 0 { return 0 }
    return Double.exp(-votes * Double.log(onePlus: power((1 - accuracy) / accuracy, lead)))
  }

  /// The least lead that makes all votes right with probability t; nil where p ≤ ½, which no lead
  /// mends.
  ///
  /// ⌈ln(t^(−1/votes) − 1)/ln((1 − p)/p)⌉, at least 1: it grows with the logarithm of the votes.
  public static func lead(accuracy: Double, votes: Double, target: Double) -> Int? {
    guard accuracy > 0.5, target > 0, target < 1 else { return nil }
    if accuracy >= 1 { return 1 }
    let allowed = Double.expMinusOne(-Double.log(target) / votes)
    var lead = max(
      Int(saturating: (Double.log(allowed) / Double.log((1 - accuracy) / accuracy)).rounded(.up)), 1
    )
    // Rounding can put the quotient on the wrong side of a whole number.
    while success(accuracy: accuracy, lead: lead, votes: votes) < target { lead += 1 }
    while lead > 1, success(accuracy: accuracy, lead: lead - 1, votes: votes) >= target {
      lead -= 1
    }
    return lead
  }

  /// The expected number of samples of a vote: k·(2P − 1)/(2p − 1), and k² for p = ½.
  public static func expectedSamples(accuracy: Double, lead: Int) -> Double {
    let k = Double(lead)
    let drift = 2 * accuracy - 1
    // The quotient's own error is of the order of the square of what it leaves out.
    if abs(drift) * k < 1e-6 { return k * k }
    return k * (2 * success(accuracy: accuracy, lead: lead) - 1) / drift
  }

  /// The variance of the number of samples of a vote.
  ///
  /// The number is independent of who wins, as both are equally far away at the start; Wald's second
  /// identity then gives E² + (4p(1 − p)·E − k²)/(2p − 1)², and 2k²(k² − 1)/3 for p = ½.
  public static func variance(accuracy: Double, lead: Int) -> Double {
    let k = Double(lead)
    let drift = 2 * accuracy - 1
    if abs(drift) * k < 1e-4 { return 2 * k * k * (k * k - 1) / 3 }
    let mean = expectedSamples(accuracy: accuracy, lead: lead)
    let step = 4 * accuracy * (1 - accuracy)
    return max(mean * mean + (step * mean - k * k) / (drift * drift), 0)
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    Double.pow(base, Double(exponent))
  }
}
