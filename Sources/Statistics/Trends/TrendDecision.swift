internal import Quantities
internal import RealModule

/// The rules 1–3 of ``TrendTest``: how much each directional shape is supported.
struct TrendDecision {
  /// The slopes at both ends of the parabola with their standard errors.
  var ends: [(value: Double, error: Double)]
  var endErrors: StudentT
  var line: (value: Double, error: Double)
  var lineErrors: StudentT
  var sides: TwoLines?
  var gateSupport: Double
  /// Kendall's test: one minus its p-value, with the sign of the trend.
  var rank: Double

  /// One minus the two-sided p-value of a statistic, with its sign.
  private static func signed(_ statistic: Double, _ errors: StudentT) -> Double {
    if statistic.isInfinite { return statistic > 0 ? 1 : -1 }
    let certainty = 1 - 2 * errors.survival(abs(statistic))
    return statistic < 0 ? -certainty : certainty
  }

  /// 1 while a statistic points the other way by less than `low`, 0 from `high` on.
  private static func tolerance(
    _ statistic: Double, against direction: Double, _ low: Double, _ high: Double
  ) -> Double {
    min(max((high + statistic * direction) / (high - low), 0), 1)
  }

  var support: [TrendShape: Double] {
    let statistics = ends.map { standardised($0.value, $0.error) }
    let slopes = statistics.map { Self.signed($0, endErrors) }
    let straight = Self.signed(standardised(line.value, line.error), lineErrors)
    let witnesses = sides?.statistics ?? statistics
    var result: [TrendShape: Double] = [:]
    for (shape, direction) in [(TrendShape.increasing, 1.0), (.decreasing, -1.0)] {
      let both = max(slopes.map { $0 * direction }.min() ?? 0, 0)
      let critical = endErrors.inverseSurvival(0.05)
      let along = statistics.reduce(max(straight * direction, 0)) {
        $0 * Self.tolerance($1, against: direction, 0.5 * critical, 1.5 * critical)
      }
      let ranked = witnesses.reduce(max(rank * direction, 0)) {
        $0 * Self.tolerance($1, against: direction, 0.75, 1.25)
      }
      result[shape] = min(max(both, along, ranked), gateSupport)
    }
    for (shape, direction) in [(TrendShape.uShaped, 1.0), (.invertedU, -1.0)] {
      guard let sides else {
        result[shape] = 0
        continue
      }
      let arms = sides.statistics.map { Self.signed($0, sides.errors) }
      let needed = [-slopes[0], slopes[1], -arms[0], arms[1]].map { $0 * direction }
      result[shape] = min(max(needed.min() ?? 0, 0), gateSupport)
    }
    return result
  }
}

extension TrendFits {
  /// Kendall's exact test: one minus its p-value, with the sign of the score. Pairs that differ by
  /// less than a tenth of the noise count in part.
  func rankSupport(_ x: [Double], _ y: [Double]) -> Double {
    var score = 0.0
    let width = 0.1 * pointNoise
    for i in x.indices {
      for j in 0..<i where x[i] != x[j] {
        let rise = x[i] > x[j] ? y[i] - y[j] : y[j] - y[i]
        score += width > 0 ? min(max(rise / width, -1), 1) : rise > 0 ? 1 : rise < 0 ? -1 : 0
      }
    }
    // Scores have the parity of the number of pairs; p-values are interpolated between them.
    let pairs = x.count * (x.count - 1) / 2
    let size = min(abs(score), Double(pairs))
    var below = Int(saturating: size.rounded(.down))
    if (pairs - below) % 2 != 0 { below -= 1 }
    let low = kendallExactPValue(score: max(below, 0), count: x.count)
    let above = min(below + 2, pairs)
    let high = kendallExactPValue(score: above, count: x.count)
    let share = above > below ? (size - Double(below)) / Double(above - below) : 0
    let p = low + (high - low) * share
    return score < 0 ? -(1 - p) : 1 - p
  }
}

/// Whether only the last point of a series differs from the others.
struct LastPointTest {
  /// The two-sided p-value of the last point against the mean of those before.
  let pValue: Double
  /// The support of a rise or a fall at the last point.
  let support: [TrendShape: Double]

