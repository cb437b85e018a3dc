internal import RealModule

/// A batch that doubles during training, after a law of the best batch in the tokens seen
/// [L17][L1]: the best batch of a run of t tokens stands for that at t tokens of a longer one. Each
/// stage is used until the law passes √2 times its batch.
public struct BatchRamp: Sendable, Hashable, Codable {
  /// One constant batch.
  public struct Stage: Sendable, Hashable, Codable {
    /// Tokens seen at its beginning.
    public var from: Double
    /// Tokens seen at its end.
    public var to: Double
    /// Tokens in a batch.
    public var batch: Double
    /// Optimiser steps.
    public var steps: Double
  }

  /// The stages in order; one where the batch should not grow.
  public var stages: [Stage]
  /// The steps of the ramp.
  public var steps: Double
  /// The steps at the last batch throughout.
  public var constantSteps: Double

  /// Makes the ramp from the best batch in tokens for a run of so many tokens, in at most so many
  /// doublings from the first batch to the last.
  public init(tokens: Double, doublings: Int = 5, best: (Double) -> Double) {
    let last = best(tokens)
    var stages: [Stage] = []
    var start = 0.0
    for halvings in stride(from: max(doublings, 0), through: 0, by: -1) {
      let batch = last / Double.pow(2, halvings)
      let end =
        halvings == 0
        ? tokens : Self.crossing(batch * 2.0.squareRoot(), below: tokens, best: best)
      // A stage of less than a hundred steps is not worth a change.
      guard end - start >= 100 * batch || (halvings == 0 && end > start) else { continue }
      stages.append(Stage(from: start, to: end, batch: batch, steps: (end - start) / batch))
      start = end
    }
    self.stages = stages
    steps = stages.reduce(0) { $0 + $1.steps }
    constantSteps = tokens / last
  }

  /// The tokens at which the best batch passes a level, by bisection of ln t; 0 where it is above
  /// everywhere.
  private static func crossing(
    _ level: Double, below tokens: Double, best: (Double) -> Double
  ) -> Double {
    var (low, high) = (Double.log(tokens) - 30, Double.log(tokens))
    guard best(Double.exp(low)) < level else { return 0 }
    guard best(tokens) > level else { return tokens }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if best(Double.exp(middle)) < level { low = middle } else { high = middle }
    }
    return Double.exp(low)
  }
}
