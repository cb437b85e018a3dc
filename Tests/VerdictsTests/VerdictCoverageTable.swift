import Foundation
import Quantities
import Statistics
import Testing
import Verdicts

/// False alarms, power and coverage of verdicts over planted worlds, as the table of
/// `Documentation/Coverage/verdict.md`. Minutes to an hour:
///
///     ALLOMETRY_VERDICT_STUDIES=400 swift test -c release --filter VerdictCoverageTable
struct VerdictCoverageTable {
  static let studies =
    ProcessInfo.processInfo.environment["ALLOMETRY_VERDICT_STUDIES"].flatMap { Int($0) } ?? 0

  /// One planted world.
  struct World: Sendable {
    var name: String
    var planted: PlantedStudy
    /// The share of studies that may be called different; nil where there is a difference.
    var isNull = true
  }

  static func world(
    _ rungs: Int, _ seeds: Int, scatter: Double = 0,
    _ change: (inout PlantedStudy) -> Void = { _ in }
  ) -> PlantedStudy {
    var planted = PlantedStudy(rungs: rungs, seeds: seeds, noise: 0.003)
    planted.isPower = true
    planted.rungScatter = scatter
    change(&planted)
    return planted
  }

  static var worlds: [World] {
    var all: [World] = []
    for (rungs, seeds) in [(4, 1), (4, 2), (4, 3), (5, 3), (6, 4), (8, 1), (8, 5)] {
      for scatter in [0, 0.5, 1, 2] {
        all.append(
          World(
            name: "\(rungs) × \(seeds), sizes \(scatter)",
            planted: world(rungs, seeds, scatter: scatter)))
      }
    }
    for scatter in [0, 0.5, 1, 2] {
      all.append(
        World(
          name: "5 × 3, sizes \(scatter), a quarter of the runs missing",
          planted: world(5, 3, scatter: scatter) { $0.missing = 0.25 }))
    }
    for scatter in [0.0, 1, 2] {
      all.append(
        World(
          name: "5 × 2, three lengths, sizes \(scatter)",
          planted: world(5, 2, scatter: scatter) {
            $0.isPower = false
            $0.lengths = [5, 10, 20]
          }))
    }
    for seed in [0.5, 1, 2] {
      all.append(
        World(
          name: "5 × 4, sizes 1, seeds \(seed) at all sizes",
          planted: world(5, 4, scatter: 1) { $0.seedScatter = seed }))
    }
    for (rungs, seeds) in [(4, 2), (5, 3), (8, 5)] {
      for level in [0.5, 1, 2] {
        all.append(
          World(
            name: "\(rungs) × \(seeds), sizes 0, gain \(level)",
            planted: world(rungs, seeds) { $0.level = level }, isNull: false))
      }
    }
    for (rungs, seeds) in [(4, 2), (5, 3), (6, 4), (8, 1)] {
      all.append(
        World(
          name: "\(rungs) × \(seeds), sizes 0, bend of 8 at the last",
          planted: world(rungs, seeds) { $0.bend = 8 }, isNull: false))
    }
    return all
  }

  /// The test that this replaces: pairs of trunks as independent, unless seeds shift whole ladders
  /// (p < 0.1), by least squares; g is the same everywhere in these worlds.
  static func before(_ rows: [StudyRow]) -> Double? {
    struct Trunk: Hashable {
      var rung: Int
      var seed: UInt64
    }
    var losses: [Trunk: [Int: [String: Double]]] = [:]
    var scale: [Trunk: [Int: Double]] = [:]
    for row in rows {
      let trunk = Trunk(rung: row.rung, seed: row.seed)
      losses[trunk, default: [:]][row.branch, default: [:]][row.arm] = log(row.loss ?? .nan)
      scale[trunk, default: [:]][row.branch] = log(row.compute)
    }
    let trunks = losses.keys.sorted { ($0.rung, $0.seed) < ($1.rung, $1.seed) }
    var units: [(seed: UInt64, x: Double, y: Double)] = []
    for trunk in trunks {
      let pairs = (losses[trunk] ?? [:]).sorted { $0.key < $1.key }.compactMap {
        branch, arms -> (x: Double, y: Double)? in
        guard let first = arms["baseline"], let second = arms["gated"],
          let x = scale[trunk]?[branch]
        else { return nil }
        return (x, second - first)
      }
      guard !pairs.isEmpty else { continue }
      units.append((trunk.seed, mean(pairs.map { $0.x }), mean(pairs.map { $0.y })))
    }
    let y = units.map { $0.y }
    let ones = units.map { _ in 1.0 }
    let centre = mean(units.map { $0.x })
    let tilt = units.map { $0.x - centre }
    guard
      let one = try? LinearRegression(predictors: [ones], response: y, intercept: false),
      let two = try? LinearRegression(predictors: [ones, tilt], response: y, intercept: false)
    else { return nil }
    func p(_ fit: LinearRegression, _ index: Int) -> Double {
      2 * fit.errorDistribution.survival(abs(fit.coefficients[index] / fit.standardErrors[index]))
    }
    let seeds = Set(units.map(\.seed)).sorted()
    let extra = seeds.dropFirst().map { seed in units.map { $0.seed == seed ? 1.0 : 0 } }
    if !extra.isEmpty,
      let more = try? LinearRegression(
        predictors: [ones, tilt] + extra, response: y, intercept: false)
    {
      let count = Double(extra.count)
      let drop = (two.residualSumOfSquares - more.residualSumOfSquares) / count
      let pSeed = FisherF(
        numerator: count, denominator: Double(more.residualDegreesOfFreedom)
      ).survival(max(drop, 0) / more.residualVariance)
      if pSeed < 0.1 {
        let means = seeds.map { seed in mean(units.filter { $0.seed == seed }.map { $0.y }) }
        let error = standardDeviation(means) / Double(means.count).squareRoot()
        let pMean =
          2 * StudentT(degreesOfFreedom: Double(means.count - 1)).survival(abs(mean(means)) / error)
        let pScale = min(1, 2 * min(pMean, p(more, 1)))
        return MultipleTesting.holm([pMean, pScale]).min()
      }
    }
    let freedom = Double(two.residualDegreesOfFreedom)
    let explained = (y.reduce(0) { $0 + $1 * $1 } - two.residualSumOfSquares) / 2
    let pScale = FisherF(numerator: 2, denominator: freedom)
      .survival(max(explained, 0) / (two.residualSumOfSquares / freedom))
    return MultipleTesting.holm([p(one, 0), pScale]).min()
  }

