import Foundation

/// How low the entropy of attention can fall [176].
enum AttentionEntropyBound {
  /// The lowest entropy that a softmax over T keys, at least two, can have, in nats; it is reached
  /// where one score is above all others, which are equal.
  ///
  /// log(1 + (T−1)b) + s√(T(T−1))·b/(1 + (T−1)b) with b = exp(−s√(T/(T−1))) and s the norm of a
  /// query's scores after their mean is subtracted.
  static func lowest(scoreNorm: Double, keyCount: Int) -> Double {
    precondition(scoreNorm >= 0 && keyCount > 1, "norm \(scoreNorm) over \(keyCount) keys")
    let (keys, others) = (Double(keyCount), Double(keyCount - 1))
    let ratio = exp(-scoreNorm * (keys / others).squareRoot())
    return log1p(others * ratio)
      + scoreNorm * (keys * others).squareRoot() * ratio / (1 + others * ratio)
  }
}
