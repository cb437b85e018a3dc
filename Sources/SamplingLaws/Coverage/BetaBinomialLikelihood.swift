internal import RealModule

/// The log-likelihood of counts under p ~ Beta(a, b) with a share π₀ of problems that have p = 0.
///
/// For given a and b it is concave in π₀, so π₀ is always put at its best (or given) value, and what
/// remains is a smooth function of ln a and ln b.
struct BetaBinomialLikelihood: Sendable {
  /// Problems without a success that have the same N.
  private struct Unsolved: Sendable {
    var attempts: Double
    var count: Double
  }

  /// The value at the best π₀ with its derivatives in (ln a, ln b); the Hessian is aa, ab, bb.
  struct Point: Sendable {
    var logA: Double
    var logB: Double
    var zeroMass = 0.0
    var value = -Double.infinity
    var gradient = (0.0, 0.0)
    var hessian = (0.0, 0.0, 0.0)

    var distribution: DifficultyDistribution {
      DifficultyDistribution(
        a: Double.exp(logA), b: Double.exp(logB), zeroMass: zeroMass)
    }
  }

  private let successes: PochhammerSum
  private let failures: PochhammerSum
  private let totals: PochhammerSum
  private let unsolved: [Unsolved]
  private let solved: Double
  private let constant: Double
  let problems: Double
  /// The mean and variance of c/N over all problems and over the solved ones, and the mean 1/N.
  let moments: [(mean: Double, variance: Double, inverse: Double)]

  init(_ cells: [AttemptCounts.Cell]) {
    var zeros: [Unsolved] = []
    var logChoices = 0.0
    for cell in cells {
      if cell.correct == 0 {
        if zeros.last?.attempts == Double(cell.attempts) {
          zeros[zeros.count - 1].count += cell.weight
        } else {
          zeros.append(Unsolved(attempts: Double(cell.attempts), count: cell.weight))
        }
      } else if cell.correct < cell.attempts {
        // ln C(N, c) = ln Γ(N + 1)/Γ(N − c + 1) − ln Γ(c + 1)
        let c = Double(cell.correct)
        let rest = Double(cell.attempts - cell.correct)
        logChoices +=
          cell.weight * (LogPochhammer.value(rest + 1, c) - Double.logGamma(c + 1))
      }
    }
    let some = cells.filter { $0.correct > 0 }
    successes = PochhammerSum(some.map { ($0.correct, $0.weight) })
    failures = PochhammerSum(some.map { ($0.attempts - $0.correct, $0.weight) })
    totals = PochhammerSum(some.map { ($0.attempts, $0.weight) })
    unsolved = zeros
    solved = some.reduce(0) { $0 + $1.weight }
    problems = cells.reduce(0) { $0 + $1.weight }
    constant = logChoices
    moments = [cells, some].filter { !$0.isEmpty }.map(Self.moments)
  }

  private static func moments(
    _ cells: [AttemptCounts.Cell]
  ) -> (mean: Double, variance: Double, inverse: Double) {
    var (weight, sum, square, inverse) = (0.0, 0.0, 0.0, 0.0)
    for cell in cells {
      let rate = Double(cell.correct) / Double(cell.attempts)
      weight += cell.weight
      sum += cell.weight * rate
      square += cell.weight * rate * rate
      inverse += cell.weight / Double(cell.attempts)
    }
    let mean = sum / weight
    return (mean, max(square / weight - mean * mean, 0), inverse / weight)
  }

  /// Whether any attempt was right: without one the shapes mean nothing.
  var hasSuccess: Bool { solved > 0 }

  /// Whether any problem stayed unsolved: without one the best π₀ is 0.
  var hasUnsolved: Bool { !unsolved.isEmpty }

  /// The part of the log-likelihood that knows π₀, and what the rest of it is, at given shapes.
  struct ZeroMassProfile: Sendable {
    fileprivate var logs: [Double]
    fileprivate var counts: [Double]
    fileprivate var solved: Double
    fileprivate var rest: Double

    func value(_ zeroMass: Double) -> Double {
      var sum = rest
      if solved > 0 { sum += solved * Double.log(onePlus: -zeroMass) }
      for (log, count) in zip(logs, counts) {
        sum += count * Double.log(zeroMass + (1 - zeroMass) * Double.exp(log))
      }
      return sum
    }

    fileprivate func slope(_ zeroMass: Double) -> Double {
      var sum = -solved / (1 - zeroMass)
      for (log, count) in zip(logs, counts) {
        let q = Double.exp(log)
        sum += count * (1 - q) / (zeroMass + (1 - zeroMass) * q)
      }
      return sum
    }