  init(x: [Double], y: [Double], standardErrors: [Double]?) {
    guard let top = x.max() else {
      pValue = 1
      support = [:]
      return
    }
    let last = x.indices.filter { x[$0] == top }
    let rest = x.indices.filter { x[$0] < top }
    let weights = y.indices.map { index in
      standardErrors.map { 1 / ($0[index] * $0[index]) } ?? 1
    }
    func centre(_ rows: [Int]) -> (mean: Double, weight: Double) {
      let weight = rows.reduce(0) { $0 + weights[$1] }
      return (rows.reduce(0) { $0 + weights[$1] * y[$1] } / weight, weight)
    }
    let (before, after) = (centre(rest), centre(last))
    let freedom = Double(rest.count - 1)
    let squares = rest.reduce(0) {
      $0 + weights[$1] * (y[$1] - before.mean) * (y[$1] - before.mean)
    }
    let variance = 1 / before.weight + 1 / after.weight
    let known = standardErrors != nil
    let scale = known ? 1 : freedom > 0 ? squares / freedom : .nan
    let statistic = standardised(after.mean - before.mean, (variance * scale).squareRoot())
    let errors = StudentT(degreesOfFreedom: known ? .infinity : max(freedom, 1))
    let p =
      rest.count < 3 || statistic.isNaN
      ? 1 : statistic.isInfinite ? 0 : 2 * errors.survival(abs(statistic))
    pValue = p
    // The points before must agree with a constant, which known errors tell. Without them, a trend
    // among them makes their scatter large.
    let agreement =
      known && freedom > 0
      ? ChiSquared(degreesOfFreedom: freedom).survival(squares) : 1
    let flat = min(max(Double.log(agreement / 0.01) / Double.log(0.1 / 0.01), 0), 1)
    let certainty = max(1 - 10 * p, 0) * flat
    support = [
      .lastRise: statistic > 0 ? certainty : 0, .lastFall: statistic < 0 ? certainty : 0,
    ]
  }
}

/// Whether known errors reject every monotone series, or all but those of one direction.
struct OrderTest {
  /// The shape that is left, with its support: the one direction that is not rejected, or one that
  /// turns once, or none; nil where nothing tells a series from a constant.
  let support: (shape: TrendShape, value: Double)?

  /// The number of constant series of noise that calibrate the distance.
  private static let simulations = 2000

  init(x: [Double], y: [Double], standardErrors: [Double], seed: UInt64) {
    // Points of equal x are one point.
    var groups: [Double: (sum: Double, weight: Double)] = [:]
    for index in x.indices {
      let weight = 1 / (standardErrors[index] * standardErrors[index])
      let known = groups[x[index]] ?? (0, 0)
      groups[x[index]] = (known.sum + weight * y[index], known.weight + weight)
    }
    let places = groups.keys.sorted()
    let weights = places.map { groups[$0]?.weight ?? 1 }
    let values = places.map { place in groups[place].map { $0.sum / $0.weight } ?? 0 }
    func distance(_ values: [Double], _ weights: [Double], increasing: Bool) -> Double {
      guard values.count > 1 else { return 0 }
      let fitted = isotonicRegression(values, weights: weights, increasing: increasing)
      return values.indices.reduce(0) {
        $0 + weights[$1] * (values[$1] - fitted[$1]) * (values[$1] - fitted[$1])
      }
    }
    let rise = distance(values, weights, increasing: true)
    let fall = distance(values, weights, increasing: false)
    let observed = min(rise, fall)
    guard max(rise, fall) > 0, values.count > 2 else {
      support = nil
      return
    }
    let random = SplittableRandom(seed: seed).split(59)
    var reached = 0
    var reachedOther = 0
    for simulation in 0..<Self.simulations {
      var generator = random.split(simulation)
      let noise = weights.map { generator.nextNormal() / $0.squareRoot() }
      // Either cone is least favourable at a constant; the larger of two p-values belongs to the
      // smaller distance, against the distance from one cone.
      let drawn = distance(noise, weights, increasing: true)
      if drawn >= observed { reached += 1 }
      if drawn >= max(rise, fall) { reachedOther += 1 }
    }
    let p = Double(reached + 1) / Double(Self.simulations + 1)
    // A saturating series is one that rises or stays, and no parabola; that it falls or stays is what
    // must be rejected.
    let other = Double(reachedOther + 1) / Double(Self.simulations + 1)
    if p > 0.1 {
      support = (rise < fall ? .increasing : .decreasing, max(1 - 10 * other, 0))
      return
    }
    let value = max(1 - 10 * p, 0)
    func turning(_ peak: Bool) -> Double {
      values.indices.dropFirst().dropLast().map { turn in
        distance(Array(values[...turn]), Array(weights[...turn]), increasing: peak)
          + distance(Array(values[turn...]), Array(weights[turn...]), increasing: !peak)
      }.min() ?? .infinity
    }
    let (peak, valley) = (turning(true), turning(false))
    let misfit = min(peak, valley)
    let fits =
      ChiSquared(degreesOfFreedom: Double(max(values.count - 2, 1))).survival(misfit) > 0.001
    let shape: TrendShape = !fits ? .irregular : peak < valley ? .invertedU : .uShaped
    support = (shape, value)
  }
}
