internal import RealModule
internal import Statistics

/// The chance that the right answer wins a plurality vote, given its votes.
///
/// The votes of the wrong answers are multinomial. Poisson numbers conditioned on their sum have that
/// distribution, so the chance is a coefficient of a product of truncated Poisson series. An answer
/// that ties carries a mark y, and 1/(1 + t) for t ties is the integral of y^t over the unit
/// interval, which a Gauss–Legendre rule gives exactly.
struct PluralityChance {
  private let shares: [Double]
  private let unreadable: Double

  init(answers: PlantedWorld.Answers) {
    shares = answers.shares
    unreadable = answers.unreadable
  }

  /// P(the right answer wins | it has `votes` of `n`), ties drawn by lot.
  func winning(votes: Int, of n: Int) -> Double {
    let others = n - votes
    if votes == 0 { return 0 }
    if votes > others { return 1 }
    // Two answers with at least `votes` each cannot share fewer than twice as many.
    let ties = min(shares.count, others / votes)
    let rule = gaussLegendre(points: ties / 2 + 1)
    var sum = 0.0
    for (mark, weight) in rule { sum += weight * coefficient(mark, votes, others) }
    // P(the Poisson numbers sum to `others`), their total mean being `others`.
    let total = Double(others)
    let logTotal = total * Double.log(total) - total - Double.logGamma(total + 1)
    return min(max(sum / Double.exp(logTotal), 0), 1)
  }

  /// The coefficient of x^others of the product over wrong answers, a tie marked by a number.
  private func coefficient(_ mark: Double, _ votes: Int, _ others: Int) -> Double {
    let total = Double(others)
    var product = poisson(total * unreadable, through: others)
    for share in shares {
      var factor = poisson(total * (1 - unreadable) * share, through: min(votes, others))
      if factor.count > votes { factor[votes] *= mark }
      var next = [Double](repeating: 0, count: others + 1)
      for (i, left) in product.enumerated() where left != 0 {
        for j in 0..<min(factor.count, others + 1 - i) { next[i + j] += left * factor[j] }
      }
      product = next
    }
    return product[others]
  }

  private func poisson(_ mean: Double, through last: Int) -> [Double] {
    if mean == 0 { return [1] }
    let logMean = Double.log(mean)
    return (0...last).map {
      Double.exp(Double($0) * logMean - mean - Double.logGamma(Double($0) + 1))
    }
  }
}

private func gaussLegendre(points: Int) -> [(node: Double, weight: Double)] {
  (0..<points).map { index in
    // Newton's method from Tricomi's approximation.
    var x = Double.cos(Double.pi * (Double(index) + 0.75) / (Double(points) + 0.5))
    var slope = 1.0
    for _ in 0..<60 {
      var (previous, value) = (1.0, x)
      for degree in 1..<max(points, 1) {
        let d = Double(degree)
        (previous, value) = (value, ((2 * d + 1) * x * value - d * previous) / (d + 1))
      }
      slope = Double(points) * (x * value - previous) / (x * x - 1)
      let step = value / slope
      x -= step
      if abs(step) < 1e-15 { break }
    }
    return ((1 - x) / 2, 1 / ((1 - x * x) * slope * slope))
  }
}
