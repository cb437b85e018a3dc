internal import Cards
internal import Foundation
internal import ScalingLaws
internal import Statistics

/// The laws of both arms, fitted apart and jointly along one axis.
struct JointLaws {
  let comparison: Comparison
  let law: any Law

  /// Compares the arms by a law.
  ///
  /// - Throws: `FitError` where the law cannot be fitted.
  init(
    _ runs: ComparedRuns, along axis: AxisBuilder, settings: VerdictSettings
  ) throws(FitError) {
    let first = runs.pairs.map(\.baseline)
    let second = runs.pairs.map(\.treatment)
    var places: [ComparedRuns.Place: Double] = [:]
    for row in first {
      places[ComparedRuns.Place(rung: row.rung, branch: row.branch, seed: row.seed)] =
        Double(places.count)
    }
    let column = axis.axis == .trainingCompute ? "C" : "N"
    let branches = runs.branches.count
    var options = ComparisonOptions(
      fit: FitOptions(
        objective: .squaredLog, interval: settings.refits > 0 ? .automatic : .none,
        level: settings.level, resamples: settings.refits, seed: settings.seed,
        threads: settings.threads, minimisedStarts: 64, polished: 8),
      target: axis.target.value, refits: settings.refits, significance: settings.significance,
      validates: false)
    options.pairColumn = "place"
    let tables = [first, second].map {
      BaselineCurve.observations($0, axis: axis.axis, places: places)
    }
    law = try Self.law(settings, column: column, branches: branches)
    if law.card.columns.count > 1 {
      if column == "C" {
        let ratios = (first + second).map { Double($0.tokens) / $0.chargedCount }
        let middle = exp(mean(ratios.map { log($0) }))
        options.path =
          (ratios.max() ?? 1) / (ratios.min() ?? 1) < 30
          ? .tokensPerParameter(middle) : .computeOptimal
      } else {
        options.path = .column("N")
        options.columns["D"] = exp(mean((first + second).map { log(Double($0.tokens)) }))
      }
    }
    comparison = try ScalingLaws.compare(
      baseline: tables[0], treatment: tables[1], law: law, options: options)
  }

  /// The first law of the settings that reads the axis, else the one that fits the study's shape.
  private static func law(
    _ settings: VerdictSettings, column: String, branches: Int
  ) throws(FitError) -> any Law {
    for name in settings.laws {
      var law = try LawCatalog.law(named: name)
      if law.settings.contains(where: { $0.name == "x" }) {
        law = try law.setting("x", to: column)
      }
      let names = Set(law.card.columns.map(\.name))
      if names == [column] || names == ["N", "D"] { return law }
    }
    return branches > 1 ? Chinchilla() : PowerConstant(x: column)
  }
}
