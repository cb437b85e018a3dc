internal import Foundation
internal import Statistics

/// Whether sizes lie off the line of a paired regression by more than seeds explain.
///
/// With several seeds the means of the rungs are compared with the line, against the scatter of seeds
/// within rungs: all at once by F, which sees sizes that scatter, and the one that is furthest off,
/// corrected for having been chosen, which sees a bend at one end. With one run a rung nothing says
/// how much seeds scatter; then the rung that is furthest off the line of the others is tested
/// against their scatter.
struct LackOfFit: Sendable {
  /// The p-value; nil where there is nothing to test with.
  let pValue: Double?
  /// What was compared with what.
  let method: PairedTest.LackOfFitMethod?
  /// Rungs whose own factor differs from one with its sign, +1 where the treatment is better; with
  /// one run a rung, the rung that is off the line of the others.
  let rungs: [(rung: Int, sign: Int)]

  /// The share of the significance of a test that is spent on this one: added to the tests of level
  /// and slope it must not raise false alarms above what was asked for.
  static let shareOfSignificance = 0.4

  /// Below this p-value, corrected for the number of sizes, a size is named.
  static let significanceOfOneSize = 0.05

  /// Whether sizes differ by more than seeds explain.
  func isEstablished(_ significance: Double) -> Bool {
    (pValue ?? 1) < Self.shareOfSignificance * significance
  }

  /// - Parameters:
  ///   - units: pairs of trunks.
  ///   - predictors: the local slope, and the same times ln scale.
  ///   - seeds: seeds that do something at all rungs, each once; none where they do not.
  init(_ units: [PairedRegression.Unit], predictors: [[Double]], seeds: [UInt64]) {
    let places = Set(units.map(\.rung)).sorted()
    let y = units.map(\.difference)
    func indicator(_ rung: Int) -> [Double] { units.map { $0.rung == rung ? 1 : 0 } }
    guard places.count >= 3 else {
      (pValue, method, rungs) = (nil, nil, [])
      return
    }
    let freedom = units.count - places.count
    if freedom > 0 {
      // A mean for all rungs but two: with the line that is one for each.
      let more = places.dropFirst().dropLast().map(indicator)
      let shared = seeds.dropFirst().map { seed in units.map { $0.seed == seed ? 1.0 : 0 } }
      let smaller = units.count > places.count + shared.count ? predictors + shared : predictors
      let all = Self.extraTest(y, smaller: smaller, more: more)
      let single = places.compactMap {
        Self.extraTest(y, smaller: smaller, more: [indicator($0)], scatterOf: smaller + more)
      }.min()
      // Two ways to look, the second at one rung of all.
      pValue = [all, single.map { Double(places.count) * $0 }].compactMap { $0 }.min()
        .map { min(2 * $0, 1) }
      method = .rungsAgainstSeeds
      rungs = Self.different(units, places: places)
      return
    }
    var worst: (rung: Int, p: Double)?
    for rung in places {
      guard
        let fit = try? LinearRegression(
          predictors: predictors + [indicator(rung)], response: y, intercept: false),
        fit.standardErrors[2] > 0
      else { continue }
      let t = abs(fit.coefficients[2] / fit.standardErrors[2])
      let p = min(2 * Double(places.count) * fit.errorDistribution.survival(t), 1)
      if p < worst?.p ?? .infinity { worst = (rung, p) }
    }
    pValue = worst?.p
    method = worst == nil ? nil : .oneRungAgainstTheOthers
    rungs = units.filter { $0.rung == worst?.rung }.prefix(1)
      .map { ($0.rung, $0.difference / $0.slope > 0 ? 1 : -1) }
  }

  /// Rungs whose mean differs from zero by the scatter of seeds within rungs, corrected after Holm.
  private static func different(
    _ units: [PairedRegression.Unit], places: [Int]
  ) -> [(rung: Int, sign: Int)] {
    let groups = places.map { rung in units.filter { $0.rung == rung } }
    let means = groups.map { mean($0.map(\.difference)) }
    var squares = 0.0
    for (group, centre) in zip(groups, means) {
      squares += group.reduce(0) { $0 + ($1.difference - centre) * ($1.difference - centre) }
    }
    let freedom = Double(units.count - places.count)
    let student = StudentT(degreesOfFreedom: freedom)
    let ps = zip(groups, means).map { group, centre -> Double in
      let error = (squares / freedom / Double(group.count)).squareRoot()
      guard error > 0 else { return centre == 0 ? 1 : 0 }
      return min(2 * student.survival(abs(centre) / error), 1)
    }
    return zip(places, zip(MultipleTesting.holm(ps), zip(groups, means))).compactMap {
      rung, found in
      guard found.0 < significanceOfOneSize, let slope = found.1.0.first?.slope else { return nil }
      return (rung, found.1.1 / slope > 0 ? 1 : -1)
    }
  }

  /// The F test of more predictors, with noise from the residuals of the largest set, all there are
  /// by default; nil where they cannot be told apart or nothing is left over.
  static func extraTest(
    _ y: [Double], smaller: [[Double]], more: [[Double]], scatterOf largest: [[Double]]? = nil
  ) -> Double? {
    guard !more.isEmpty,
      let first = try? LinearRegression(predictors: smaller, response: y, intercept: false),
      let second = try? LinearRegression(predictors: smaller + more, response: y, intercept: false),
      let noise = largest == nil
        ? second : try? LinearRegression(predictors: largest ?? [], response: y, intercept: false)
    else { return nil }
    let drop = max(first.residualSumOfSquares - second.residualSumOfSquares, 0)
    let size = y.reduce(0) { $0 + $1 * $1 }
    // Differences at the rounding of the numbers are none.
    guard drop > 1e-22 * size else { return 1 }
    guard noise.residualVariance > 1e-24 * size else { return 0 }
    return FisherF(
      numerator: Double(more.count), denominator: Double(noise.residualDegreesOfFreedom)
    ).survival(drop / Double(more.count) / noise.residualVariance)
  }
}
