internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// A law given in advance, such as published parameters, to plan experiments by.
public struct PriorLaw: FittedLaw {
  /// The law.
  public let law: any Law
  /// Its parameters in physical units, in the law's order.
  public let estimate: [Double]
  /// None: a prior is taken as it is.
  public let draws: [[Double]] = []
  /// Unused without refits.
  public let tail = 0.05
  /// Unused without refits.
  public let level = 0.9
  /// Unknown; the design's own noise is used.
  public let scatter = 0.0
  /// Logarithms, as laws of loss are fitted.
  public let objective = Objective.huberLog
  /// None.
  public let ranges: [String: ClosedRange<Double>] = [:]

  /// Chinchilla's approach 3 as published: E 1.69, A 406.4, B 410.7, α 0.34, β 0.28 [L2].
  public static let chinchilla = PriorLaw(
    law: Chinchilla(), estimate: [1.69, 406.4, 410.7, 0.34, 0.28])
}

/// What a ladder is designed for and how noisy its runs will be.
public struct LadderOptions: Sendable, Hashable {
  /// The compute at whose optimum the outcome is to be predicted, FLOPs.
  public var target: Double
  /// The half-width of the interval that is aimed at, as a share of the outcome.
  public var within: Double
  /// The coverage of that interval.
  public var level: Double
  /// The standard deviation between seeds of one run, as a share of the outcome.
  public var seedNoise: Double
  /// The standard deviation between rungs about the law, as a share of the outcome: what seeds do
  /// not average out.
  public var rungScatter: Double
  /// The most that the ladder may cost, FLOPs; nil for a tenth of the target.
  public var budget: Double?
  /// How many times beyond the largest run the law is trusted: no run is smaller than that.
  public var beyond: Double
  /// Simulated ladders a candidate.
  public var worlds: Int
  /// The seed of all random numbers.
  public var seed: UInt64
  /// The number of threads; the result does not depend on it.
  public var threads: Int

  /// Creates options; every argument but the target has a default.
  public init(
    target: Double, within: Double = 0.02, level: Double = 0.9, seedNoise: Double = 0.002,
    rungScatter: Double = 0.003, budget: Double? = nil, beyond: Double = 1000, worlds: Int = 200,
    seed: UInt64 = 0,
    threads: Int = 1
  ) {
    self.target = target
    self.within = within
    self.level = level
    self.seedNoise = seedNoise
    self.rungScatter = rungScatter
    self.budget = budget
    self.beyond = beyond
    self.worlds = worlds
    self.seed = seed
    self.threads = threads
  }
}

/// One run of a ladder.
public struct LadderRun: Sendable, Hashable, Codable {
  /// N.
  public var size: Double
  /// D.
  public var tokens: Double
  /// Training FLOPs.
  public var compute: Double
  /// Which repetition of its size and tokens it is, from 0.
  public var seed: Int
}

/// A ladder of runs and what it would predict.
public struct Ladder: Sendable, Hashable, Codable {
  /// Its runs, the cheapest first.
  public var runs: [LadderRun]
  /// The number of sizes.
  public var sizes: Int
  /// Tokens of the runs at each size, as multiples of what is optimal for the size.
  public var lengths: [Double]
  /// Repetitions of each size and length.
  public var seeds: Int
  /// FLOPs of all runs together.
  public var cost: Double
  /// FLOPs of the largest run.
  public var largestRun: Double
  /// The expected half-width of the prediction's interval, to first order, as a share.
  public var expected: Double
  /// The same by simulation: the error that the stated share of simulated ladders stays under.
  public var simulated: Double
  /// The mean error over simulated ladders, as a share.
  public var bias: Double
  /// The share of simulated ladders that could not be fitted.
  public var failed: Double
  /// Whether the simulated half-width is within the aim.
  public var reaches: Bool
}

/// Ladders that would predict the outcome at a compute.
public struct LadderDesign: Sendable, Hashable, Codable {
  /// The compute to predict for.
  public var target: Double
  /// The optimal size there, by the prior law.
  public var size: Double
  /// The optimal tokens there.
  public var tokens: Double
  /// The outcome there.
  public var outcome: Double
  /// The aim, a share of the outcome.
  public var within: Double
  /// The coverage of the interval.
  public var level: Double
  /// Noise between seeds.
  public var seedNoise: Double
  /// Scatter between rungs.
  public var rungScatter: Double
  /// The most that a ladder may cost.
  public var budget: Double
  /// The ladders that were simulated: those that reach the aim first, by cost, then the others by
  /// precision.
  public var ladders: [Ladder]
  /// How many ladders were weighed to first order.
  public var weighed: Int

