internal import Foundation
internal import Quantities
internal import ScalingLaws
internal import Statistics

extension ArmLaw {
  /// The laws of a study: those of its settings, else those that fit its shape.
  ///
  /// - Throws: `FitError` for an unknown name.
  private static func laws(_ settings: VerdictSettings, branches: Int) throws(FitError) -> [any Law]
  {
    var result: [any Law] = []
    for name in settings.laws { result.append(try LawCatalog.law(named: name)) }
    if !result.isEmpty { return result }
    return branches > 1 ? [Chinchilla()] : [PowerConstant(x: "C"), PowerConstant(x: "N")]
  }

  /// The laws of a study fitted to the finished runs of an arm.
  static func fits(
    to rows: [StudyRow], arm: String, branches: Int, settings: VerdictSettings,
    refusesForecast: Bool, target: [AxisVerdict.Axis: Double]
  ) -> [ArmLaw] {
    ((try? laws(settings, branches: branches)) ?? []).map {
      ArmLaw(
        $0, to: rows, arm: arm, settings: settings, refusesForecast: refusesForecast,
        target: target)
    }
  }

  /// Fits a law of C, exact training FLOPs, N, active parameters, and D, tokens, to the finished runs
  /// of an arm.
  init(
    _ law: any Law, to rows: [StudyRow], arm: String, settings: VerdictSettings,
    refusesForecast: Bool, target: [AxisVerdict.Axis: Double]
  ) {
    self.arm = arm
    self.law = law.name
    formula = law.card.formula
    columns = law.card.columns.map(\.name)
    parameters = [:]
    self.rows = rows.count
    independentRows = Set(rows.map(\.trunkKey)).count
    warnings = []
    let table = BaselineCurve.observations(rows, axis: .activeParameters)
    let options = FitOptions(
      interval: settings.refits > 0 ? .automatic : .none, level: settings.level,
      resamples: settings.refits, seed: settings.seed, threads: settings.threads)
    do throws(FitError) {
      let fit = try ScalingLaws.fit(law, to: table, options: options)
      for parameter in law.parameters {
        guard let value = fit.interval(of: parameter.name) else { continue }
        parameters[parameter.name] = IntervalEstimate(value)
      }
      scatter = fit.residualScatter.isFinite ? fit.residualScatter : nil
      warnings = fit.warnings
      curve = LawCurve(fit, to: rows, target: target)
      heldOutError = Self.heldOutError(law, rows: rows, table: table)
      if !refusesForecast, let place = Self.place(of: settings.target, rows: rows),
        let forecast = try? fit.forecast(at: place, seed: settings.seed)
      {
        self.forecast = IntervalEstimate(forecast.law)
      }
    } catch {
      failure = error.description
    }
  }

  /// The mean relative error on the largest rung of the law fitted to the others.
  private static func heldOutError(
    _ law: any Law, rows: [StudyRow], table: Observations
  ) -> Double? {
    guard let largest = rows.map(\.rung).max() else { return nil }
    let rest = rows.indices.filter { rows[$0].rung != largest }
    guard Set(rest.map { rows[$0].rung }).count >= 3,
      let fit = try? ScalingLaws.fit(
        law, to: table.selecting(rest),
        options: FitOptions(interval: .none, minimisedStarts: 64, polished: 4))
    else { return nil }
    let errors = rows.indices.filter { rows[$0].rung == largest }.compactMap { index -> Double? in
      let columns = table.columns.mapValues { $0[index] }
      guard let predicted = try? fit.prediction(at: columns) else { return nil }
      return abs(predicted / table.response[index] - 1)
    }
    return errors.isEmpty || !errors.allSatisfy(\.isFinite) ? nil : mean(errors)
  }

  /// Where the target lies in the columns of laws: the largest run, grown as the ladder grows.
  private static func place(
    of target: VerdictSettings.Target?, rows: [StudyRow]
  ) -> [String: Double]? {
    guard let top = rows.max(by: { $0.compute < $1.compute }),
      let bottom = rows.filter({ $0.branch == top.branch }).min(by: { $0.compute < $1.compute }),
      top.activeCount > bottom.activeCount, top.compute > bottom.compute
    else { return nil }
    let span = log(top.compute / bottom.compute)
    let sizes = log(top.activeCount / bottom.activeCount) / span
    let tokens = log(Double(top.tokens) / Double(bottom.tokens)) / span
    let growth =
      switch target {
      case .trainingOperations(let value): log(value / top.compute)
      case .activeParameters(let value): log(value / top.activeCount) / sizes
      case .none: log(10.0)
      }
    return [
      "C": top.compute * exp(growth), "N": top.activeCount * exp(sizes * growth),
      "D": Double(top.tokens) * exp(tokens * growth),
    ]
  }
}
