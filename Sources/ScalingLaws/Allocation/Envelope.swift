internal import Optimization
internal import Quantities
internal import RealModule
internal import Statistics

/// How the envelope of loss curves is read and resampled.
public struct EnvelopeOptions: Sendable, Hashable {
  /// The number of computes, at equal ratios [L2].
  public var points: Int
  /// Whether points are left out where the smallest or the largest size wins: there the optimum is
  /// not bracketed.
  public var bracketedOnly: Bool
  /// The number of resamples of runs.
  public var resamples: Int
  /// The nominal coverage.
  public var level: Double
  /// The seed of all random numbers.
  public var seed: UInt64

  /// Creates options; every argument has a default.
  public init(
    points: Int = 1500, bracketedOnly: Bool = true, resamples: Int = 500, level: Double = 0.9,
    seed: UInt64 = 0
  ) {
    self.points = max(points, 2)
    self.bracketedOnly = bracketedOnly
    self.resamples = resamples
    self.level = level
    self.seed = seed
  }
}

/// Chinchilla's approach 1: at each of many computes the run with the lowest loss [L2]. It reads
/// `N` and `C` (or `D`), the loss as response, and runs as clusters; throws `FitError` where
/// columns are missing or the envelope has fewer than two sizes.
///
/// Every run is a curve of loss against compute, interpolated linearly in ln C; a run with a single
/// row counts at its own compute's nearest point. ln N and ln D of the winners are regressed on
/// ln C. Intervals resample runs.
public func envelopeFit(
  _ observations: Observations, options: EnvelopeOptions = EnvelopeOptions()
) throws(FitError) -> AllocationFit {
  let curves = try EnvelopeCurves(observations, points: options.points)
  let all = [Bool](repeating: true, count: curves.sizes.count)
  let winners = curves.winners(all, bracketedOnly: options.bracketedOnly)
  guard let estimate = curves.regress(winners) else {
    throw .unusable(
      "envelope fit: the lowest loss belongs to \(Set(winners.map { curves.sizes[$0.run] }).count) size(s) between the smallest and the largest, expected at least 2"
    )
  }
  let random = SplittableRandom(seed: options.seed)
  var draws: [[Double]] = []
  for index in 0..<max(options.resamples, 0) {
    var generator = random.split(index)
    let counts = generator.resampleCounts(of: curves.sizes.count)
    let drawn = curves.winners(counts.map { $0 > 0 }, bracketedOnly: options.bracketedOnly)
    if let draw = curves.regress(drawn) { draws.append(draw) }
  }
  var warnings: [String] = []
  if draws.count < options.resamples * 9 / 10 {
    warnings.append(
      "\(options.resamples - draws.count) of \(options.resamples) resamples of runs have no envelope: the intervals are too narrow"
    )
  }
  let points = winners.map { winner in
    EnvelopePoint(
      compute: Double.exp(curves.logCompute[winner.point]), size: curves.sizes[winner.run],
      tokens: Double.exp(curves.logCompute[winner.point])
        / curves.flops.perToken(curves.sizes[winner.run]),
      loss: curves.losses[winner.run][winner.point])
  }
  let distinct = Set(points.map(\.size)).count
  if distinct < 5 {
    warnings.append(
      "only \(distinct) sizes lie on the envelope: its exponent depends on where they happen to be"
    )
  }
  let computes = points.map(\.compute)
  return AllocationFit(
    method: .envelope, estimate: estimate, draws: draws, resampling: "cluster-bootstrap",
    tail: AllocationFit.tail(level: options.level, freedom: distinct - 2),
    level: options.level, computeRange: (computes.min() ?? 1)...(computes.max() ?? 1),
    valleys: [], envelope: points, warnings: warnings)
}

/// Loss curves on a common grid of compute.
struct EnvelopeCurves {
  let logCompute: [Double]
  let sizes: [Double]
  /// The loss of each run at each point; infinite where the run has no data.
  let losses: [[Double]]
  let flops: FlopsPerToken

  init(_ observations: Observations, points: Int) throws(FitError) {
    let (n, c, used) = try observations.allocationRows(of: "envelope", needsLoss: false)
    flops = FlopsPerToken(observations)
    guard let low = used.map({ c[$0] }).min(), let high = used.map({ c[$0] }).max(), low < high
    else {
      throw .unusable("envelope fit: all runs have the same compute")
    }
    let grid = geometricGrid(low...high, count: points).map { Double.log($0) }
    var rowsOfRun: [Int: [Int]] = [:]
    for row in used { rowsOfRun[observations.clusters[row], default: []].append(row) }
    var sizes: [Double] = []
    var losses: [[Double]] = []
    for run in rowsOfRun.keys.sorted() {
      let rows = (rowsOfRun[run] ?? []).sorted { (c[$0], $0) < (c[$1], $1) }
      guard let first = rows.first else { continue }
      sizes.append(n[first])
      losses.append(
        Self.interpolate(
          x: rows.map { Double.log(c[$0]) }, y: rows.map { observations.response[$0] },
          at: grid))
    }
    logCompute = grid
    self.sizes = sizes
    self.losses = losses
  }

  /// Linear interpolation on a grid; infinite outside the data.
  private static func interpolate(x: [Double], y: [Double], at grid: [Double]) -> [Double] {
    var result = [Double](repeating: .infinity, count: grid.count)
    let spacing = (grid[grid.count - 1] - grid[0]) / Double(grid.count - 1)
    if x.count == 1 {
      let position = Int(saturating: ((x[0] - grid[0]) / spacing).rounded())
      result[min(max(position, 0), grid.count - 1)] = y[0]
      return result
    }
    var segment = 0
    for index in grid.indices {
      let point = grid[index]
      guard point >= x[0] - 1e-9, point <= x[x.count - 1] + 1e-9 else { continue }
      while segment + 2 < x.count, x[segment + 1] < point { segment += 1 }
      let width = x[segment + 1] - x[segment]
      let share = width > 0 ? min(max((point - x[segment]) / width, 0), 1) : 1
      result[index] = y[segment] + share * (y[segment + 1] - y[segment])
    }
    return result
  }

  /// The run with the lowest loss at each point.
  func winners(_ included: [Bool], bracketedOnly: Bool) -> [(point: Int, run: Int)] {
    let runs = sizes.indices.filter { included[$0] }
    guard let smallest = runs.map({ sizes[$0] }).min(), let largest = runs.map({ sizes[$0] }).max()
    else { return [] }
    var result: [(point: Int, run: Int)] = []
    for point in logCompute.indices {
      var best = -1
      for run in runs where losses[run][point].isFinite {
        if best < 0 || losses[run][point] < losses[best][point] { best = run }
      }
      guard best >= 0 else { continue }
      if bracketedOnly, sizes[best] == smallest || sizes[best] == largest { continue }
      result.append((point, best))
    }
    return result
  }

  func regress(_ winners: [(point: Int, run: Int)]) -> [Double]? {
    guard Set(winners.map { sizes[$0.run] }).count >= 2 else { return nil }
    let x = winners.map { logCompute[$0.point] }
    let size = winners.map { Double.log(sizes[$0.run]) }
    return AllocationFit.regress(
      logCompute: x, logSize: size,
      logTokens: zip(x, size).map { flops.logTokens(logCompute: $0, logSize: $1) })
  }
}
