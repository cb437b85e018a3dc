internal import RealModule
internal import Statistics

/// How the choice of metric makes a smooth improvement look like a jump [190]: functions of the
/// probability p of one right token and of the length T of the answer.
public enum EmergenceMetric {
  /// The probability of a right token exp(−loss) at a cross-entropy of `loss` nats.
  public static func tokenProbability(loss: Double) -> Double { Double.exp(-loss) }

  /// The share of answers that are right throughout: p^T.
  public static func exactMatch(tokenProbability p: Double, length: Int) -> Double {
    Double.pow(p, length)
  }

  /// The expected number of wrong tokens: T·(1 − p).
  public static func tokenEditDistance(tokenProbability p: Double, length: Int) -> Double {
    Double(length) * (1 - p)
  }

  /// The number of test items from which an exact match is expected: 1/p^T.
  public static func itemsForOneMatch(tokenProbability p: Double, length: Int) -> Double {
    1 / exactMatch(tokenProbability: p, length: length)
  }

  /// The number of test items that show at least one exact match with the given probability.
  ///
  /// ln(1 − confidence)/ln(1 − p^T), rounded up; at 0.95 about 3/p^T.
  ///
  /// - Returns: infinity where no item can match.
  public static func itemsToSeeMatch(
    tokenProbability p: Double, length: Int, confidence: Double = 0.95
  ) -> Double {
    let rate = exactMatch(tokenProbability: p, length: length)
    if rate >= 1 { return 1 }
    guard rate > 0 else { return .infinity }
    let items = Double.log(onePlus: -confidence) / Double.log(onePlus: -rate)
    return max(items.rounded(.up), 1)
  }

  /// What a test set without a single match still allows: the 95 % upper bound of the rate.
  ///
  /// The exact bound 1 − 0.05^(1/n), which the rule of three writes as 3/n.
  public static func upperRateWithoutMatch(items: Int) -> Double {
    BinomialInterval.upperBoundWithoutSuccess(trials: items)
  }
}
