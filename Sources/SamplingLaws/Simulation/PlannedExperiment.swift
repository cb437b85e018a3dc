internal import Quantities
internal import RunTables

/// How wide intervals on a planted world would be, and how often they hold the truth.
public struct PlannedExperiment: Codable, Sendable {
  /// One quantity over all experiments.
  public struct Quantity: Codable, Sendable, Hashable {
    /// What is estimated.
    public var name: String
    /// Its true value.
    public var truth: Double
    /// The mean of the estimates.
    public var mean: Double
    /// Half of the mean width of the intervals.
    public var halfWidth: Double
    /// The share of intervals that hold the truth.
    public var held: Double
    /// The experiments that gave an estimate.
    public var replicates: Int
  }

  /// The number of experiments.
  public var replicates: Int
  /// The problems of each.
  public var problems: Int
  /// The attempts at each problem.
  public var attempts: Int
  /// The coverage wanted of intervals.
  public var level: Double
  /// The quantities.
  public var quantities: [Quantity]

  /// Each has a seed of its own; the first arm, its difference to the second and coverage at `far`
  /// are judged.
  public init(
    _ world: PlantedWorld, replicates: Int, beyond far: Double, bootstrap: ProblemBootstrap
  ) {
    self.replicates = replicates
    problems = world.problems
    attempts = world.attempts
    level = bootstrap.level
    let truth = PlantedTruth(world)
    let last = world.attempts
    // What is estimated, its truth, and how one arm gives it.
    var names: [(name: String, truth: Double)] = [
      ("one attempt", truth.accuracy), ("any of \(last)", truth.coverage(Double(last))),
      ("any of \(NumberFormat.shortest(far)), extrapolated", truth.coverage(far)),
    ]
    let vote = min(last, 64)
    let majority = world.answers == nil ? nil : truth.majority(vote)
    if let majority { names.append(("majority of \(vote)", majority)) }
    let best = truth.bestOfN(last)
    if let best { names.append(("best of \(last) by score", best)) }
    let resampling = truth.resampling(samples: last, falseCost: 1)
    if let resampling {
      names.append(("worth of the best limit", max(resampling.gains.max() ?? 0, 0)))
    }
    let isPaired = world.drawnArms.count > 1
    if isPaired {
      names.append(
        (
          "second arm less first, one attempt",
          PlantedTruth(world, arm: 1).accuracy - truth.accuracy
        ))
    }
    var estimates = [[Estimated]](repeating: [], count: names.count)
    for replicate in 0..<replicates {
      let table = world.table(seed: bootstrap.seed &+ UInt64(replicate))
      let arm = table.arms[0]
      var resample = bootstrap
      resample.seed = bootstrap.seed &+ UInt64(replicate)
      var column = 0
      func add(_ estimate: Estimated?) {
        if let estimate { estimates[column].append(estimate) }
        column += 1
      }
      let curve = CoverageCurve(arm, bootstrap: resample)
      add(curve.accuracy)
      add(curve.points.last?.coverage)
      add(
        BetaBinomialCoverage(
          arm, k: [far], level: level, simulations: 0, seed: resample.seed,
          threads: resample.threads)?.points.first?.coverage)
      if majority != nil {
        let curves = try? MajorityVote(seed: resample.seed).curves(
          of: arm, samples: [vote], threads: resample.threads)
        add(curves.map { resample.means(of: $0.matrix)[0] })
      }
      if best != nil {
        let curves = try? BestOfN().curves(of: arm, samples: [last], threads: resample.threads)
        add(curves.map { resample.means(of: $0.matrix)[0] })
      }
      if resampling != nil {
        let costs = ResamplingCosts(wrong: [1])
        add(
          try? OptimalSamples(arm, costs: costs, bootstrap: resample).scenarios.first?.gain)
      }
      if isPaired {
        let curves = table.arms.prefix(2).compactMap {
          try? PassAtK().curves(of: $0, samples: [1], threads: resample.threads)
        }
        if curves.count == 2 {
          let comparison = try? PairedComparison(curves[1], curves[0], bootstrap: resample)
          add(comparison?.differences.first?.difference)
        }
      }
    }
    quantities = zip(names, estimates).map { quantity, found in
      let count = Double(max(found.count, 1))
      let known = found.filter { $0.low.isFinite && $0.high.isFinite }
      return Quantity(
        name: quantity.name, truth: quantity.truth,
        mean: found.reduce(0) { $0 + $1.value } / count,
        halfWidth: known.reduce(0) { $0 + ($1.high - $1.low) / 2 } / Double(max(known.count, 1)),
        held: Double(
          found.count { $0.low <= quantity.truth + 1e-12 && quantity.truth - 1e-12 <= $0.high })
          / count, replicates: found.count)
    }
  }
}
