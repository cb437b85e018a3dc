internal import Quantities
internal import RealModule
internal import Statistics

/// The exact curves of one arm of a planted world.
///
/// Every value is an integral over the difficulty by quadrature that is exact to about twelve digits;
/// no value is simulated. With ``PlantedWorld/rounds`` the curves are those of the first rounds.
public struct PlantedTruth: Sendable {
  private let world: PlantedWorld
  private let arm: PlantedWorld.Arm
  private let nodes: DifficultyQuadrature

  /// The truths of an arm, by index, of a world that passes ``PlantedWorld/validate()``.
  public init(_ world: PlantedWorld, arm: Int = 0) {
    self.world = world
    self.arm = world.drawnArms[arm]
    nodes = DifficultyQuadrature(world, ability: self.arm.ability)
  }

  /// What the arm is called; empty where the world names none.
  public var armName: String { arm.name }

  /// The mean chance that an attempt is right.
  public var accuracy: Double { nodes.mean { nodes.chances[$0] } }

  /// pass@k: the mean chance that any of k attempts is right; k may be any positive number.
  public func coverage(_ k: Double) -> Double {
    nodes.mean { -Double.expMinusOne(k * nodes.logFailures[$0]) }
  }

  /// pass^k: the mean chance that all of k attempts are right.
  public func reliability(_ k: Double) -> Double {
    nodes.mean { Double.exp(k * nodes.logChances[$0]) }
  }

  /// The accuracy of a plurality vote over n attempts, ties drawn by lot and answers that cannot be
  /// read left out; nil in a world without answers.
  ///
  /// Given how many of the n are right, the chance to win does not depend on p, so it is worked out
  /// once for each such number and averaged over the binomial; time grows as n³.
  public func majority(_ n: Int) -> Double? {
    guard let answers = world.answers else { return nil }
    let vote = PluralityChance(answers: answers)
    let wins = (0...n).map { vote.winning(votes: $0, of: n) }
    return nodes.mean { node in
      let binomial = Binomial(trials: n, probability: nodes.chances[node])
      var sum = 0.0
      for votes in 0...n where wins[votes] > 0 {
        sum += wins[votes] * Double.exp(binomial.logProbability(votes))
      }
      return sum
    }
  }

  /// The share of problems on which ever more votes fail: their likeliest readable answer is wrong.
  public var wrongModeShare: Double? {
    guard let answers = world.answers else { return nil }
    let top = (1 - answers.unreadable) * (answers.shares.max() ?? 0)
    // p < (1 − p)·top, counted with the beta distribution function and not by nodes.
    let cut = top / (1 + top)
    let unshifted = PlantedWorld.shifted(cut, by: -arm.ability)
    let total = world.components.reduce(0) { $0 + $1.weight }
    var share = 0.0
    for component in world.components where component.weight > 0 {
      share += component.weight / total * Beta(component.a, component.b).cdf(unshifted)
    }
    return world.unsolvable + (1 - world.unsolvable - world.certain) * share
  }

  /// The accuracy of the attempt with the highest score among n; nil in a world without a verifier.
  public func bestOfN(_ n: Int) -> Double? {
    guard let verifier = world.verifier else { return nil }
    let d = verifier.discrimination
    let normal = Normal.standard
    // Trapezoidal rule over the score of the chosen attempt.
    let low = min(0, d) - 9
    let step = 0.05
    let count = Int(saturating: ((max(0, d) + 9 - low) / step).rounded(.up))
    let grid = (0...count).map { index -> (density: Double, right: Double, wrong: Double) in
      let s = low + Double(index) * step
      return (Double.exp(normal.logDensity(s - d)), normal.cdf(s - d), normal.cdf(s))
    }
    return nodes.mean { node in
      let p = nodes.chances[node]
      if p == 0 { return 0 }
      var sum = 0.0
      for point in grid {
        let below = p * point.right + (1 - p) * point.wrong
        sum += point.density * (n == 1 ? 1 : Double.exp(Double(n - 1) * Double.log(below)))
      }
      return Double(n) * p * sum * step
    }
  }

  /// The mean tokens of an attempt without its prompt; nil in a world without tokens.
  public var tokens: Double? {
    guard let tokens = world.tokens else { return nil }
    return arm.tokenFactor
      * nodes.mean { node in
        let p = nodes.chances[node]
        return p * tokens.mean(true, chance: p) + (1 - p) * tokens.mean(false, chance: p)
      }
  }

  /// The accuracy at each round; nil in a world without rounds.
  public var rounds: [Double]? {
    guard let rounds = world.rounds else { return nil }
    var right = accuracy
    return (0..<rounds.count).map { round in
      if round > 0 { right = right * (1 - rounds.loss) + (1 - right) * rounds.gain }
      return right
    }
  }

  /// What drawing at most K attempts until the verifier passes is worth [155], G(K) for K = 1 …
  /// samples, and the best K, 0 where none is worth more than nothing; nil without a pass-or-fail
  /// verifier.
  ///
  /// V_f is the `falseCost` of a wrong attempt that passes, κ the `sampleCost`, V_c the `reward` of
  /// a right one.
  public func resampling(
    samples: Int, falseCost: Double, sampleCost: Double = 0, reward: Double = 1
  ) -> (gains: [Double], best: Int)? {
    guard let verifier = world.verifier, verifier.decides else { return nil }
    let kinds = verifier.passRates
    var gains = [Double](repeating: 0, count: samples)
    for (effectWeight, complete, false_) in kinds {
      for node in nodes.weights.indices {
        let p = nodes.chances[node]
        let right = p * complete
        let wrong = (1 - p) * false_
        let reject = max(1 - right - wrong, 0)
        var weight =
          effectWeight * nodes.weights[node] * (reward * right - falseCost * wrong - sampleCost)
        for index in 0..<samples {
          gains[index] += weight
          weight *= reject
        }
      }
    }
    var sum = 0.0
    var best = (value: 0.0, samples: 0)
    for index in 0..<samples {
      sum += gains[index]
      gains[index] = sum
      if sum > best.value { best = (sum, index + 1) }
    }
    return (gains, best.samples)
  }
}

extension PlantedWorld.Verifier {
  /// P(pass | right) and P(pass | wrong) for each value of the problem's effect, with its weight.
  fileprivate var passRates: [(weight: Double, right: Double, wrong: Double)] {
    guard let threshold else {
      return [(1, completeness ?? 1, 1 - (soundness ?? 1))]
    }
    let normal = Normal.standard
    func rates(_ shift: Double) -> (right: Double, wrong: Double) {
      (normal.cdf(discrimination + shift - threshold), normal.cdf(shift - threshold))
    }
    guard problemEffect > 0 else {
      let plain = rates(0)
      return [(1, plain.right, plain.wrong)]
    }
    let points = (-32...32).map { Double($0) * 0.25 }
    let densities = points.map { Double.exp(-$0 * $0 / 2) }
    let sum = densities.reduce(0, +)
    return points.indices.map { index in
      let pair = rates(problemEffect * points[index])
      return (densities[index] / sum, pair.right, pair.wrong)
    }
  }
}
