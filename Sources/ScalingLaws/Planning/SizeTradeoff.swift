internal import Optimization
public import Quantities
internal import RealModule

/// What another size than the optimal one costs.
public struct SizeTradeoff: Sendable, Hashable, Codable {
  /// N/N*.
  public var factor: Double
  /// N.
  public var size: Double
  /// Tokens at the same compute.
  public var tokens: Double
  /// The outcome at the same compute.
  public var outcome: Estimated
  /// The outcome less that of the planned optimum.
  public var extraOutcome: Estimated
  /// The tokens with which this size reaches the optimum's outcome; infinite where none do.
  public var tokensToMatch: Estimated
  /// The training compute with which this size reaches the optimum's outcome.
  public var computeToMatch: Estimated
  /// That compute over the planned one.
  public var computeRatio: Estimated
}

/// The outcome over a grid of sizes and tokens, for contours.
public struct OutcomeGrid: Sendable, Hashable, Codable {
  /// N, ascending.
  public var sizes: [Double]
  /// D, ascending.
  public var tokens: [Double]
  /// The outcome by size and then by tokens.
  public var outcome: [[Double]]
}

extension FittedLaw {
  /// What multiples of the optimal size cost at a budget; all differences vanish at the factor 1
  /// for every refit. Throws `FitError` where the law does not read N and D or a column is missing.
  public func sizeTradeoffs(
    compute: Double, holding others: [String: Double] = [:],
    factors: [Double] = [0.25, 0.5, 0.5.squareRoot(), 1, 2, 4]
  ) throws(FitError) -> [SizeTradeoff] {
    guard compute > 0, compute.isFinite else {
      throw .unusable("compute: found \(compute), expected a positive number of FLOPs")
    }
    let surface = try LossSurface(self, holding: others)
    let best = surface.optimum(estimate, logCompute: Double.log(compute))
    return factors.map { factor in
      let shift = Double.log(factor)
      let logN = best.logN + shift
      let tokens = surface.logTokens(logCompute: Double.log(compute), logN: logN)
      let all = derivedTogether { point in
        let target = surface.outcome(point, logN: best.logN, logD: best.logD)
        let outcome = surface.outcome(point, logN: logN, logD: tokens)
        let needed =
          shift == 0
          ? best.logD
          : surface.logTokens(point, logN: logN, reaching: target, near: tokens)
        return [
          outcome, outcome - target, Double.exp(needed),
          Double.exp(needed + surface.flops.logPerToken(logN)), Double.exp(needed - tokens),
        ]
      }
      return SizeTradeoff(
        factor: factor, size: Double.exp(logN), tokens: Double.exp(tokens),
        outcome: all[0], extraOutcome: all[1], tokensToMatch: all[2], computeToMatch: all[3],
        computeRatio: all[4])
    }
  }

  /// The outcome over a geometric grid of N and D, for contours.
  ///
  /// - Throws: `FitError` where the law does not read N and D or a column is missing.
  public func outcomeGrid(
    sizes: ClosedRange<Double>, tokens: ClosedRange<Double>, steps: Int = 60,
    holding others: [String: Double] = [:]
  ) throws(FitError) -> OutcomeGrid {
    let surface = try LossSurface(self, holding: others)
    let n = geometricGrid(sizes, count: steps)
    let d = geometricGrid(tokens, count: steps)
    return OutcomeGrid(
      sizes: n, tokens: d,
      outcome: n.map { size in
        d.map { surface.outcome(estimate, logN: Double.log(size), logD: Double.log($0)) }
      })
  }

  /// Compute-optimal plans along a range of compute: the efficient frontier with intervals.
  ///
  /// - Throws: `FitError` where the law does not read N and D or a column is missing.
  public func efficientFrontier(
    compute: ClosedRange<Double>, steps: Int = 25, holding others: [String: Double] = [:]
  ) throws(FitError) -> [ComputePlan] {
    let surface = try LossSurface(self, holding: others)
    return geometricGrid(compute, count: steps).map { budget in
      plan(on: surface) { _ in Double.log(budget) }
    }
  }
}
