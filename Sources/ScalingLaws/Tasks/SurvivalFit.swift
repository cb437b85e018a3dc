internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// The times of events, some of them cut short: a run that was stopped before it reached its target
/// says that it takes longer, not how long.
public struct SurvivalTable: Sendable {
  /// The time of the event, or until which it was waited for; positive.
  public var times: [Double]
  /// Whether the event happened; a row without is censored.
  public var happened: [Bool]
  /// The logarithms of the covariates of each row, less their means: `covariates[column][row]`.
  public var covariates: [[Double]]

  /// Creates a table.
  public init(times: [Double], happened: [Bool], covariates: [[Double]] = []) {
    self.times = times
    self.happened = happened
    self.covariates = covariates
  }
}

/// The adapted power generalised Weibull family of event times [162].
///
/// The cumulative hazard is H(φ·t) with H(t) = ((κ + 1)/κ)·((1 + t^γ/(κ + 1))^κ − 1), κ > −1. κ = 1 is
/// Weibull, κ → 0 log-logistic, κ → ∞ Gompertz at γ = 1, and with κ < 0 a share exp(−(κ + 1)/|κ|)
/// never has its event (cure). Time is scaled by covariates as powers: ln φ = b0 + Σ b·ln x, so that
/// a time goes as x^(−b).
public struct SurvivalFit: Sendable {
  /// How the hazard goes with time.
  public enum HazardShape: String, Sendable, Hashable, Codable {
    case rising
    case falling
    case risingThenFalling = "rising, then falling"
    case fallingThenRising = "falling, then rising"
  }

  /// γ, with its interval.
  public let gamma: Estimated
  /// κ, with its interval.
  public let kappa: Estimated
  /// ln φ at the mean of the covariates' logarithms.
  public let logScale: Estimated
  /// −b for each covariate: the exponent of the time in it.
  public let exponents: [Estimated]
  /// The log-likelihood.
  public let logLikelihood: Double
  /// The rows.
  public let rows: Int
  /// The events among them.
  public let events: Int
  /// The nominal coverage of the intervals, from the curvature of the likelihood.
  public let level: Double
  private let point: [Double]

  /// Fits the family to a table by maximum likelihood.
  ///
  /// - Throws: `FitError` for too few events, impossible times, or a likelihood without a maximum.
  public init(_ table: SurvivalTable, level: Double = 0.9) throws(FitError) {
    rows = table.times.count
    events = table.happened.count(where: { $0 })
    self.level = level
    let needed = 3 + table.covariates.count
    guard events > needed else {
      throw .unusable(
        "found \(events) events, expected more than the \(needed) parameters of the family")
    }
    if let bad = table.times.first(where: { !($0 > 0) || !$0.isFinite }) {
      throw .unusable("time: found \(bad), expected a positive number")
    }
    let logs = table.times.map { Double.log($0) }
    func cost(_ p: [Double]) -> Double { -Self.logLikelihood(p, table, logs) }
    let centre = logs.reduce(0, +) / Double(logs.count)
    var best: (point: [Double], value: Double) = ([], .infinity)
    // ln φ, ln γ, ln(κ + 1), then the covariates' b.
    for kappa in [-0.4, 0.05, 1, 4.0] {
      for gamma in [0.7, 1.6] {
        let start =
          [-centre, Double.log(gamma), Double.log(kappa + 1)]
          + table.covariates.map { _ in 0 }
        let found = Self.descend(cost, from: start)
        if found.value < best.value { best = found }
      }
    }
    guard best.value.isFinite,
      let covariance = Self.hessian(cost, at: best.point).choleskyFactor(tolerance: 1e-12)?
        .inverse()
    else {
      throw .unusable(
        "the likelihood has no maximum: too few events, or all at one time, for three parameters")
    }
    point = best.point
    logLikelihood = -best.value
    let reach = Normal.standard.quantile((1 + level) / 2)
    func interval(_ index: Int, _ scale: (Double) -> Double) -> Estimated {
      let error = covariance[index, index].squareRoot()
      let ends = [-reach, reach].map { scale(best.point[index] + $0 * error) }.sorted()
      return Estimated(value: scale(best.point[index]), low: ends[0], high: ends[1])
    }
    logScale = interval(0) { $0 }
    gamma = interval(1, Double.exp)
    kappa = interval(2) { Double.expMinusOne($0) }
    exponents = table.covariates.indices.map { interval(3 + $0) { -$0 } }
  }

  /// The share that never has the event; zero unless κ is negative.
  public var curedShare: Double {
    let kappa = kappa.value
    return kappa < 0 ? Double.exp((kappa + 1) / kappa) : 0
  }

  /// How the hazard goes with time: as t^(γ − 1) early and t^(γκ − 1) late.
  public var hazardShape: HazardShape {
    let (early, late) = (gamma.value - 1, gamma.value * kappa.value - 1)
    switch (early >= 0, late >= 0) {
    case (true, true): return .rising
    case (false, false): return .falling
    case (true, false): return .risingThenFalling
    case (false, true): return .fallingThenRising
    }
  }

