internal import Foundation
internal import Statistics

/// The regression of paired differences of log-loss on ln scale.
///
/// A pair of runs shares data order and the initial values of shared weights, so that their
/// difference y = ln L_treatment − ln L_baseline (at equal scale) varies far less than either.
/// With g = d ln L_baseline / d ln scale a multiplier m of scale makes y = g·ln m, so that
///
///     y = g·(b₀ + b₁·(x − x̄)) + noise,  x = ln scale
///
/// holds b₀ = ln m at x̄ and b₁ = d ln m / d ln scale: linear, so that t and F tests are exact for
/// normal noise of one variance. With g = 1 it is the same of the ratio of the losses. x̄ is the
/// mean weighted by g², which makes the two estimates independent.
struct PairedRegression: Sendable {
  /// One independent pair: a pair of trunks, its branches averaged.
  struct Unit: Sendable {
    /// ln loss of the treatment less that of the baseline at equal scale.
    var difference: Double
    /// ln scale.
    var logScale: Double
    /// The local slope of the baseline.
    var slope: Double
    /// The seed.
    var seed: UInt64
  }

  let units: [Unit]
  /// x̄.
  let centre: Double
  /// ln m if it is the same everywhere, with standard error and degrees of freedom.
  let constant: Coefficient?
  /// ln m at the centre where it may change with scale.
  let level: Coefficient?
  /// d ln m / d ln scale.
  let slope: Coefficient?
  /// The p-values of the hypotheses.
  let pScale: Double?
  let pSeed: Double?
  let isClustered: Bool
  /// The standard deviation of a difference about the regression.
  let scatter: Double?
  /// The standard error of the local slopes as a share of them, which every ln m inherits.
  let relativeSlopeError: Double

  /// A coefficient.
  struct Coefficient: Sendable {
    var value: Double
    var standardError: Double
    var degreesOfFreedom: Double

    /// The two-sided p-value of zero.
    var pValue: Double {
      guard standardError > 0 else { return value == 0 ? 1 : 0 }
      return min(
        2 * StudentT(degreesOfFreedom: degreesOfFreedom).survival(abs(value / standardError)), 1)
    }

    func interval(_ confidence: Double) -> IntervalEstimate {
      let half =
        standardError
        * StudentT(degreesOfFreedom: degreesOfFreedom).inverseSurvival((1 - confidence) / 2)
      return IntervalEstimate(value, low: value - half, high: value + half)
    }

    /// The probability that it is positive.
    var probabilityPositive: Double {
      guard standardError > 0 else { return value > 0 ? 1 : value < 0 ? 0 : 0.5 }
      return StudentT(degreesOfFreedom: degreesOfFreedom).cdf(value / standardError)
    }
  }

  /// Below this p-value of a common effect of seeds over rungs, seeds count as clusters.
  static let seedThreshold = 0.1

  /// Fits the regression; with fewer than three units nothing can be tested.
  init(_ units: [Unit], relativeSlopeError: Double = 0) {
    self.units = units
    self.relativeSlopeError = relativeSlopeError
    let weight = units.reduce(0) { $0 + $1.slope * $1.slope }
    let centre =
      units.isEmpty
      ? 0 : units.reduce(0) { $0 + $1.slope * $1.slope * $1.logScale } / weight
    self.centre = centre
    let y = units.map(\.difference)
    let flat = units.map(\.slope)
    let tilted = units.map { $0.slope * ($0.logScale - centre) }
    let one =
      units.count >= 3
      ? try? LinearRegression(predictors: [flat], response: y, intercept: false) : nil
    let two =
      units.count >= 3
      ? try? LinearRegression(predictors: [flat, tilted], response: y, intercept: false) : nil
    let seeds = Set(units.map(\.seed)).sorted()
    let pSeed = two.flatMap { Self.seedTest($0, seeds: seeds, units, flat, tilted) }
    self.pSeed = pSeed
    let clustered = (pSeed ?? 1) < Self.seedThreshold
    isClustered = clustered
    scatter = two.map { $0.residualVariance.squareRoot() }
    func coefficient(_ fit: LinearRegression, _ index: Int) -> Coefficient {
      Coefficient(
        value: fit.coefficients[index], standardError: fit.standardErrors[index],
        degreesOfFreedom: Double(fit.residualDegreesOfFreedom))
    }
    guard clustered, let two else {
      constant = one.map { coefficient($0, 0) }
      level = two.map { coefficient($0, 0) }
      slope = two.map { coefficient($0, 1) }
      if let one, let two {
        // F of both coefficients at once; the sum of squares without any is that of y itself.
        let total = y.reduce(0) { $0 + $1 * $1 }
        let freedom = Double(two.residualDegreesOfFreedom)
        let explained = max(total - two.residualSumOfSquares, 0) / 2
        let statistic = explained / max(two.residualSumOfSquares / freedom, 1e-300)
        pScale =
          one.residualDegreesOfFreedom > 0
          ? FisherF(numerator: 2, denominator: freedom).survival(statistic) : nil
      } else {
        pScale = nil
      }
      return
    }
    let mean = Self.overSeeds(seeds, units)
    constant = mean
    level = mean
    let within = Self.slopeWithinSeeds(seeds, units, tilted)
    slope = within ?? coefficient(two, 1)
    pScale = min(1, 2 * min(mean.pValue, slope?.pValue ?? 1))
  }

