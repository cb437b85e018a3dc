internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// Whether counts look like what a fitted distribution of difficulty would give.
///
/// Problems are binned by c/N, those without a success apart and neighbours merged until each bin
/// expects five. The statistic is Pearson's Σ (O − E)²/E; its distribution is simulated from the fit,
/// with the fit repeated on each simulated table.
public struct GoodnessOfFit: Sendable, Codable, Hashable {
  /// Problems with c/N in a range.
  public struct Bin: Sendable, Codable, Hashable {
    /// The largest c/N in the bin; the first bin holds 0 alone.
    public var upper: Double
    /// How many problems are in it.
    public var observed: Double
    /// How many the fit expects.
    public var expected: Double
  }

  /// The bins, ascending.
  public var bins: [Bin]
  /// Pearson's statistic.
  public var statistic: Double
  /// The share of tables simulated from the fit whose statistic is at least as large.
  public var pValue: Double
  /// How many tables were simulated.
  public var simulations: Int

  /// The p-value for a sentence: `p = 0.034`, or `p < 0.001` where no simulated table is as far off.
  public var plainPValue: String {
    NumberFormat.probability("p", pValue, floor: 1 / Double(max(simulations, 1)))
  }
}

/// The distribution of c at each N for a fitted difficulty, for counting and for drawing.
struct CountDistributions {
  /// N, how many problems have it, and P(c ≤ i) for i = 0 … N.
  private var columns: [(attempts: Int, problems: Int, cumulative: [Double])] = []

  init(_ distribution: DifficultyDistribution, sizes: [(attempts: Int, problems: Int)]) {
    for size in sizes {
      columns.append(
        (size.attempts, size.problems, Self.cumulative(distribution, attempts: size.attempts)))
    }
  }

  private static func cumulative(
    _ distribution: DifficultyDistribution, attempts: Int
  ) -> [Double] {
    let (a, b) = (distribution.a, distribution.b)
    let n = Double(attempts)
    // Ratios of neighbours from the likeliest count outwards, so that nothing underflows at once.
    let mode = min(max(Int(saturating: n * a / (a + b)), 0), attempts)
    var weights = [Double](repeating: 0, count: attempts + 1)
    weights[mode] = 1e-200
    func ratio(_ c: Int) -> Double {
      let c = Double(c)
      return (n - c) / (c + 1) * (c + a) / (n - c - 1 + b)
    }
    for c in mode..<attempts { weights[c + 1] = weights[c] * ratio(c) }
    for c in stride(from: mode - 1, through: 0, by: -1) { weights[c] = weights[c + 1] / ratio(c) }
    let total = weights.reduce(0, +)
    var sum = distribution.zeroMass
    return weights.map { weight in
      sum += (1 - distribution.zeroMass) * weight / total
      return min(sum, 1)
    }
  }

  /// The expected number of problems with c/N in each of the ranges that upper ends separate.
  func expected(_ uppers: [Double]) -> [Double] {
    var counts = [Double](repeating: 0, count: uppers.count)
    for column in columns {
      var before = 0.0
      for (index, upper) in uppers.enumerated() {
        let last = GoodnessOfFit.lastCount(upper, of: column.attempts)
        counts[index] += Double(column.problems) * (column.cumulative[last] - before)
        before = column.cumulative[last]
      }
    }
    return counts
  }

  /// A binomial number of what is left at each count: much less work than one problem at a time.
  private static func multinomial(
    _ cumulative: [Double], _ problems: Int, using random: inout SplittableRandom
  ) -> [Int] {
    var left = problems
    var before = 0.0
    return cumulative.indices.map { c in
      let rest = 1 - before
      let isLast = c == cumulative.count - 1
      let share = isLast || rest <= 0 ? 1 : min(max((cumulative[c] - before) / rest, 0), 1)
      before = cumulative[c]
      let drawn = random.nextBinomial(trials: left, probability: share)
      left -= drawn
      return drawn
    }
  }