  struct Counts: Sendable {
    var studies = 0
    var before = 0
    var differs = 0
    var bySize = 0
    var noDifference = 0
    var level = 0
    var slope = 0
    var forecasts = 0
    var forecast = 0
  }

  static func count(_ world: World) async throws -> Counts {
    let planted = world.planted
    let parts = try await withThrowingTaskGroup(of: Counts.self) { group in
      for part in 0..<2 {
        group.addTask {
          var counts = Counts()
          for index in stride(from: part, to: Self.studies, by: 2) {
            let rows = try planted.rows(UInt64(index))
            let arm = try VerdictRungTests.arm(rows)
            guard let axis = arm.atEqualCompute, let p = axis.test.pNoDifference else { continue }
            counts.studies += 1
            if (Self.before(rows) ?? 1) < 0.05 { counts.before += 1 }
            if p < 0.05 { counts.differs += 1 }
            if axis.test.accepted == .differsBySize { counts.bySize += 1 }
            if axis.test.accepted == .noDifference { counts.noDifference += 1 }
            func holds(_ estimate: IntervalEstimate, _ truth: Double) -> Bool {
              (estimate.low ?? -.infinity) <= truth && truth <= (estimate.high ?? .infinity)
            }
            let worth = 10 * planted.level * planted.pairScatter
            if holds(axis.test.logFactor, worth) { counts.level += 1 }
            if holds(axis.test.slope, 0) { counts.slope += 1 }
            if let forecast = axis.forecast?.multiplier {
              counts.forecasts += 1
              // What a new size has of its own, from numbers that nothing else uses.
              var generator = SplittableRandom(seed: UInt64(index)).split(99)
              let own = 10 * planted.rungScatter * planted.pairScatter * generator.nextNormal()
              if holds(forecast, exp(worth + own)) { counts.forecast += 1 }
            }
          }
          return counts
        }
      }
      var all: [Counts] = []
      for try await part in group { all.append(part) }
      return all
    }
    return parts.reduce(Counts()) { sum, part in
      var sum = sum
      sum.studies += part.studies
      sum.before += part.before
      sum.differs += part.differs
      sum.bySize += part.bySize
      sum.noDifference += part.noDifference
      sum.level += part.level
      sum.slope += part.slope
      sum.forecasts += part.forecasts
      sum.forecast += part.forecast
      return sum
    }
  }

  @Test(.enabled(if: studies > 0, "ALLOMETRY_VERDICT_STUDIES is not set"))
  func falseAlarmsPowerAndCoverage() async throws {
    print(
      "| sizes × seeds, scatter | differs, pairs independent | differs | size to size | no difference | constant | slope | forecast |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for world in Self.worlds {
      let counts = try await Self.count(world)
      func share(_ count: Int, _ all: Int) -> String {
        all == 0 ? "" : "\(Int((100 * Double(count) / Double(all)).rounded())) %"
      }
      let covers = world.planted.bend == 0
      print(
        "| \(world.name) | \(share(counts.before, counts.studies)) | \(share(counts.differs, counts.studies)) | \(share(counts.bySize, counts.studies)) | \(share(counts.noDifference, counts.studies)) | \(covers ? share(counts.level, counts.studies) : "") | \(covers ? share(counts.slope, counts.studies) : "") | \(covers ? share(counts.forecast, counts.forecasts) : "") |"
      )
      if world.isNull {
        let rate = Double(counts.differs) / Double(counts.studies)
        let noise = 2.6 * (0.05 * 0.95 / Double(counts.studies)).squareRoot()
        #expect(rate <= 0.06 + noise, "\(world.name)")
      }
    }
  }
}