  /// The cheapest ladder that reaches the aim.
  public var chosen: Ladder? { ladders.first { $0.reaches } }
}

extension FittedLaw {
  /// Finds the cheapest ladders that predict the outcome at a compute to within a share.
  ///
  /// Several hundred ladders (four to eight sizes, two to five lengths, one to three seeds, four
  /// sizes of the largest run a decade) are weighed to first order: with J the derivatives of ln L
  /// by the parameters at the rungs, g those at the target and S the variance of a rung's mean, the
  /// prediction's variance is gᵀ(JᵀS⁻¹J)⁻¹g. The best are simulated with both noises. The law is
  /// taken to hold up to the target; no interval covers that.
  ///
  /// - Throws: `FitError` where the law does not read N and D, or the aim is not positive.
  public func designLadder(
    _ options: LadderOptions, holding others: [String: Double] = [:]
  ) throws(FitError) -> LadderDesign {
    guard options.target > 0, options.within > 0, options.level > 0, options.level < 1 else {
      throw .unusable("target, aim and level of a design: expected positive numbers")
    }
    let surface = try LossSurface(self, holding: others)
    let best = surface.optimum(estimate, logCompute: Double.log(options.target))
    guard best.isInterior, best.outcome > 0 else {
      throw .unusable("law \(law.name) has no optimum at the target to predict for")
    }
    let budget = options.budget ?? 0.1 * options.target
    var candidates = weighedLadders(options, surface: surface, best: best).filter {
      $0.cost <= budget && $0.expected.isFinite
    }
    let weighed = candidates.count
    guard weighed > 0 else {
      throw .unusable(
        "no ladder costs less than \(NumberFormat.sentence(budget)) FLOPs and tells the law's \(law.parameters.count) parameters, expected a larger budget"
      )
    }
    candidates.sort { ($0.cost, $0.expected) < ($1.cost, $1.expected) }
    var simulated: [Ladder] = []
    // The first order is too hopeful where the law is far from linear: a rung or two dearer too.
    var frontier: [Ladder] = []
    for ladder in candidates where ladder.expected < frontier.last?.expected ?? .infinity {
      frontier.append(ladder)
    }
    let first = frontier.firstIndex { $0.expected <= options.within } ?? frontier.count
    let start = max(min(first - 1, frontier.count - 6), 0)
    for ladder in frontier[start...].prefix(8) {
      let tried = simulate(ladder, options: options, surface: surface, best: best, holding: others)
      simulated.append(tried)
      if simulated.count(where: \.reaches) >= 3 { break }
    }
    return LadderDesign(
      target: options.target, size: Double.exp(best.logN), tokens: Double.exp(best.logD),
      outcome: best.outcome, within: options.within, level: options.level,
      seedNoise: options.seedNoise, rungScatter: options.rungScatter, budget: budget,
      ladders: simulated.filter(\.reaches).sorted { $0.cost < $1.cost }
        + simulated.filter { !$0.reaches }.sorted { $0.simulated < $1.simulated },
      weighed: weighed)
  }

  // MARK: First order

  private func weighedLadders(
    _ options: LadderOptions, surface: LossSurface, best: LossSurface.Optimum
  ) -> [Ladder] {
    let far = Normal.standard.quantile(0.5 + options.level / 2)
    let goal = gradient(surface, logN: best.logN, logD: best.logD)
    var result: [Ladder] = []
    for lengths in [[0.5, 2], [0.25, 1, 4], [0.25, 0.5, 1, 2, 4]] {
      for step in 0...24 {
        let top = options.target / options.beyond * Double.pow(10, 0.25 * Double(step))
        guard top <= options.target else { break }
        for span in [10.0, 30, 100] {
          for count in [4, 5, 6, 8] {
            let rungs = rungs(
              top: top, span: span, sizes: count, lengths: lengths, surface: surface)
            let rows = rungs.map { gradient(surface, logN: $0.logN, logD: $0.logD) }
            for seeds in 1...3 {
              let variance =
                options.rungScatter * options.rungScatter
                + options.seedNoise * options.seedNoise / Double(seeds)
              let spread = Self.predictionSpread(rows, goal: goal)
              let runs = rungs.flatMap { rung in
                (0..<seeds).map { seed in
                  LadderRun(
                    size: Double.exp(rung.logN), tokens: Double.exp(rung.logD),
                    compute: Double.exp(surface.flops.logPerToken(rung.logN) + rung.logD),
                    seed: seed)
                }
              }.sorted { ($0.compute, $0.size, $0.seed) < ($1.compute, $1.size, $1.seed) }
              result.append(
                Ladder(
                  runs: runs, sizes: count, lengths: lengths, seeds: seeds,
                  cost: runs.reduce(0) { $0 + $1.compute },
                  largestRun: runs.map(\.compute).max() ?? 0,
                  expected: far * (spread * variance).squareRoot(), simulated: .nan, bias: .nan,
                  failed: 0, reaches: false))
            }
          }
        }
      }
    }
    return result
  }

