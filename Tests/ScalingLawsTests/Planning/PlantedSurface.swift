import Optimization
import Quantities
import ScalingLaws
import Statistics

/// A fitted law whose parameters are given instead of fitted.
struct GivenLaw: FittedLaw {
  var law: any Law
  var estimate: [Double]
  var draws: [[Double]] = []
  var tail = 0.05
  var level = 0.9
  var scatter = 0.0
  var objective = Objective.huberLog
  var ranges: [String: ClosedRange<Double>] = [:]
  var flopsPerToken = FlopsPerToken.sixfold
}

/// Published and planted surfaces.
enum Surfaces {
  /// E, A, B, alpha, beta of Chinchilla's approach 3 [L2].
  static let chinchilla = [1.69, 406.4, 410.7, 0.3392, 0.2849]
  /// The replication's refit on the digitised points [L3].
  static let replication = [1.8172, 477.8, 2143, 0.3473, 0.3672]

  static func loss(_ p: [Double], _ n: Double, _ d: Double) -> Double {
    Chinchilla().prediction(p, at: [n, d])
  }

  /// The replication surface over the range of its table.
  static let given = GivenLaw(
    law: Chinchilla(), estimate: replication,
    ranges: ["N": 4e7...1.6e10, "D": 1e9...3e11, "C": 1e18...3e21])

  /// Runs along iso-FLOP budgets about the optimum of a surface, with noise of the logarithm.
  static func isoFLOP(
    _ p: [Double], budgets: [Double], factors: [Double], noise: Double = 0, seed: UInt64 = 1
  ) -> Observations {
    var generator = SplittableRandom(seed: seed)
    var n: [Double] = []
    var c: [Double] = []
    var loss: [Double] = []
    let given = GivenLaw(law: Chinchilla(), estimate: p, ranges: Self.given.ranges)
    for budget in budgets {
      guard let best = try? given.plan(compute: budget).size.value else { continue }
      for factor in factors {
        let size = best * factor
        n.append(size)
        c.append(budget)
        let exact = Self.loss(p, size, budget / (6 * size))
        loss.append(
          given.objective.outcome(prediction: exact, residual: noise * generator.nextNormal()))
      }
    }
    return Observations(
      columns: ["N": n, "C": c, "D": zip(n, c).map { $1 / (6 * $0) }], response: loss)
  }

  /// A rectangular grid of sizes and tokens with noise of the logarithm.
  static func grid(
    _ p: [Double], sizes: [Double], tokens: [Double], noise: Double, seed: UInt64
  ) -> Observations {
    var generator = SplittableRandom(seed: seed)
    var columns: [String: [Double]] = ["N": [], "D": []]
    var losses: [Double] = []
    for n in sizes {
      for d in tokens {
        columns["N"]?.append(n)
        columns["D"]?.append(d)
        losses.append(
          Objective.huberLog.outcome(
            prediction: loss(p, n, d), residual: noise * generator.nextNormal()))
      }
    }
    return Observations(columns: columns, response: losses)
  }
}

/// Whether two numbers agree to a relative tolerance.
func agree(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  abs(a - b) <= tolerance * max(abs(a), abs(b))
}
