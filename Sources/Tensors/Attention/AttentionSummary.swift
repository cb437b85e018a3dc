internal import CKernels

/// How one head spreads its attention, over a sample of rows.
public struct AttentionSummary: Hashable, Sendable {
  /// The mean entropy of the weights in nats: 0 where all falls on one key, log n where it is spread
  /// evenly over n.
  public var entropy: Double
  /// The mean weight of the first key that a row sees: the mass of an attention sink [196].
  public var firstKeyWeight: Double
  /// The highest score of all rows.
  public var highestScore: Double
}

extension AttentionResult {
  /// Whether ``summary(rows:)`` can be asked: the weights are a softmax's over a pattern that says by
  /// itself which keys a row sees.
  public var hasSummary: Bool {
    if case .blocks = operation.settings.pattern { return false }
    return operation.settings.normalizer == .softmax
  }

  /// How each head spreads its attention, from a sample of the rows of the last forward run.
  ///
  /// Costs one product of a query with its keys for each sampled row and head; weights are never
  /// stored.
  ///
  /// `rows` of each sequence are looked at, spread evenly from the last one backwards. Returns one
  /// summary a head. Rows without keys count with entropy and weight 0.
  public func summary(rows: Int = 16) -> [AttentionSummary] {
    let settings = operation.settings
    precondition(settings.normalizer == .softmax, "only a softmax's weights are a distribution")
    if case .blocks = settings.pattern {
      preconditionFailure("rows of a block list are not summarised")
    }
    return withUnsafePointer(to: operation.description) { attention in
      let queries = attention.pointee.queries
      let sampled = max(min(rows, queries), 1)
      let size = akn_attention_decode_scratch(attention)
      return withUnsafeTemporaryAllocation(of: Element.self, capacity: size + 3) { scratch in
        guard let start = scratch.baseAddress else { return [] }
        return (0..<settings.headCount).map { head in
          var mean = AttentionSummary(
            entropy: 0, firstKeyWeight: 0, highestScore: -Double.infinity)
          for sequence in 0..<settings.batch {
            for index in 0..<sampled {
              Element.attentionKernels.rowSummary(
                attention, sequence, head, queries - 1 - index * queries / sampled, start + size,
                start)
              mean.entropy += Double(start[size])
              mean.firstKeyWeight += Double(start[size + 1])
              mean.highestScore = max(mean.highestScore, Double(start[size + 2]))
            }
          }
          mean.entropy /= Double(settings.batch * sampled)
          mean.firstKeyWeight /= Double(settings.batch * sampled)
          return mean
        }
      }
    }
  }
}