  /// Sizes at equal ratios below the one whose longest run takes the compute of the top.
  private func rungs(
    top: Double, span: Double, sizes: Int, lengths: [Double], surface: LossSurface
  ) -> [(logN: Double, logD: Double)] {
    // At its optimum a size takes the longest run's compute divided by that run's length.
    let largest = surface.optimum(
      estimate, logCompute: Double.log(top / (lengths.max() ?? 1))
    ).logN
    return (0..<sizes).flatMap { index -> [(logN: Double, logD: Double)] in
      let logN = largest - Double.log(span) * Double(index) / Double(sizes - 1)
      let logC = crossing(
        of: { logN - surface.optimum(estimate, logCompute: $0).logN },
        near: Double.log(top) - 2 * (largest - logN), low: 0, high: Double.log(top) + 20)
      let logD = surface.logTokens(logCompute: logC, logN: logN)
      return lengths.map { (logN, logD + Double.log($0)) }
    }
  }

  /// The derivatives of ln outcome by the parameters, scaled to their own sizes.
  private func gradient(_ surface: LossSurface, logN: Double, logD: Double) -> [Double] {
    estimate.indices.map { index in
      let step = 1e-4 * max(abs(estimate[index]), 1e-6)
      var (up, down) = (estimate, estimate)
      up[index] += step
      down[index] -= step
      let high = surface.outcome(up, logN: logN, logD: logD)
      let low = surface.outcome(down, logN: logN, logD: logD)
      return (Double.log(high) - Double.log(low)) / 2e-4
    }
  }

  /// gᵀ(JᵀJ)⁻¹g; infinite where the rungs do not tell the parameters.
  private static func predictionSpread(_ rows: [[Double]], goal: [Double]) -> Double {
    guard rows.count > goal.count else { return .infinity }
    var gram = SymmetricMatrix(order: goal.count)
    for row in rows {
      for a in goal.indices {
        for b in goal.indices { gram[a, b] += row[a] * row[b] }
      }
    }
    guard let factor = gram.choleskyFactor(tolerance: 1e-12) else { return .infinity }
    let solved = factor.solve(goal)
    return zip(goal, solved).reduce(0) { $0 + $1.0 * $1.1 }
  }

  // MARK: Simulation

  private func simulate(
    _ ladder: Ladder, options: LadderOptions, surface: LossSurface, best: LossSurface.Optimum,
    holding others: [String: Double]
  ) -> Ladder {
    let random = SplittableRandom(seed: options.seed).split(ladder.runs.count)
    let starts = Dictionary(
      law.parameters.enumerated().map { ($0.element.name, [estimate[$0.offset]]) },
      uniquingKeysWith: { first, _ in first })
    let fitting = FitOptions(objective: .squaredLog, starts: starts, interval: .none)
    var columns: [String: [Double]] = others.mapValues { value in ladder.runs.map { _ in value } }
    columns["N"] = ladder.runs.map(\.size)
    columns["D"] = ladder.runs.map(\.tokens)
    columns["C"] = ladder.runs.map(\.compute)
    let exact = ladder.runs.map {
      surface.outcome(estimate, logN: Double.log($0.size), logD: Double.log($0.tokens))
    }
    let places = ladder.runs.map { "\($0.size) \($0.tokens)" }
    let (law, planted, sign) = (law, columns, surface)
    let errors = parallelMap(count: max(options.worlds, 1), threads: options.threads) { world in
      var generator = random.split(world)
      var scatter: [String: Double] = [:]
      var response: [Double] = []
      for (run, place) in places.enumerated() {
        let rung = scatter[place] ?? options.rungScatter * generator.nextNormal()
        scatter[place] = rung
        response.append(
          exact[run] * Double.exp(rung + options.seedNoise * generator.nextNormal()))
      }
      let table = Observations(columns: planted, response: response)
      guard let fitted = try? fit(law, to: table, options: fitting) else { return Double.nan }
      let found = sign.outcome(fitted.estimate, logN: best.logN, logD: best.logD)
      return Double.log(found / best.outcome)
    }
    let finite = errors.filter(\.isFinite)
    var result = ladder
    result.failed = 1 - Double(finite.count) / Double(errors.count)
    guard finite.count > errors.count / 2 else { return result }
    result.simulated = quantile(sorted: finite.map { abs($0) }.sorted(), options.level)
    result.bias = mean(finite)
    result.reaches = result.simulated <= options.within && result.failed < 0.02
    return result
  }
}
