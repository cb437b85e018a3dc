/// How much attention goes to one token whatever is asked [196].
enum AttentionSink {
  /// The mean weight a_k that a key, from 0, receives from the queries that see it, of a causal map
  /// with a row of weights on all keys for each query.
  static func receivedWeight(_ weights: [[Double]], key: Int = 0) -> Double {
    precondition(key >= 0 && key < weights.count, "key \(key) of \(weights.count) queries")
    return weights[key...].reduce(0) { $0 + $1[key] } / Double(weights.count - key)
  }

  /// The share in per cent of the maps given by ``receivedWeight(_:key:)``, at least one, over
  /// samples, layers and heads, whose key receives more than a threshold.
  ///
  /// Weights that need not sum to one, such as a sigmoid's, say nothing before training: all are
  /// about a half.
  static func rate(_ receivedWeights: [Double], threshold: Double = 0.3) -> Double {
    precondition(!receivedWeights.isEmpty, "no maps")
    return 100 * Double(receivedWeights.count { $0 > threshold }) / Double(receivedWeights.count)
  }
}