  /// The share without the event after a time, at offsets: the logarithms of the covariates less
  /// their means; empty for the mean.
  public func survival(at time: Double, offsets: [Double] = []) -> Double {
    let log = Double.log(time) + point[0] + shift(offsets)
    return Double.exp(-Self.cumulativeHazard(log, gamma: gamma.value, kappa: kappa.value))
  }

  /// The time by which a share has had the event; infinite where it never does.
  public func time(share: Double, offsets: [Double] = []) -> Double {
    let hazard = -Double.log(onePlus: -share)
    let (gamma, kappa) = (gamma.value, kappa.value)
    let inner: Double
    if abs(kappa) < 1e-8 {
      inner = Double.expMinusOne(hazard)
    } else {
      let base = 1 + hazard * kappa / (kappa + 1)
      guard base > 0 else { return .infinity }
      inner = (kappa + 1) * Double.expMinusOne(Double.log(base) / kappa)
    }
    return Double.exp(Double.log(inner) / gamma - point[0] - shift(offsets))
  }

  private func shift(_ offsets: [Double]) -> Double {
    zip(point.dropFirst(3), offsets).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// H at ln t.
  public static func cumulativeHazard(_ logTime: Double, gamma: Double, kappa: Double) -> Double {
    let log = Double.log(onePlus: Double.exp(gamma * logTime) / (kappa + 1))
    let x = kappa * log
    // (e^x − 1)/x, which is 1 + x/2 next to zero.
    let ratio = abs(x) < 1e-6 ? 1 + x / 2 : Double.expMinusOne(x) / x
    return (kappa + 1) * log * ratio
  }

  private static func logLikelihood(
    _ p: [Double], _ table: SurvivalTable, _ logs: [Double]
  ) -> Double {
    let (gamma, kappa) = (Double.exp(p[1]), Double.expMinusOne(p[2]))
    var sum = 0.0
    for row in logs.indices {
      var shift = p[0]
      for (slot, column) in table.covariates.enumerated() { shift += p[3 + slot] * column[row] }
      let time = logs[row] + shift
      sum -= cumulativeHazard(time, gamma: gamma, kappa: kappa)
      guard table.happened[row] else { continue }
      // The density of the time itself: φ·h(φ·t).
      let log = Double.log(onePlus: Double.exp(gamma * time) / (kappa + 1))
      sum += shift + p[1] + (gamma - 1) * time + (kappa - 1) * log
    }
    return sum.isFinite ? sum : -.infinity
  }

  /// Newton's method with a ridge where the curvature is not positive, and halved steps.
  private static func descend(
    _ cost: ([Double]) -> Double, from start: [Double]
  ) -> (point: [Double], value: Double) {
    var point = start
    var value = cost(start)
    for _ in 0..<200 {
      guard value.isFinite else { break }
      let slope = gradient(cost, at: point)
      let curvature = hessian(cost, at: point)
      var ridge = 0.0
      var next = point
      var reached = value
      search: for _ in 0..<30 {
        var damped = curvature
        for index in point.indices { damped[index, index] += ridge }
        if let factor = damped.choleskyFactor(tolerance: 1e-10) {
          let step = factor.solve(slope)
          var scale = min(1, 2 / (step.map(abs).max() ?? 1))
          for _ in 0..<12 {
            next = zip(point, step).map { $0 - scale * $1 }
            reached = cost(next)
            if reached < value { break search }
            scale /= 2
          }
        }
        ridge = max(10 * ridge, 1e-3)
      }
      guard reached < value else { break }
      let gain = value - reached
      (point, value) = (next, reached)
      if gain < 1e-9 * (1 + abs(value)) { break }
    }
    return (point, value)
  }

  private static func gradient(_ cost: ([Double]) -> Double, at point: [Double]) -> [Double] {
    point.indices.map { index in
      var (up, down) = (point, point)
      up[index] += 1e-5
      down[index] -= 1e-5
      return (cost(up) - cost(down)) / 2e-5
    }
  }

  private static func hessian(
    _ cost: ([Double]) -> Double, at point: [Double]
  ) -> SymmetricMatrix {
    let step = 1e-3
    var result = SymmetricMatrix(order: point.count)
    func moved(_ i: Int, _ a: Double, _ j: Int, _ b: Double) -> Double {
      var place = point
      place[i] += a * step
      place[j] += b * step
      return cost(place)
    }
    for i in point.indices {
      for j in 0...i {
        result[i, j] =
          (moved(i, 1, j, 1) - moved(i, 1, j, -1) - moved(i, -1, j, 1) + moved(i, -1, j, -1))
          / (4 * step * step)
        result[j, i] = result[i, j]
      }
    }
    return result
  }
}
