/// A linear model with crossed random effects, by restricted maximum likelihood.
///
/// `y = Xβ + Σ_k Z_k u_k + e` with independent normal effects `u_k` of variance `σ_k²`, one for
/// each level of a grouping factor, and errors `e` of variance `σ²`. Factors may be crossed or
/// nested. Variances maximise the restricted likelihood (REML) and are zero at least. Standard
/// errors and degrees of freedom are those of Kenward and Roger (1997), exact where the design is
/// balanced and the variances are above zero.
///
/// A factor whose levels the data cannot tell from the error or from the fixed effects has no
/// variance of its own; see ``Component/variance``.
public struct MixedModel: Sendable {
  /// The random effects of one factor.
  public struct Component: Sendable, Hashable {
    /// The number of its levels in the data.
    public let levels: Int
    /// The variance of its effects; nil where the data cannot separate it from the rest.
    public internal(set) var variance: Double?
  }

  /// A linear combination of the fixed effects.
  public struct Contrast: Sendable, Hashable {
    /// The estimate.
    public var value: Double
    /// Its standard error, with the small-sample correction of Kenward and Roger.
    public var standardError: Double
    /// The degrees of freedom of its Student's t.
    public var degreesOfFreedom: Double
  }

  /// The fixed effects, one for each predictor.
  public let coefficients: [Double]
  /// Their covariance with the small-sample correction, rows of rows.
  public let covariance: [[Double]]
  /// The factors in the order in which they were given.
  public let components: [Component]
  /// The variance of an error.
  public let residualVariance: Double
  /// Twice the negative restricted log-likelihood at the estimate, without its constant.
  public let deviance: Double
  /// The covariance without the correction.
  private let plainCovariance: [[Double]]
  /// For each variance above zero, error last: ∂(covariance)/∂(variance).
  private let gradients: [[[Double]]]
  /// The covariance of the variances.
  private let information: [[Double]]
  /// The place of each factor among the variances above zero; nil for those that are zero.
  private let places: [Int?]

  /// Fits a model of one array for each fixed effect, a constant among them where it is wanted, and
  /// for each random factor the level of each row, any whole numbers. Throws `StatisticsError` for
  /// mismatched lengths, numbers that are not finite, no more rows than predictors, or dependent
  /// predictors.
  public init(
    predictors: [[Double]], response: [Double], factors: [[Int]]
  ) throws(StatisticsError) {
    for factor in factors where factor.count != response.count {
      throw .lengthMismatch(what: "factor", found: factor.count, expected: response.count)
    }
    let ordinary = try LinearRegression(
      predictors: predictors, response: response, intercept: false)
    let groups = factors.map(Self.numbered)
    var components = groups.map { Component(levels: ($0.max() ?? -1) + 1, variance: nil) }
    let used = groups.indices.filter {
      components[$0].levels > 1 && components[$0].levels < response.count
        && Self.isSeparable(groups[$0], predictors)
    }
    for index in used { components[index].variance = 0 }
    let size = response.reduce(0) { $0 + $1 * $1 }
    let likelihood = RestrictedLikelihood(
      predictors: predictors, residuals: ordinary.residuals, groups: used.map { groups[$0] })
    // Residuals at the rounding of the response are none: there is nothing to share out.
    let isExact = ordinary.residualSumOfSquares <= 1e-22 * size
    let ratios = isExact ? used.map { _ in 0 } : likelihood.minimised()
    let fit = likelihood.solution(ratios)
    let variance = isExact ? 0 : fit.residualVariance
    for (place, index) in used.enumerated() {
      components[index].variance = ratios[place] * variance
    }
    coefficients = zip(ordinary.coefficients, fit.coefficients).map { $0 + $1 }
    residualVariance = variance
    deviance = fit.deviance
    let positive = used.indices.filter { ratios[$0] > 0 }
    var places = [Int?](repeating: nil, count: groups.count)
    for (place, index) in positive.enumerated() { places[used[index]] = place }
    self.places = places
    self.components = components
    let adjusted = SmallSampleCovariance(
      predictors: predictors, groups: positive.map { groups[used[$0]] },
      variances: positive.map { ratios[$0] * variance }, residual: variance)
    plainCovariance = adjusted.plain
    covariance = adjusted.corrected
    gradients = adjusted.gradients
    information = adjusted.information
  }

