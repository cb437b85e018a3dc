internal import RealModule

extension SplittableRandom {
  /// Returns a gamma number with the given shape, positive and finite, and scale 1 (Marsaglia and
  /// Tsang, 2000).
  public mutating func nextGamma(shape: Double) -> Double {
    precondition(shape > 0 && shape.isFinite, "the shape must be positive and finite")
    if shape < 1 {
      // Γ(a) = Γ(a + 1) · U^(1/a)
      let boosted = nextGamma(shape: shape + 1)
      return boosted * Double.exp(-nextExponential() / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = nextNormal()
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      // Nearly every draw is accepted, and rounding would decide which is not.
      if d > 1e10 { return d * v }
      if -nextExponential() < 0.5 * x * x + d * (1 - v + Double.log(v)) { return d * v }
    }
  }

  /// Returns √(ν/χ²), which makes a normal number one of Student's t with ν degrees of freedom; 1 for
  /// infinitely many, without a draw.
  public mutating func nextStudentScale(degreesOfFreedom nu: Double) -> Double {
    nu.isFinite ? (nu / (2 * nextGamma(shape: nu / 2))).squareRoot() : 1
  }

  /// Returns a beta number with the given shapes.
  public mutating func nextBeta(_ a: Double, _ b: Double) -> Double {
    let x = nextGamma(shape: a)
    let y = nextGamma(shape: b)
    if x + y > 0 { return x / (x + y) }
    // Both shapes are so tiny that both gammas underflow: the mass sits on the two ends.
    return nextUniform() * (a + b) < a ? 1 : 0
  }

  /// Returns a point of the simplex with Dirichlet density; one coordinate for each concentration.
  public mutating func nextDirichlet(_ concentrations: [Double]) -> [Double] {
    precondition(!concentrations.isEmpty, "a Dirichlet distribution needs a concentration")
    var point = concentrations
    for i in point.indices { point[i] = nextGamma(shape: concentrations[i]) }
    let total = point.reduce(0, +)
    if total > 0 { return point.map { $0 / total } }
    var threshold = nextUniform() * concentrations.reduce(0, +)
    let corner = concentrations.firstIndex {
      threshold -= $0
      return threshold < 0
    }
    return point.indices.map { $0 == corner ?? point.count - 1 ? 1 : 0 }
  }

  /// Returns the number of successes in independent trials.
  ///
  /// Exact for any number of trials: large counts are halved at a beta-distributed order
  /// statistic (Ahrens and Dieter, 1974), small ones are counted.
  public mutating func nextBinomial(trials: Int, probability: Double) -> Int {
    precondition(trials >= 0, "the number of trials must not be negative")
    precondition(probability >= 0 && probability <= 1, "a probability lies between 0 and 1")
    var remaining = trials
    var p = probability
    var successes = 0
    while remaining > 24 {
      let rank = remaining / 2 + 1
      let cut = nextBeta(Double(rank), Double(remaining + 1 - rank))
      if cut <= p {
        successes += rank
        remaining -= rank
        p = cut < 1 ? min((p - cut) / (1 - cut), 1) : 0
      } else {
        remaining = rank - 1
        p = min(p / cut, 1)
      }
    }
    for _ in 0..<remaining where nextUniform() < p { successes += 1 }
    return successes
  }
}