  /// F test of one more intercept for each seed but the first.
  private static func seedTest(
    _ fit: LinearRegression, seeds: [UInt64], _ units: [Unit], _ flat: [Double],
    _ tilted: [Double]
  ) -> Double? {
    guard seeds.count > 1, units.count - 1 - seeds.count >= 2 else { return nil }
    let indicators = seeds.dropFirst().map { seed in units.map { $0.seed == seed ? 1.0 : 0 } }
    guard
      let larger = try? LinearRegression(
        predictors: [flat, tilted] + indicators, response: units.map(\.difference),
        intercept: false)
    else { return nil }
    let extra = Double(seeds.count - 1)
    let drop = max(fit.residualSumOfSquares - larger.residualSumOfSquares, 0) / extra
    guard larger.residualVariance > 0 else { return nil }
    return FisherF(numerator: extra, denominator: Double(larger.residualDegreesOfFreedom))
      .survival(drop / larger.residualVariance)
  }

  /// The mean over seeds of each seed's own ln m.
  private static func overSeeds(_ seeds: [UInt64], _ units: [Unit]) -> Coefficient {
    let values = seeds.map { seed -> Double in
      let own = units.filter { $0.seed == seed }
      let weight = own.reduce(0) { $0 + $1.slope * $1.slope }
      return own.reduce(0) { $0 + $1.slope * $1.difference } / weight
    }
    return Coefficient(
      value: mean(values),
      standardError: standardDeviation(values) / Double(values.count).squareRoot(),
      degreesOfFreedom: Double(values.count - 1))
  }

  /// The slope with an intercept for each seed.
  private static func slopeWithinSeeds(
    _ seeds: [UInt64], _ units: [Unit], _ tilted: [Double]
  ) -> Coefficient? {
    let indicators = seeds.map { seed in units.map { $0.seed == seed ? 1.0 : 0 } }
    guard
      let fit = try? LinearRegression(
        predictors: [tilted] + indicators, response: units.map(\.difference), intercept: false)
    else { return nil }
    return Coefficient(
      value: fit.coefficients[0], standardError: fit.standardErrors[0],
      degreesOfFreedom: Double(fit.residualDegreesOfFreedom))
  }

  /// ln m at a ln scale where it may change with scale, the error of the local slopes included.
  func logMultiplier(at logScale: Double) -> Coefficient? {
    guard let level, let slope else { return nil }
    let away = logScale - centre
    let value = level.value + slope.value * away
    let share = value * relativeSlopeError
    let variances = [
      level.standardError * level.standardError,
      slope.standardError * slope.standardError * away * away, share * share,
    ]
    return Coefficient(
      value: value, standardError: variances.reduce(0, +).squareRoot(),
      degreesOfFreedom: min(level.degreesOfFreedom, slope.degreesOfFreedom))
  }

  /// ln m if it is the same everywhere, the error of the local slopes included.
  var constantLogMultiplier: Coefficient? {
    constant.map { constant in
      let share = constant.value * relativeSlopeError
      return Coefficient(
        value: constant.value,
        standardError: (constant.standardError * constant.standardError + share * share)
          .squareRoot(),
        degreesOfFreedom: constant.degreesOfFreedom)
    }
  }

  /// The p-value of no difference: the tests against both alternatives, corrected for being two.
  var pNoDifference: Double? {
    guard let constant else { return nil }
    return MultipleTesting.holm([constant.pValue, pScale ?? .nan]).filter { !$0.isNaN }.min()
  }

  /// The smallest hypothesis that is not rejected.
  func accepted(significance: Double) -> PairedTest.Hypothesis? {
    guard let pNoDifference, let constant else { return nil }
    if pNoDifference >= significance { return .noDifference }
    guard let slope else { return .constant }
    // Where only both together differ from nothing, the stronger of the two is what differs.
    if slope.pValue < significance || slope.pValue < constant.pValue { return .changesWithScale }
    return .constant
  }
}
