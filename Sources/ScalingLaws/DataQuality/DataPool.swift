internal import RealModule

/// A pool of training data with its own utility and its own loss of utility by repetition [124].
public struct DataPool: Sendable, Hashable {
  /// The name of the pool.
  public var name: String
  /// b, the exponent of the first epoch; larger is better.
  public var utility: Double
  /// tau, the repetitions that halve the utility, in epochs.
  public var halfLife: Double

  /// Creates a pool from the parameters of a fitted ``DataFiltering``.
  public init(name: String, utility: Double, halfLife: Double) {
    self.name = name
    self.utility = utility
    self.halfLife = halfLife
  }

  /// The error of training on a mixture of equally large pools [124]; NaN without pools.
  /// `amplitude` is a, the error of every pool at `reference` samples without the part d; the
  /// mixture depends on that reference, which the authors share as 10⁵/a, one for the whole web
  /// pool.
  ///
  /// K pools make epochs of K·poolSize samples; in epoch j the utility is the mean over pools of
  /// b·0.5^(j/(tau·K)), because each pool is repeated K times more slowly.
  public static func error(
    mixing pools: [DataPool], poolSize: Double, samples: Double, amplitude: Double,
    reference: Double = 1, irreducible: Double, floor: DataFiltering.Floor = .outside
  ) -> Double {
    guard !pools.isEmpty else { return .nan }
    let count = Double(pools.count)
    let epoch = poolSize * count
    func utility(_ index: Int) -> Double {
      pools.reduce(0) {
        $0 + $1.utility * Double.exp2(-Double(index) / ($1.halfLife * count))
      } / count
    }
    let first = amplitude * Double.pow(min(samples, epoch) / reference, -utility(0))
    var factor = 1.0
    var index = 1
    while Double(index) * epoch < samples, index < 100_000 {
      let start = Double(index) * epoch
      factor *= Double.pow(min(samples, start + epoch) / start, -utility(index))
      index += 1
    }
    switch floor {
    case .outside: return irreducible + first * factor
    case .inside: return (irreducible + first) * factor
    }
  }

  /// How many of the best pools to train on [124]: at small compute the best alone wins, at large
  /// compute its repetitions cost more than worse but fresh data.
  ///
  /// - Returns: the chosen pools, best first, and their error; no pools and NaN without any.
  public static func bestMixture(
    of pools: [DataPool], poolSize: Double, samples: Double, amplitude: Double,
    reference: Double = 1, irreducible: Double, floor: DataFiltering.Floor = .outside
  ) -> (pools: [DataPool], error: Double) {
    let sorted = pools.sorted { ($1.utility, $0.name) < ($0.utility, $1.name) }
    var best: (pools: [DataPool], error: Double) = ([], .nan)
    for count in sorted.indices {
      let candidate = Array(sorted[...count])
      let error = Self.error(
        mixing: candidate, poolSize: poolSize, samples: samples, amplitude: amplitude,
        reference: reference, irreducible: irreducible, floor: floor)
      if best.pools.isEmpty || error < best.error { best = (candidate, error) }
    }
    return best
  }
}
