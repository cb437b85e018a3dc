internal import RealModule

/// The set of difficulty distributions whose likelihood is not much below the largest; the range of
/// a function over it is its interval by the profile likelihood.
///
/// Around the maximum rays are followed in (ln a, ln b), scaled by the curvature there, to where
/// the likelihood at the best π₀ leaves the set. At points along each ray the set is an interval of
/// π₀. A pass@k is monotone in all three, so its range is found at these points to a fraction of a
/// percent of its width.
struct LikelihoodRegion: Sendable {
  let members: [DifficultyDistribution]
  /// Whether the set reaches the limits of ln a or ln b.
  let reachesLimits: Bool

  /// Traces the set of log-likelihoods at most `drop` below the maximum.
  init(
    _ likelihood: BetaBinomialLikelihood, maximum: BetaBinomialLikelihood.Point, drop: Double,
    rays: Int = 64, radii: Int = 10
  ) {
    let level = maximum.value - drop
    let axes = Self.axes(maximum.hessian)
    let bounds = BetaBinomialLikelihood.bounds
    var members = [maximum.distribution]
    var limited = false
    func place(_ angle: Double, _ radius: Double) -> (Double, Double) {
      let (u, v) = (radius * Double.cos(angle), radius * Double.sin(angle))
      return (
        maximum.logA + u * axes.0.0 + v * axes.1.0, maximum.logB + u * axes.0.1 + v * axes.1.1
      )
    }
    func isInside(_ angle: Double, _ radius: Double) -> Bool {
      let (logA, logB) = place(angle, radius)
      guard bounds.contains(logA), bounds.contains(logB) else { return false }
      let profile = likelihood.profile(logA: logA, logB: logB)
      return profile.value(profile.best) >= level
    }
    for ray in 0..<rays {
      let angle = 2 * Double.pi * Double(ray) / Double(rays)
      var inside = 0.0
      var outside = (2 * drop).squareRoot()
      while isInside(angle, outside) {
        inside = outside
        outside *= 1.4
      }
      for _ in 0..<12 {
        let middle = (inside + outside) / 2
        if isInside(angle, middle) { inside = middle } else { outside = middle }
      }
      let (endA, endB) = place(angle, outside)
      if !bounds.contains(endA) || !bounds.contains(endB) { limited = true }
      for step in 1...radii {
        // Points crowd towards the end of the ray, where most extremes lie.
        let share = Double.sin(Double.pi / 2 * Double(step) / Double(radii))
        let (logA, logB) = place(angle, inside * share)
        let profile = likelihood.profile(logA: logA, logB: logB)
        guard let range = profile.range(atLeast: level) else { continue }
        let (a, b) = (Double.exp(logA), Double.exp(logB))
        members.append(DifficultyDistribution(a: a, b: b, zeroMass: range.low))
        if range.high > range.low {
          members.append(DifficultyDistribution(a: a, b: b, zeroMass: range.high))
        }
      }
    }
    if let range = likelihood.profile(logA: maximum.logA, logB: maximum.logB)
      .range(atLeast: level)
    {
      for mass in [range.low, range.high] {
        var member = maximum.distribution
        member.zeroMass = mass
        members.append(member)
      }
    }
    self.members = members
    reachesLimits = limited
  }

  func range(_ function: (DifficultyDistribution) -> Double) -> (low: Double, high: Double) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for member in members {
      let value = function(member)
      low = min(low, value)
      high = max(high, value)
    }
    return (low, high)
  }

  /// The main axes of the quadratic at the maximum, each as long as a standard error.
  private static func axes(
    _ hessian: (Double, Double, Double)
  ) -> ((Double, Double), (Double, Double)) {
    let (aa, ab, bb) = (-hessian.0, -hessian.1, -hessian.2)
    let half = (aa - bb) / 2
    let root = (half * half + ab * ab).squareRoot()
    let angle = 0.5 * Double.atan2(y: 2 * ab, x: aa - bb)
    // A flat direction still gets a finite length.
    let large = max((aa + bb) / 2 + root, 1e-3).squareRoot()
    let small = max((aa + bb) / 2 - root, 1e-3).squareRoot()
    let (c, s) = (Double.cos(angle), Double.sin(angle))
    return ((c / large, s / large), (-s / small, c / small))
  }
}
