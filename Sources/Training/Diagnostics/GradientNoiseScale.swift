import Foundation

/// The simple noise scale of gradients, B_simple = tr(Σ)/|G|², from gradients of two batch sizes
/// (McCandlish et al., 2018; [L12]).
///
/// The expectation of a squared gradient norm over a batch of B tokens is |G|² + tr(Σ)/B. A step of
/// several micro-batches shows it for two sizes, each micro-batch and all of them, and so yields
/// unbiased estimates
///
///     tr(Σ) = (mean |g_small|² − |g_big|²) / (1/B_small − 1/B_big)
///     |G|²  = |g_big|² − tr(Σ)/B_big
///
/// which are averaged over steps, with weights that fall exponentially, before their ratio is taken:
/// the ratio of one step's estimates would be biased and may be negative.
public struct GradientNoiseScale: Codable, Hashable, Sendable {
  /// How much of the averages a measurement keeps.
  public private(set) var decay: Double
  /// The number of measurements so far.
  public private(set) var count = 0

  private var squaredNorm = 0.0
  private var trace = 0.0
  private var weight = 0.0

  /// No measurements yet.
  public init(decay: Double = 0.9) {
    precondition(decay >= 0 && decay < 1, "a decay of \(decay)")
    self.decay = decay
  }

  /// Adds a step. `small` is |g|² of each micro-batch's mean gradient, with its number of tokens.
  public mutating func add(small: [(squaredNorm: Double, tokens: Int)], big: Double) {
    guard small.count > 1, big.isFinite, small.allSatisfy({ $0.squaredNorm.isFinite }) else {
      return
    }
    let total = Double(small.reduce(0) { $0 + $1.tokens })
    var norms = 0.0
    var inverses = 0.0
    for part in small {
      norms += part.squaredNorm
      inverses += 1 / Double(part.tokens)
    }
    norms /= Double(small.count)
    inverses /= Double(small.count)
    let traceEstimate = (norms - big) / (inverses - 1 / total)
    trace = decay * trace + (1 - decay) * traceEstimate
    squaredNorm = decay * squaredNorm + (1 - decay) * (big - traceEstimate / total)
    weight = decay * weight + (1 - decay)
    count += 1
  }

  /// The squared norm of the true gradient, |G|²; nil without measurements.
  public var squaredGradientNorm: Double? { count > 0 ? squaredNorm / weight : nil }

  /// The summed variance of one token's gradient, tr(Σ); nil without measurements.
  public var gradientVariance: Double? { count > 0 ? trace / weight : nil }

  /// B_simple in tokens; nil while the averages are not both positive.
  public var tokens: Double? {
    guard count > 0, trace > 0, squaredNorm > 0 else { return nil }
    return trace / squaredNorm
  }
}