  /// A linear combination of the fixed effects. New levels and a new error that belong to what is
  /// estimated come with the square of what multiplies them: their variance is added, and the error
  /// of a level's variance counts in the degrees of freedom.
  public func contrast(
    _ multipliers: [Double], newLevels factors: [(factor: Int, weight: Double)] = [],
    newError: Double = 0
  ) -> Contrast {
    precondition(multipliers.count == coefficients.count, "one multiplier for each coefficient")
    let value = zip(multipliers, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
    var slopes = gradients.map { Self.form($0, multipliers) }
    var variance = Self.form(covariance, multipliers)
    var plain = Self.form(plainCovariance, multipliers)
    for (factor, weight) in factors {
      guard let place = places[factor] else { continue }
      slopes[place] += weight
      variance += weight * (components[factor].variance ?? 0)
      plain += weight * (components[factor].variance ?? 0)
    }
    slopes[slopes.count - 1] += newError
    variance += newError * residualVariance
    plain += newError * residualVariance
    let error = Self.form(information, slopes)
    return Contrast(
      value: value, standardError: max(variance, 0).squareRoot(),
      degreesOfFreedom: error > 0 ? 2 * plain * plain / error : .infinity)
  }

  /// The Wald test that several combinations of the fixed effects are zero together.
  ///
  /// The combinations are rotated to be uncorrelated. If all have the same degrees of freedom these
  /// are the denominator's, and the F test is exact in a balanced table; otherwise the fewest are,
  /// which errs on the side of no difference.
  ///
  /// - Returns: F with both degrees of freedom; nil where the combinations are dependent.
  public func waldTest(
    _ combinations: [[Double]]
  ) -> (statistic: Double, numerator: Double, denominator: Double)? {
    var rotated: [(multipliers: [Double], value: Double)] = []
    // Gram and Schmidt in the metric of the covariance.
    for multipliers in combinations {
      var own = multipliers
      for other in rotated {
        let share = Self.form(covariance, other.multipliers, own)
        for index in own.indices { own[index] -= share * other.multipliers[index] }
      }
      let length = Self.form(covariance, own)
      guard length > 1e-12 * Self.form(covariance, multipliers), length > 0 else { return nil }
      own = own.map { $0 / length.squareRoot() }
      rotated.append((own, zip(own, coefficients).reduce(0) { $0 + $1.0 * $1.1 }))
    }
    guard !rotated.isEmpty else { return nil }
    let freedom = rotated.map { contrast($0.multipliers).degreesOfFreedom }.min() ?? .infinity
    let statistic = rotated.reduce(0) { $0 + $1.value * $1.value } / Double(rotated.count)
    return (statistic, Double(rotated.count), freedom)
  }

  /// The p-value of ``waldTest(_:)``; nil where the combinations are dependent.
  public func pValue(_ combinations: [[Double]]) -> Double? {
    waldTest(combinations).map {
      FisherF(numerator: $0.numerator, denominator: $0.denominator)
        .survival($0.statistic)
    }
  }

  /// Levels as 0, 1, … in the order of their numbers.
  private static func numbered(_ factor: [Int]) -> [Int] {
    var order: [Int: Int] = [:]
    for level in Set(factor).sorted() { order[level] = order.count }
    return factor.map { order[$0] ?? 0 }
  }

  /// Whether the effects of a factor are more than the fixed effects already are.
  private static func isSeparable(_ groups: [Int], _ predictors: [[Double]]) -> Bool {
    (0...(groups.max() ?? 0)).contains { level in
      let indicator = groups.map { $0 == level ? 1.0 : 0 }
      guard
        let fit = try? LinearRegression(
          predictors: predictors, response: indicator, intercept: false)
      else { return false }
      return fit.residualSumOfSquares > 1e-9
    }
  }

  /// aᵀ M b.
  private static func form(_ matrix: [[Double]], _ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { for j in b.indices { sum += a[i] * matrix[i][j] * b[j] } }
    return sum
  }

  private static func form(_ matrix: [[Double]], _ a: [Double]) -> Double { form(matrix, a, a) }
}