    var best: Double {
      guard let only = logs.first, slope(0) > 0 else { return 0 }
      if logs.count == 1 {
        let q = Double.exp(only)
        return max((counts[0] / (counts[0] + solved) - q) / (1 - q), 0)
      }
      return Self.crossing(0, 1) { slope($0) }
    }

    /// The π₀ whose log-likelihood is at least a level, nil if there is none.
    func range(atLeast level: Double) -> (low: Double, high: Double)? {
      let best = best
      guard value(best) >= level else { return nil }
      let low = value(0) >= level ? 0 : Self.crossing(0, best) { level - value($0) }
      let high = Self.crossing(best, 1) { value($0) - level }
      return (low, high)
    }

    private static func crossing(
      _ low: Double, _ high: Double, _ function: (Double) -> Double
    ) -> Double {
      var (low, high) = (low, high)
      for _ in 0..<50 where high - low > 1e-13 {
        let middle = (low + high) / 2
        if function(middle) > 0 { low = middle } else { high = middle }
      }
      return (low + high) / 2
    }
  }

  func profile(logA: Double, logB: Double) -> ZeroMassProfile {
    let (a, b) = (Double.exp(logA), Double.exp(logB))
    let rest =
      successes.derivatives(a).value + failures.derivatives(b).value
      - totals.derivatives(a + b).value + constant
    return ZeroMassProfile(
      logs: unsolved.map {
        LogPochhammer.value(b, a) - LogPochhammer.value(b + $0.attempts, a)
      }, counts: unsolved.map(\.count), solved: solved, rest: rest)
  }

  /// The log-likelihood with its derivatives at the best π₀, which is 0 unless `withMass`.
  func point(logA: Double, logB: Double, withMass: Bool) -> Point {
    let (a, b) = (Double.exp(logA), Double.exp(logB))
    let inA = successes.derivatives(a)
    let inB = failures.derivatives(b)
    let inSum = totals.derivatives(a + b)
    var point = Point(logA: logA, logB: logB)
    // ln q = ln (b)_N − ln (a + b)_N
    let parts = unsolved.map { zero in
      (
        b: LogPochhammer.derivatives(b, zero.attempts),
        sum: LogPochhammer.derivatives(a + b, zero.attempts)
      )
    }
    let logs = unsolved.map {
      LogPochhammer.value(b, a) - LogPochhammer.value(b + $0.attempts, a)
    }
    let profile = ZeroMassProfile(
      logs: logs, counts: unsolved.map(\.count), solved: solved,
      rest: inA.value + inB.value - inSum.value + constant)
    let mass = withMass ? profile.best : 0
    point.zeroMass = mass
    point.value = profile.value(mass)
    var gradientA = inA.first - inSum.first
    var gradientB = inB.first - inSum.first
    var (hAA, hAB, hBB) = (
      inA.second - inSum.second, -inSum.second, inB.second - inSum.second
    )
    var (crossA, crossB) = (0.0, 0.0)
    var massCurvature = -solved / ((1 - mass) * (1 - mass))
    for (index, zero) in unsolved.enumerated() {
      let q = Double.exp(logs[index])
      let chance = mass + (1 - mass) * q
      // The share of these problems that the beta part explains.
      let share = (1 - mass) * q / chance
      let dA = -parts[index].sum.first
      let dB = parts[index].b.first - parts[index].sum.first
      let spread = share * (1 - share)
      gradientA += zero.count * share * dA
      gradientB += zero.count * share * dB
      hAA += zero.count * (-share * parts[index].sum.second + spread * dA * dA)
      hAB += zero.count * (-share * parts[index].sum.second + spread * dA * dB)
      hBB +=
        zero.count
        * (share * (parts[index].b.second - parts[index].sum.second) + spread * dB * dB)
      crossA -= zero.count * q / (chance * chance) * dA
      crossB -= zero.count * q / (chance * chance) * dB
      massCurvature -= zero.count * (1 - q) * (1 - q) / (chance * chance)
    }
    if mass > 0 {
      hAA -= crossA * crossA / massCurvature
      hAB -= crossA * crossB / massCurvature
      hBB -= crossB * crossB / massCurvature
    }
    point.gradient = (a * gradientA, b * gradientB)
    point.hessian = (
      a * gradientA + a * a * hAA, a * b * hAB, b * gradientB + b * b * hBB
    )
    return point
  }
}
