internal import Foundation
internal import Quantities
internal import Statistics

/// Where the multiplier of a paired regression is one.
struct PairedCrossing {
  /// nil where the slope is unknown.
  let crossing: AxisVerdict.Crossing?

  init(
    _ regression: PairedRegression, range: ClosedRange<Double>, target: Double,
    settings: VerdictSettings
  ) {
    guard let level = regression.level, let slope = regression.slope, slope.value != 0 else {
      crossing = nil
      return
    }
    let low = log(range.lowerBound)
    let high = log(range.upperBound)
    let margin = 3 * log(10.0)
    let logScale = regression.centre - level.value / slope.value
    let place: AxisVerdict.Crossing.Place
    if logScale < low - margin || logScale > high + margin {
      place = .none
    } else if logScale < low {
      place = .below
    } else {
      place = logScale <= high ? .inside : .beyond
    }
    let ends = Self.fieller(level, slope, confidence: settings.level)
    let shares = Self.shares(
      level, slope, at: [low, high, log(target)].map { $0 - regression.centre },
      seed: settings.seed)
    crossing = AxisVerdict.Crossing(
      scale: place == .none
        ? IntervalEstimate(.nan)
        : IntervalEstimate(
          exp(logScale), low: ends.map { exp(regression.centre + $0.0) } ?? .nan,
          high: ends.map { exp(regression.centre + $0.1) } ?? .nan),
      place: place, treatmentLeadsBelow: slope.value < 0, probabilityInside: shares.inside,
      probabilityBeforeTarget: target > range.upperBound ? shares.before : nil)
  }

  /// Fieller's interval of −b₀/b₁: where b₀ + b₁·t does not differ from zero. Nil where the slope
  /// itself does not, because then the interval is unbounded.
  private static func fieller(
    _ level: PairedRegression.Coefficient, _ slope: PairedRegression.Coefficient,
    confidence: Double
  ) -> (Double, Double)? {
    let freedom = min(level.degreesOfFreedom, slope.degreesOfFreedom)
    let t = StudentT(degreesOfFreedom: freedom).inverseSurvival((1 - confidence) / 2)
    // (b₀ + b₁·u)² ≤ t²·(v₀ + v₁·u²), the two estimates being independent.
    let a = slope.value * slope.value - t * t * slope.standardError * slope.standardError
    let b = level.value * slope.value
    let c = level.value * level.value - t * t * level.standardError * level.standardError
    guard a > 0 else { return nil }
    let root = max(b * b - a * c, 0).squareRoot()
    return ((-b - root) / a, (-b + root) / a)
  }

  /// The probabilities of a change of sign between the ends of the data and between the largest
  /// run and the target.
  private static func shares(
    _ level: PairedRegression.Coefficient, _ slope: PairedRegression.Coefficient, at u: [Double],
    seed: UInt64
  ) -> (inside: Double, before: Double) {
    var generator = SplittableRandom(seed: seed).split(77)
    let draws = 2000
    var (inside, before) = (0, 0)
    for _ in 0..<draws {
      // One common scale makes the pair a bivariate t.
      let freedom = min(level.degreesOfFreedom, slope.degreesOfFreedom)
      let spread = generator.nextStudentScale(degreesOfFreedom: freedom)
      let b0 = level.value + level.standardError * spread * generator.nextNormal()
      let b1 = slope.value + slope.standardError * spread * generator.nextNormal()
      let signs = u.map { b0 + b1 * $0 > 0 }
      if signs[0] != signs[1] { inside += 1 }
      if signs[1] != signs[2] { before += 1 }
    }
    return (Double(inside) / Double(draws), Double(before) / Double(draws))
  }
}
