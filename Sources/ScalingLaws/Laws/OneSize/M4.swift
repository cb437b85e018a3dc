public import Cards
public import Optimization
internal import RealModule

/// A family of learning curves from a plain power to one with plateau and floor [L8].
///
/// M1 is y = beta·x^(−c), M2 adds the floor eps_inf, M3 is y = beta·(1/x + gamma)^c + eps_inf, and M4
/// solves (y − eps_inf)/(eps_0 − y)^alpha = beta·x^(−c), which leaves the chance level eps_0 at small x.
/// The source writes c with the opposite sign in M1, M2 and M4.
public struct M4: Law {
  /// The member of the family, 1 to 4.
  public var member: Int
  private var column: String

  /// Creates the law.
  public init(member: Int = 4, x column: String = "D") {
    self.member = min(max(member, 1), 4)
    self.column = column
  }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let formulas = [
      "beta x^-c", "beta x^-c + eps_inf", "beta (1/x + gamma)^c + eps_inf",
      "(y - eps_inf)/(eps_0 - y)^alpha = beta x^-c",
    ]
    return LawCard(
      name: "m4", title: "M1 to M4: learning curves from chance to floor",
      formula: formulas[member - 1], citations: [.alabdulmohsin2022], columns: [.scale(column)],
      objective: .squaredLog)
  }

  /// beta, c, then eps_inf, gamma or eps_0 and alpha as the member has them.
  public var parameters: [LawParameter] {
    let c = LawParameter.exponent("c", starts: [0.05, 0.1, 0.2, 0.35, 0.6, 1])
    switch member {
    case 1: return [.amplitude("beta"), c]
    case 2: return [.amplitude("beta"), c, .amplitude("eps_inf")]
    case 3:
      return [
        .amplitude("beta"), c, .amplitude("eps_inf"),
        .shape("gamma", bounds: 1e-300...1e300, starts: [1e-9, 1e-6]),
      ]
    default:
      return [
        .shape("beta", bounds: 1e-300...1e300, starts: [1, 10]), c,
        .shape("eps_inf", bounds: 1e-12...1e12, starts: [0.1]),
        .shape("eps_0", bounds: 1e-12...1e12, starts: [10]),
        .shape("alpha", bounds: 1e-6...100, starts: [0.3, 1]),
      ]
    }
  }

  /// `member` of the family and `x`, the column of size.
  public var settings: [CardOption] {
    [.whole("member", member, in: 1...4, "1 to 4: M1, M2, M3 or M4"), .scale(column)]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> M4 {
    M4(member: values.whole("member"), x: values.word("x"))
  }

  /// Floors and plateaus around the data; what remains is linear after a logarithm.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let x = observations.column(column)
    guard x.count == observations.count, let least = observations.response.min(),
      let most = observations.response.max(), least > 0
    else { return nil }
    switch member {
    case 3:
      // Where the curve flattens: 1/gamma around and beyond the largest sizes.
      let centre = 1 / geometricMean(x)
      let points = crossProduct([[0.1, 0.25, 0.5, 1], [1e-4, 1e-2, 0.1, 1, 10]])
        .map { [0, $0[0], 0, $0[1] * centre] }
      return solvingAmplitudes(in: points, for: observations)
    case 4:
      let logX = x.map { Double.log($0) }
      return crossProduct([[0.3, 0.8, 0.97], [1.05, 1.5, 5], [0.03, 0.3, 1]]).map { c in
        let (floor, chance, alpha) = (c[0] * least, c[1] * most, c[2])
        let y = observations.response.map {
          Double.log($0 - floor) - alpha * Double.log(chance - $0)
        }
        let meanX = logX.reduce(0, +) / Double(logX.count)
        let meanY = y.reduce(0, +) / Double(y.count)
        let covariance = zip(logX, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
        let variance = logX.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        let slope = variance > 0 ? min(max(-covariance / variance, 0.01), 4) : 0.3
        return [Double.exp(meanY + slope * meanX), slope, floor, chance, alpha]
      }
    default: return nil
    }
  }

  /// The curve; for M4 the root of the implicit equation.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    switch member {
    case 1: return p[0] * exp(-p[1] * x.log(0))
    case 2: return p[0] * exp(-p[1] * x.log(0)) + p[2]
    case 3: return p[0] * exp(p[1] * log(p[3] + Lanes.exp(-x.log(0)))) + p[2]
    default: return implicit(p, x)
    }
  }

  /// Solves M4 for z, where y = eps_inf + (eps_0 − eps_inf)·logistic(z).
  ///
  /// ln of both sides gives ln σ(z) − alpha·ln σ(−z) = ln(beta·x^(−c)) + (alpha − 1)·ln(eps_0 −
  /// eps_inf), whose left side rises and is concave for alpha < 1 and convex for alpha > 1; from the
  /// right side's value Newton's method reaches the root from one side and cannot overshoot.
  @inline(__always)
  private func implicit<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let range = p[3] - p[2]
    let target = log(p[0]) - p[1] * x.log(0) + (p[4] - 1) * log(range)
    let alpha = p[4].value
    var z = target.value
    for _ in 0..<200 {
      let side = Self.sides(z)
      let slope = side.below + alpha * side.above
      let change = (target.value - side.logBelow + alpha * side.logAbove) / slope
      z += change
      let moved = change.replacing(with: -change, where: change .< Lanes.zero)
      let size = z.replacing(with: -z, where: z .< Lanes.zero)
      // NaN compares false and ends the loop too: the fitter rejects the point.
      if !any(moved .> 1e-14 * (size + 1)) { break }
    }
    // One Newton step in dual numbers carries the derivatives of the implicit function.
    let side = Self.sides(z)
    let residual = target - side.logBelow + p[4] * side.logAbove
    let root = residual / (p[4] * side.above + side.below) + z
    return p[2] + range * logistic(root)
  }

  /// ln σ(z), ln σ(−z) and their slopes' sizes σ(−z), σ(z).
  @inline(__always)
  private static func sides(
    _ z: Lanes
  ) -> (logBelow: Lanes, logAbove: Lanes, below: Lanes, above: Lanes) {
    let negative = z .< Lanes.zero
    let size = z.replacing(with: -z, where: negative)
    let small = Lanes.exp(-size)
    let logSum = Lanes.log(small + 1)
    let large = 1 / (small + 1)
    let tail = small * large
    let zero = Lanes.zero
    let logBelow = zero.replacing(with: z, where: negative) - logSum
    let logAbove = (-z).replacing(with: zero, where: negative) - logSum
    return (
      logBelow, logAbove, tail.replacing(with: large, where: negative),
      large.replacing(with: tail, where: negative)
    )
  }
}
