internal import RealModule
internal import Statistics

/// How the choice of metric makes a smooth improvement look like a jump [190].
///
/// With p the probability of one right token, each metric is a function of p and of the length T
/// of the answer; a sharp one of them on a small test set shows nothing and then everything.
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

  /// The Brier score Σ_k (q_k − 1[k right])² of the probabilities of the choices.
  public static func brierScore(probabilities: [Double], correct: Int) -> Double {
    var sum = 0.0
    for (choice, probability) in probabilities.enumerated() {
      let error = probability - (choice == correct ? 1 : 0)
      sum += error * error
    }
    return sum
  }

  /// The multiple-choice grade: 1 where the right choice has more mass than every other, else 0.
  public static func grade(probabilities: [Double], correct: Int) -> Double {
    for (choice, probability) in probabilities.enumerated()
    where choice != correct && probability >= probabilities[correct] {
      return 0
    }
    return 1
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

  /// The emergence score of a metric over models of growing size [190].
  ///
  /// sign(argmax − argmin)·(max − min)/√(median (y_i − y_(i−1))²): a single jump scores high, an
  /// even climb about the number of steps. The first of equal extremes counts.
  ///
  /// - Returns: infinite where more than half of the steps are zero; NaN below two models or for a
  ///   constant metric.
  public static func emergenceScore(_ values: [Double]) -> Double {
    guard values.count >= 2, let largest = values.max(), let smallest = values.min(),
      largest > smallest, let top = values.firstIndex(of: largest),
      let bottom = values.firstIndex(of: smallest)
    else { return .nan }
    let squares = zip(values.dropFirst(), values).map { ($0 - $1) * ($0 - $1) }
    let sign: Double = top > bottom ? 1 : -1
    return sign * (largest - smallest) / median(squares).squareRoot()
  }
}