  func draw(using random: inout SplittableRandom) -> [AttemptCounts.Cell] {
    var cells: [AttemptCounts.Cell] = []
    for column in columns {
      if column.problems > 32 * column.cumulative.count {
        cells += Self.multinomial(column.cumulative, column.problems, using: &random).enumerated()
          .filter { $0.element > 0 }.map {
            .init(attempts: column.attempts, correct: $0.offset, weight: Double($0.element))
          }
        continue
      }
      var histogram = [Double](repeating: 0, count: column.attempts + 1)
      for _ in 0..<column.problems {
        let place = random.nextUniform()
        var (low, high) = (0, column.attempts)
        while low < high {
          let middle = (low + high) / 2
          if column.cumulative[middle] > place { high = middle } else { low = middle + 1 }
        }
        histogram[low] += 1
      }
      for (c, weight) in histogram.enumerated() where weight > 0 {
        cells.append(.init(attempts: column.attempts, correct: c, weight: weight))
      }
    }
    return cells
  }
}

extension GoodnessOfFit {
  /// The largest c with c/N at most a bound.
  static func lastCount(_ upper: Double, of attempts: Int) -> Int {
    min(Int(saturating: (upper * Double(attempts) * (1 + 1e-12)).rounded(.down)), attempts)
  }

  /// Judges a fit of cells that ascend in N.
  init(
    _ cells: [AttemptCounts.Cell], maximum: BetaBinomialLikelihood.Point, simulations: Int,
    seed: UInt64, threads: Int
  ) {
    let sizes = Self.sizes(cells)
    let fitted = CountDistributions(maximum.distribution, sizes: sizes)
    let problems = sizes.reduce(0) { $0 + $1.problems }
    // Finer near 0, where most problems of a hard benchmark lie.
    let fine = (0...200).map { Double($0 * $0) / 40_000 }
    let uppers = Self.merged(
      fine, expected: fitted.expected(fine), least: max(5, Double(problems) / 12))
    let expected = fitted.expected(uppers)
    let observed = Self.observed(cells, uppers)
    bins = uppers.indices.map {
      Bin(upper: uppers[$0], observed: observed[$0], expected: expected[$0])
    }
    let value = Self.pearson(observed, expected)
    statistic = value
    self.simulations = simulations
    let root = SplittableRandom(seed: seed)
    let exceeds = parallelMap(count: simulations, threads: threads) { index -> Bool in
      var random = root.split(index)
      let drawn = fitted.draw(using: &random)
      let likelihood = BetaBinomialLikelihood(drawn)
      guard likelihood.hasSuccess else { return true }
      let refit = likelihood.maximum(withMass: true, warm: maximum).distribution
      let again = CountDistributions(refit, sizes: sizes).expected(uppers)
      return Self.pearson(Self.observed(drawn, uppers), again) >= value
    }
    pValue = Double(1 + exceeds.count { $0 }) / Double(simulations + 1)
  }

  private static func sizes(
    _ cells: [AttemptCounts.Cell]
  ) -> [(attempts: Int, problems: Int)] {
    var sizes: [(attempts: Int, problems: Int)] = []
    for cell in cells {
      if sizes.last?.attempts == cell.attempts {
        sizes[sizes.count - 1].problems += Int(cell.weight)
      } else {
        sizes.append((cell.attempts, Int(cell.weight)))
      }
    }
    return sizes
  }

  private static func merged(
    _ uppers: [Double], expected: [Double], least: Double
  ) -> [Double] {
    var ends: [Double] = [uppers[0]]
    var sum = 0.0
    for index in 1..<uppers.count {
      sum += expected[index]
      if sum >= least {
        ends.append(uppers[index])
        sum = 0
      }
    }
    // What is left over joins the last bin.
    if ends.count > 1 { ends[ends.count - 1] = 1 } else { ends.append(1) }
    return ends
  }

  private static func observed(_ cells: [AttemptCounts.Cell], _ uppers: [Double]) -> [Double] {
    var counts = [Double](repeating: 0, count: uppers.count)
    for cell in cells {
      let bin = uppers.firstIndex { cell.correct <= lastCount($0, of: cell.attempts) }
      counts[bin ?? uppers.count - 1] += cell.weight
    }
    return counts
  }

  private static func pearson(_ observed: [Double], _ expected: [Double]) -> Double {
    zip(observed, expected).reduce(0) { sum, pair in
      // A bin that expects less than half a problem would rule the sum by chance.
      sum + (pair.0 - pair.1) * (pair.0 - pair.1) / max(pair.1, 0.5)
    }
  }
}
