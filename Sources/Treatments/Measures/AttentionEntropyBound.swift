internal import Foundation

/// How low the entropy of attention can fall [176].
public enum AttentionEntropyBound {
  /// The lowest entropy that a softmax over so many keys can have; it is reached where one score is
  /// above all others, which are equal.
  ///
  /// - Parameters:
  ///   - scoreNorm: the norm of a query's scores after their mean is subtracted.
  ///   - keyCount: the number of keys, T; at least two.
  /// - Returns: log(1 + (T−1)b) + s√(T(T−1))·b/(1 + (T−1)b) nats, with b = exp(−s√(T/(T−1))).
  public static func lowest(scoreNorm: Double, keyCount: Int) -> Double {
    precondition(scoreNorm >= 0 && keyCount > 1, "norm \(scoreNorm) over \(keyCount) keys")
    let (keys, others) = (Double(keyCount), Double(keyCount - 1))
    let ratio = exp(-scoreNorm * (keys / others).squareRoot())
    return log1p(others * ratio)
      + scoreNorm * (keys * others).squareRoot() * ratio / (1 + others * ratio)
  }
}
