internal import RealModule

extension BetaBinomialLikelihood {
  /// The range of ln a and ln b; beyond it the distribution is all at one p or all at 0 and 1.
  static let bounds = -9.0...14.0

  /// By damped Newton steps from several starts, or from `warm` and one more; π₀ is 0 unless
  /// `withMass`.
  func maximum(withMass: Bool, warm: Point? = nil) -> Point {
    var starts: [(Double, Double)] = []
    if let warm { starts.append((warm.logA, warm.logB)) }
    for moment in warm == nil ? moments : moments.suffix(1) { starts.append(Self.start(moment)) }
    if warm == nil {
      starts.append((Double.log(0.3), 0))
      starts.append((0, Double.log(3)))
    }
    var best: Point?
    for start in starts {
      let found = climb(from: start, withMass: withMass)
      if found.value > best?.value ?? -.infinity { best = found }
    }
    return best ?? point(logA: 0, logB: 0, withMass: withMass)
  }

  /// Shapes with the mean and the spread that the counts show beyond binomial noise.
  private static func start(
    _ moment: (mean: Double, variance: Double, inverse: Double)
  ) -> (Double, Double) {
    let mean = min(max(moment.mean, 1e-4), 1 - 1e-4)
    let noise = mean * (1 - mean)
    // Var c/N = m(1 − m)(1/N + (1 − 1/N)·ρ) with ρ = 1/(a + b + 1)
    let ratio = (moment.variance / noise - moment.inverse) / max(1 - moment.inverse, 1e-3)
    let correlation = min(max(ratio, 1e-4), 0.95)
    let sum = 1 / correlation - 1
    return (Double.log(mean * sum), Double.log((1 - mean) * sum))
  }

  private func climb(from start: (Double, Double), withMass: Bool) -> Point {
    func clamp(_ x: Double) -> Double {
      min(max(x, Self.bounds.lowerBound), Self.bounds.upperBound)
    }
    var here = point(logA: clamp(start.0), logB: clamp(start.1), withMass: withMass)
    var damping = 1e-3
    for _ in 0..<200 {
      let scale = max(abs(here.hessian.0), abs(here.hessian.2), 1e-12)
      var moved = false
      var predicted = 0.0
      for _ in 0..<40 {
        // −H is made positive definite by what its smaller eigenvalue lacks.
        let (aa, ab, bb) = (-here.hessian.0, -here.hessian.1, -here.hessian.2)
        let half = (aa - bb) / 2
        let least = (aa + bb) / 2 - (half * half + ab * ab).squareRoot()
        let lift = max(0, -least) + damping * scale * 1e-3 + scale * 1e-13
        let determinant = (aa + lift) * (bb + lift) - ab * ab
        guard determinant > 0 else {
          damping = max(damping * 10, 1e-6)
          continue
        }
        var stepA = ((bb + lift) * here.gradient.0 - ab * here.gradient.1) / determinant
        var stepB = ((aa + lift) * here.gradient.1 - ab * here.gradient.0) / determinant
        let longest = max(abs(stepA), abs(stepB))
        if longest > 2 {
          stepA *= 2 / longest
          stepB *= 2 / longest
        }
        predicted = here.gradient.0 * stepA + here.gradient.1 * stepB
        if predicted < 1e-11 * (1 + problems * 1e-4) { return here }
        let trial = point(
          logA: clamp(here.logA + stepA), logB: clamp(here.logB + stepB), withMass: withMass)
        if trial.value > here.value {
          here = trial
          damping = max(damping / 10, 1e-9)
          moved = true
          break
        }
        damping = max(damping * 10, 1e-3)
      }
      if !moved { break }
    }
    return here
  }
}
