internal import Foundation

/// How much the loss depends on the learning rate [145].
public enum LearningRateSensitivity {
  /// The mean of min(loss, loss at the start) − lowest loss over learning rates that are spread evenly
  /// in their logarithm from the lowest to the highest that was tried.
  ///
  /// Between two rates the loss is taken to be linear in the logarithm of the rate.
  ///
  /// - Parameters:
  ///   - rates: the learning rates, ascending; at least two.
  ///   - losses: the last loss at each of them; nil or not finite for a run that diverged, which
  ///     counts as the loss at the start.
  ///   - initialLoss: the loss of the model before training.
  /// - Returns: nats per token, zero where every rate gives the same loss; nil where all runs diverged.
  public static func value(rates: [Double], losses: [Double?], initialLoss: Double) -> Double? {
    precondition(
      rates.count == losses.count && rates.count > 1 && rates[0] > 0
        && zip(rates, rates.dropFirst()).allSatisfy { $0 < $1 },
      "a loss for each of several ascending learning rates")
    let finite = losses.map { $0.flatMap { $0.isFinite ? $0 : nil } }
    guard let lowest = finite.compactMap({ $0 }).min() else { return nil }
    let excess = finite.map { min($0 ?? initialLoss, max(initialLoss, lowest)) - lowest }
    let logarithms = rates.map { log($0) }
    var area = 0.0
    for index in 1..<rates.count {
      let width = logarithms[index] - logarithms[index - 1]
      area += width * (excess[index] + excess[index - 1]) / 2
    }
    return area / (logarithms[rates.count - 1] - logarithms[0])
  }
}
