internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// Which runs of two tables belong together: the same scale and the same seed.
struct PairedRuns: Sendable {
  let pairs: [(baseline: Int, treatment: Int)]
  let unpaired: (baseline: [Int], treatment: [Int])
  let isSameTable: Bool
  var isComplete: Bool {
    !pairs.isEmpty && unpaired.baseline.isEmpty && unpaired.treatment.isEmpty
  }

  /// Pairs rows whose seeds are equal and whose columns agree within two per cent; without a column
  /// of seeds nothing is paired. Equal values of `pairColumn` alone make a pair.
  init(
    _ baseline: Observations, _ treatment: Observations, law: any Law, seedColumn: String,
    pairColumn: String? = nil
  ) {
    let names = law.card.columns.map(\.name)
    isSameTable =
      baseline.count > 0 && baseline.response == treatment.response
      && baseline.weights == treatment.weights
      && names.allSatisfy { baseline.columns[$0] == treatment.columns[$0] }
    guard !isSameTable else {
      pairs = baseline.response.indices.map { ($0, $0) }
      unpaired = ([], [])
      return
    }
    var partners: [(baseline: Int, treatment: Int)] = []
    var free = Set(treatment.response.indices)
    if let pairColumn, let first = baseline.columns[pairColumn],
      let second = treatment.columns[pairColumn]
    {
      for row in 0..<baseline.count {
        guard let match = free.sorted().first(where: { first[row] == second[$0] }) else { continue }
        partners.append((row, match))
        free.remove(match)
      }
    } else if let first = baseline.columns[seedColumn], let second = treatment.columns[seedColumn] {
      for row in 0..<baseline.count {
        let match = free.sorted().first { other in
          first[row] == second[other]
            && names.allSatisfy { name in
              let a = baseline.columns[name]?[row] ?? .nan
              let b = treatment.columns[name]?[other] ?? .nan
              return abs(a - b) <= 0.02 * max(abs(a), abs(b))
            }
        }
        if let match {
          partners.append((row, match))
          free.remove(match)
        }
      }
    }
    let matched = Set(partners.map(\.baseline))
    pairs = partners
    unpaired = (
      (0..<baseline.count).filter { !matched.contains($0) },
      (0..<treatment.count).filter { free.contains($0) }
    )
  }
}

/// The difference between treatment and baseline at one rung of the ladder, without any law.
public struct RungDifference: Sendable, Hashable {
  /// The scale of the rung: the mean of its runs.
  public var scale: Double
  /// The number of runs of the baseline.
  public var baselineRuns: Int
  /// The number of runs of the treatment.
  public var treatmentRuns: Int
  /// How many of them are paired by seed.
  public var pairs: Int
  /// The mean outcome of the treatment less that of the baseline; the interval is NaN where
  /// neither rungs nor seeds tell the noise.
  public var difference: Estimated
}

/// Compares the two tables rung by rung, with noise pooled over all rungs on the objective's
/// residual scale: the scatter of the rungs around what differs by law where rungs tell it, else
/// that of seeds, within pairs where every run is paired.
func rungDifferences(
  _ baseline: Observations, _ treatment: Observations, scale: ([Double], [Double]),
  runs: PairedRuns, objective: Objective, level: Double, noise rungNoise: RungNoise? = nil
) -> [RungDifference] {
  let rungs = distinctScales(scale.0 + scale.1)
  func rung(_ value: Double) -> Int {
    rungs.indices.min { abs(Double.log(rungs[$0] / value)) < abs(Double.log(rungs[$1] / value)) }
      ?? 0
  }
  func transformed(_ outcome: Double) -> Double { objective.transformed(outcome) }
  let groups = rungs.indices.map { index -> (first: [Int], second: [Int], pairs: [(Int, Int)]) in
    (
      (0..<baseline.count).filter { rung(scale.0[$0]) == index },
      (0..<treatment.count).filter { rung(scale.1[$0]) == index },
      runs.pairs.filter { rung(scale.0[$0.baseline]) == index }.map { ($0.baseline, $0.treatment) }
    )
  }
  let complete = runs.isComplete
  var sum = 0.0
  var freedom = 0
  func pool(_ values: [Double]) {
    guard values.count > 1 else { return }
    let centre = mean(values)
    sum += values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    freedom += values.count - 1
  }
  for group in groups {
    if complete {
      pool(
        group.pairs.map {
          transformed(treatment.response[$0.1]) - transformed(baseline.response[$0.0])
        })
    } else {
      pool(group.first.map { transformed(baseline.response[$0]) })
      pool(group.second.map { transformed(treatment.response[$0]) })
    }
  }
  let noise = freedom > 0 ? (sum / Double(freedom)).squareRoot() : .nan
  let known = rungNoise?.freedom ?? Double(freedom)
  let critical = known > 0 ? StudentT(degreesOfFreedom: known).quantile(0.5 + level / 2) : .nan
  return groups.compactMap { group in
    guard !group.first.isEmpty, !group.second.isEmpty else { return nil }
    let first = mean(group.first.map { baseline.response[$0] })
    let second = mean(group.second.map { treatment.response[$0] })
    let variance =
      complete
      ? 1 / Double(group.pairs.count)
      : 1 / Double(group.first.count) + 1 / Double(group.second.count)
    // d outcome / d residual at the rung, which is 1, the outcome, or the outcome plus one.
    let slope: Double =
      switch objective.residual {
      case .linear: 1
      case .log: (first + second) / 2
      case .logPlusOne: (first + second) / 2 + 1
      }
    let deviation =
      rungNoise.map { $0.deviation(of: group.first, and: group.second) }
      ?? noise * variance.squareRoot()
    let reach = critical * deviation * slope
    let difference = second - first
    return RungDifference(
      scale: mean(group.first.map { scale.0[$0] } + group.second.map { scale.1[$0] }),
      baselineRuns: group.first.count, treatmentRuns: group.second.count,
      pairs: group.pairs.count,
      difference: Estimated(
        value: difference, low: difference - reach, high: difference + reach))
  }
}

/// The distinct scales, ascending; values within two per cent are one rung.
func distinctScales(_ scales: [Double]) -> [Double] {
  var rungs: [[Double]] = []
  for scale in scales.filter({ $0 > 0 && $0.isFinite }).sorted() {
    if let first = rungs.last?.first, scale <= 1.02 * first {
      rungs[rungs.count - 1].append(scale)
    } else {
      rungs.append([scale])
    }
  }
  return rungs.map { Double.exp(mean($0.map { Double.log($0) })) }
}
