internal import Foundation
internal import Quantities
internal import Statistics

extension PairedTest {
  /// What a regression says.
  init(
    _ regression: PairedRegression, _ quantity: Quantity,
    length: PairedRegression.Coefficient?, sizes: [Int: String], settings: VerdictSettings
  ) {
    self.quantity = quantity
    pairs = regression.units.count
    pConstant = regression.constant?.pValue
    pScale = regression.pScale
    pSlope = regression.slope?.pValue
    pNoDifference = regression.pNoDifference
    clusteredBySeed = regression.isClustered
    pSeed = regression.pSeed
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    degreesOfFreedom = finite(regression.constant?.degreesOfFreedom)
    slopeDegreesOfFreedom = finite(regression.slope?.degreesOfFreedom)
    method = regression.method
    scatter = regression.scatter
    let variances = regression.variances
    func share(_ part: Double?) -> Double? {
      guard let part, let total = variances?.total, total > 0 else { return nil }
      return part / total
    }
    shareOfSize = share(variances?.rung)
    shareOfSeed = share(variances?.seed)
    let fit = regression.lackOfFit
    pLackOfFit = fit.pValue
    lackOfFitMethod = fit.method
    sizesDiffer = fit.isEstablished(settings.significance)
    deviations =
      sizesDiffer
      ? fit.rungs.map {
        Deviation(rung: $0.rung, size: sizes[$0.rung] ?? "", isBetter: $0.sign > 0)
      } : []
    moreRuns = MoreRuns(regression, level: settings.level)
    accepted = regression.accepted(significance: settings.significance)
    logFactor = regression.constant?.interval(settings.level) ?? IntervalEstimate(.nan)
    slope = regression.slope?.interval(settings.level) ?? IntervalEstimate(.nan)
    slopeWithLength = length?.interval(settings.level)
    pLength = length?.pValue
  }
}

extension PairedTest.MoreRuns {
  /// The interval of a slope from `r` rungs with `s` seeds each is as wide as
  /// `t(r − 2)·√((σ_rung² + σ²/s)/S)`, where S is the sum of squares of ln scale about its mean;
  /// where rungs have nothing of their own, all runs count in the degrees of freedom.
  init?(_ regression: PairedRegression, level: Double) {
    let design = regression.design
    guard regression.slope != nil, let variances = regression.variances, variances.total > 0,
      design.rungs >= 3
    else { return nil }
    let groups = Dictionary(grouping: regression.units, by: \.rung)
    let x = groups.values.map { mean($0.map(\.logScale)) }.sorted()
    let centre = mean(x)
    let squares = x.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    let span = (x.last ?? 0) - (x.first ?? 0)
    guard squares > 0, span > 0 else { return nil }
    let seeds = Double(regression.units.count) / Double(design.rungs)
    func width(rungs: Double, seeds: Double, squares: Double) -> Double {
      // With one run a rung the residual is the rung's own.
      let own = variances.rung ?? 0
      let variance = own + variances.residual / seeds
      let freedom = variances.rung == 0 ? rungs * seeds - 2 : rungs - 2
      return StudentT(degreesOfFreedom: max(freedom, 1)).inverseSurvival((1 - level) / 2)
        * (variance / squares).squareRoot()
    }
    let rungs = Double(design.rungs)
    let now = width(rungs: rungs, seeds: seeds, squares: squares)
    sizes = design.rungs < 8 ? 8 : design.rungs + 4
    let more = Double(sizes)
    let spread = span * span * more * (more + 1) / (12 * (more - 1))
    widthWithSizes = width(rungs: more, seeds: seeds, squares: spread) / now
    widthWithTwiceTheSeeds =
      variances.rung == nil
      ? nil : width(rungs: rungs, seeds: 2 * seeds, squares: squares) / now
  }
}

extension PairedTest.MoreRuns {
  /// What more runs than those of so many sizes would buy, in a sentence.
  func sentence(from rungs: Int) -> String {
    func factor(_ value: Double) -> String { "\(NumberFormat.decimals(value, places: 2)) times" }
    let seeds =
      widthWithTwiceTheSeeds.map { "with twice the seeds \(factor($0)) as wide" }
      ?? "what more seeds would buy one seed does not tell"
    return
      "With \(sizes) sizes between the same ends instead of \(rungs) the interval of the trend with scale would be \(factor(widthWithSizes)) as wide; \(seeds)."
  }
}
