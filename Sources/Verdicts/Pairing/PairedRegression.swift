internal import Foundation
internal import Quantities
internal import Statistics

/// The regression of paired differences of log-loss on ln scale, with effects of rungs and seeds.
///
/// A pair of runs shares data order and the initial values of shared weights, so that their
/// difference y = ln L_treatment − ln L_baseline (at equal scale) varies far less than either.
/// With g = d ln L_baseline / d ln scale a multiplier m of scale makes y = g·ln m, so that
///
///     y_ij = g_ij·(b₀ + b₁·(x_ij − x̄)) + u_i + v_j + e_ij,  x = ln scale
///
/// holds b₀ = ln m at x̄ and b₁ = d ln m / d ln scale. A method is often a little better or worse at
/// one size for reasons of that size alone: u_i is what a rung has of its own, v_j what a seed does
/// at all rungs, e_ij the rest. Both are random, their variances by restricted likelihood, and tests
/// and intervals are those of ``MixedModel``: in a balanced table those of the rungs' means. With one
/// run a rung the rung's own effect and the rest are one, which least squares on the rungs is right
/// for. With g = 1 it is the same of the ratio of the losses. x̄ is where the estimates of level and
/// slope are independent.
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
    /// The place in the ladder.
    var rung: Int
    /// What the baseline was moved by to reach equal scale, in units of the factor: an error of the
    /// slope is an error of so much of it.
    var shift = 0.0
  }

  /// What the baseline's slope has to do with the factor.
  enum Quantity: Sendable {
    /// The factor is a difference of log-loss over the slope, and inherits its error.
    case multiplier
    /// The factor is the difference itself.
    case lossRatio
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
  /// Whether sizes differ from the line by more than seeds explain.
  let lackOfFit: LackOfFit
  /// How the variance of a difference about the regression is shared out.
  let variances: Variances?
  /// Rungs and seeds, and how standard errors came about.
  let design: Design
  /// The standard error of the local slopes as a share of them, which every ln m inherits.
  let relativeSlopeError: Double
  private let quantity: Quantity
  private let line: MixedModel?
  private let lineCentre: Double
  private let shifts: (mean: Double, level: Double, slope: Double)

  /// A coefficient.
  struct Coefficient: Sendable {
    var value: Double
    var standardError: Double
    var degreesOfFreedom: Double

    private var student: StudentT {
      StudentT(degreesOfFreedom: degreesOfFreedom)
    }

    /// The two-sided p-value of zero.
    var pValue: Double {
      guard standardError > 0 else { return value == 0 ? 1 : 0 }
      return min(2 * student.survival(abs(value / standardError)), 1)
    }

    func interval(_ confidence: Double) -> IntervalEstimate {
      let half = standardError * student.inverseSurvival((1 - confidence) / 2)
      return IntervalEstimate(value, low: value - half, high: value + half)
    }

    /// The probability that it is positive.
    var probabilityPositive: Double {
      guard standardError > 0 else { return value > 0 ? 1 : value < 0 ? 0 : 0.5 }
      return student.cdf(value / standardError)
    }

    /// The same with an independent error of known size beside its own.
    func adding(_ error: Double) -> Coefficient {
      guard error != 0 else { return self }
      let own = standardError * standardError
      let all = own + error * error
      return Coefficient(
        value: value, standardError: all.squareRoot(),
        degreesOfFreedom: own > 0 ? degreesOfFreedom * (all / own) * (all / own) : .infinity)
    }
  }

  /// The variance of a difference of log-loss about the regression.
  struct Variances: Sendable {
    /// What a rung has of its own; nil where it cannot be told from the rest.
    var rung: Double?
    /// What a seed does at all rungs; nil where it cannot be told from the rest.
    var seed: Double?
    /// The rest.
    var residual: Double

    var total: Double { (rung ?? 0) + (seed ?? 0) + residual }
    /// What a new size has of its own: with one run a rung, all of the scatter.
    var ofNewRung: Double { rung ?? residual }
  }

  /// What a regression was made of.
  struct Design: Sendable {
    var rungs: Int
    var seeds: Int
    /// Whether every rung has the same seeds.
    var isBalanced: Bool
  }

  /// Below this p-value of a common effect of seeds over rungs it is told.
  static let seedThreshold = 0.1
  /// With fewer rungs the degrees of freedom are at most those of the rungs' means: whether rungs
  /// scatter is then hardly known.
  static let fewRungs = 4

  /// Fits the regression; with fewer than three units nothing can be tested, and with fewer than
  /// three rungs no slope.
  init(
    _ units: [Unit], relativeSlopeError: Double = 0, quantity: Quantity = .multiplier
  ) {
    self.units = units
    self.relativeSlopeError = relativeSlopeError
    self.quantity = quantity
    let weight = units.reduce(0) { $0 + $1.slope * $1.slope }
    func weighted(_ value: (Unit) -> Double) -> Double {
      units.isEmpty ? 0 : units.reduce(0) { $0 + $1.slope * $1.slope * value($1) } / weight
    }
    let middle = weighted(\.logScale)
    let y = units.map(\.difference)
    let flat = units.map(\.slope)
    let tilted = units.map { $0.slope * ($0.logScale - middle) }
    let seeds = Set(units.map(\.seed)).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(seeds, seeds.indices))
    let factors = [units.map(\.rung), units.map { places[$0.seed] ?? 0 }]
    let rungs = Set(factors[0]).count
    let counts = Dictionary(grouping: units, by: \.rung).values.map { Set($0.map(\.seed)) }
    design = Design(
      rungs: rungs, seeds: seeds.count, isBalanced: counts.allSatisfy { $0.count == seeds.count })
    let one =
      units.count >= 3
      ? try? MixedModel(predictors: [flat], response: y, factors: factors) : nil
    let two =
      units.count >= 3 && rungs >= 3
      ? try? MixedModel(predictors: [flat, tilted], response: y, factors: factors) : nil
    line = two
    lineCentre = middle
    variances = (two ?? one).map {
      Variances(
        rung: $0.components[0].variance, seed: $0.components[1].variance,
        residual: $0.residualVariance)
    }
    lackOfFit = LackOfFit(
      units, predictors: [flat, tilted], seeds: (variances?.seed ?? 0) > 0 ? seeds : [])
    pSeed = Self.seedTest(units, predictors: [flat, tilted], seeds: seeds)
    // What an error of the baseline's slope does to both coefficients.
    let spread = weighted { ($0.logScale - middle) * ($0.logScale - middle) }
    let mean = weighted(\.shift)
    let tilt = spread > 1e-12 ? weighted { $0.shift * ($0.logScale - middle) } / spread : 0
    shifts = (mean, mean, tilt)
    func coefficient(
      _ model: MixedModel, _ multipliers: [Double], shift: Double
    ) -> Coefficient {
      var found = Coefficient(
        model.contrast(multipliers), atMost: Self.freedom(rungs, multipliers.count))
      found = found.adding(shift * relativeSlopeError)
      return found
    }
    constant = one.map { coefficient($0, [1], shift: mean) }
    guard let two else {
      (centre, level, slope, pScale) = (middle, nil, nil, nil)
      return
    }
    let c = two.covariance
    let away = c[1][1] > 0 ? -c[0][1] / c[1][1] : 0
    centre = middle + away
    level = coefficient(two, [1, away], shift: mean + tilt * away)
    slope = coefficient(two, [0, 1], shift: tilt)
    pScale = Self.jointTest(
      two, error: [mean * relativeSlopeError, tilt * relativeSlopeError],
      atMost: Self.freedom(rungs, 2))
  }

  /// The most degrees of freedom of a test of so many coefficients where there are few rungs.
  private static func freedom(_ rungs: Int, _ coefficients: Int) -> Double {
    rungs > 1 && rungs < fewRungs ? Double(max(rungs - coefficients, 1)) : .infinity
  }

  /// The F test of both coefficients at once, with an error of the slopes beside their own.
  private static func jointTest(
    _ model: MixedModel, error: [Double], atMost: Double
  ) -> Double? {
    guard let test = model.waldTest([[1, 0], [0, 1]]) else {
      return model.coefficients.allSatisfy { $0 == 0 } ? 1 : model.residualVariance > 0 ? nil : 0
    }
    var c = model.covariance
    for i in 0..<2 { for j in 0..<2 { c[i][j] += error[i] * error[j] } }
    let b = model.coefficients
    let determinant = c[0][0] * c[1][1] - c[0][1] * c[1][0]
    guard determinant > 0 else { return nil }
    let form =
      (b[0] * b[0] * c[1][1] - 2 * b[0] * b[1] * c[0][1] + b[1] * b[1] * c[0][0]) / determinant
    return FisherF(numerator: 2, denominator: min(test.denominator, atMost))
      .survival(form / 2)
  }

  /// F test of one more intercept for each seed but the first, beside one for each rung.
  private static func seedTest(
    _ units: [Unit], predictors: [[Double]], seeds: [UInt64]
  ) -> Double? {
    let rungs = Set(units.map(\.rung)).sorted()
    guard seeds.count > 1, units.count >= rungs.count + seeds.count + 1 else { return nil }
    let y = units.map(\.difference)
    let base = rungs.map { rung in units.map { $0.rung == rung ? 1.0 : 0 } }
    let extra = seeds.dropFirst().map { seed in units.map { $0.seed == seed ? 1.0 : 0 } }
    return LackOfFit.extraTest(y, smaller: base, more: extra)
  }

  /// ln m at a ln scale where it may change with scale, the error of the local slopes included. The
  /// baseline's slope there is for one new size with what that will have of its own; nil for the
  /// line alone.
  func logMultiplier(at logScale: Double, newRungSlope: Double? = nil) -> Coefficient? {
    guard let line, let variances else { return nil }
    let away = logScale - lineCentre
    let weight = newRungSlope.map { 1 / ($0 * $0) } ?? 0
    let contrast =
      variances.rung == nil
      ? line.contrast([1, away], newError: weight)
      : line.contrast([1, away], newLevels: weight > 0 ? [(factor: 0, weight: weight)] : [])
    let found = Coefficient(contrast, atMost: Self.freedom(design.rungs, 2))
    let moved = shifts.level + shifts.slope * away
    return found.adding(inherited(found.value, moved))
  }

  /// ln m if it is the same everywhere, the error of the local slopes included.
  var constantLogMultiplier: Coefficient? {
    guard let constant else { return nil }
    // The error of what the baseline was moved by is in the coefficient already.
    let all = inherited(constant.value, shifts.mean)
    let known = shifts.mean * relativeSlopeError
    return constant.adding(max(all * all - known * known, 0).squareRoot())
  }

  /// The standard error that a factor inherits from the baseline's slope.
  private func inherited(_ value: Double, _ shift: Double) -> Double {
    relativeSlopeError * (quantity == .multiplier ? value + shift : shift)
  }

  /// The standard deviation of a difference about the regression.
  var scatter: Double? { variances.map { $0.total.squareRoot() } }

  /// The noise of one pair at a given rung with its degrees of freedom: the rung's own effect belongs
  /// to what is measured there, where it can be told from the rest.
  var pairNoise: (scatter: Double, degreesOfFreedom: Double)? {
    guard let variances, units.count > 2 else { return nil }
    let within = (variances.seed ?? 0) + variances.residual
    let freedom = variances.rung == nil ? units.count - 2 : units.count - design.rungs
    return (within.squareRoot(), Double(max(freedom, 1)))
  }

  /// Whether what a seed does to a pair is shared by the rungs.
  var isClustered: Bool { (pSeed ?? 1) < Self.seedThreshold && (variances?.seed ?? 0) > 0 }

  /// How standard errors and degrees of freedom came about.
  var method: PairedTest.Method? {
    guard let variances else { return nil }
    if variances.rung == nil && variances.seed == nil { return .leastSquares }
    return design.isBalanced && (variances.rung ?? 0) > 0 && (variances.seed ?? 0) == 0
      ? .rungMeans : .restrictedLikelihood
  }

  /// The p-value of no difference: the tests against both alternatives, corrected for being two.
  var pNoDifference: Double? {
    guard let constant else { return nil }
    return MultipleTesting.holm([constant.pValue, pScale ?? .nan]).filter { !$0.isNaN }.min()
  }

  /// The smallest hypothesis that is not rejected.
  func accepted(significance: Double) -> PairedTest.Hypothesis? {
    guard let pNoDifference, let constant else { return nil }
    if pNoDifference >= significance {
      return lackOfFit.isEstablished(significance) ? .differsBySize : .noDifference
    }
    guard let slope else { return .constant }
    // Where only both together differ from nothing, the stronger of the two is what differs.
    if slope.pValue < significance || slope.pValue < constant.pValue { return .changesWithScale }
    return .constant
  }
}

extension PairedRegression.Coefficient {
  init(_ contrast: MixedModel.Contrast, atMost freedom: Double) {
    self.init(
      value: contrast.value, standardError: contrast.standardError,
      degreesOfFreedom: min(contrast.degreesOfFreedom, freedom))
  }
}
