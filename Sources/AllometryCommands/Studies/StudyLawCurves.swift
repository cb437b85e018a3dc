internal import Foundation
internal import Quantities
internal import Reports
internal import ScalingLaws
internal import Studies
internal import Treatments
internal import Verdicts

/// Draws the laws of a verdict, with bands.
///
/// A verdict keeps the parameters of a law and not its refits. With the same options and seed the
/// same fit comes out again; where it does not, the law is drawn without a band.
struct StudyLawCurves {
  /// A law along a scale.
  struct Curve {
    var scale: StudyReading.Scale
    var points: [StudyReading.CurvePoint]
  }

  let rows: [StudyRow]
  let verdict: StudyVerdict

  /// The number of places of a curve.
  static let count = 41

  /// The law from the smallest run to the target; nil where it cannot be drawn.
  func curve(of law: ArmLaw) -> Curve? {
    guard law.failure == nil, let form = form(of: law), let path = path(for: law) else {
      return nil
    }
    let estimate = form.parameters.compactMap { law.parameters[$0.name]?.value }
    guard estimate.count == form.parameters.count else { return nil }
    let fitted = refit(form, arm: law.arm)
    let isSame =
      fitted.map { fit in
        zip(fit.estimate, estimate).allSatisfy { abs($0 - $1) <= 1e-6 * max(abs($0), abs($1)) }
      } ?? false
    let points = path.places.compactMap { place -> StudyReading.CurvePoint? in
      let columns = form.card.columns.compactMap { place.columns[$0.name] }
      guard columns.count == form.card.columns.count else { return nil }
      var estimated = Estimated(value: form.prediction(estimate, at: columns))
      if isSame, let fitted { estimated = fitted.derived { form.prediction($0, at: columns) } }
      return StudyReading.CurvePoint(
        scale: place.scale,
        estimate: .init(estimated.value, low: estimated.low, high: estimated.high))
    }
    return points.isEmpty ? nil : Curve(scale: path.scale, points: points)
  }

  /// The law by its name and column.
  private func form(of law: ArmLaw) -> (any Law)? {
    switch law.law {
    case "power-constant" where law.columns.count == 1: PowerConstant(x: law.columns[0])
    case "power" where law.columns.count == 1: PowerLaw(x: law.columns[0])
    default: try? LawCatalog.law(named: law.law)
    }
  }

  private func finished(_ arm: String) -> [StudyRow] {
    rows.filter { $0.arm == arm && $0.purpose == .comparison && $0.loss != nil }
  }

  /// The fit of the verdict with its refits.
  private func refit(_ form: any Law, arm: String) -> Fit? {
    let settings = verdict.settings
    guard settings.refits > 0 else { return nil }
    var places: Set<[String]> = []
    let rows = finished(arm).filter {
      places.insert(["\($0.rung)", "\($0.branch)", "\($0.seed)"]).inserted
    }.sorted { ($0.rung, $0.branch, $0.seed) < ($1.rung, $1.branch, $1.seed) }
    var trunks: [String: Int] = [:]
    let clusters = rows.map { row -> Int in
      let key = "\(row.rung)/\(row.seed)"
      let next = trunks.count
      trunks[key] = trunks[key] ?? next
      return trunks[key] ?? next
    }
    let table = Observations(
      columns: [
        "C": rows.map(\.compute), "N": rows.map { Double($0.costs.activeParameters) },
        "D": rows.map { Double($0.tokens) }, "seed": rows.map { Double($0.seed) },
      ], response: rows.map { $0.loss ?? .nan }, clusters: clusters)
    return try? fit(
      form, to: table,
      options: FitOptions(
        interval: .automatic, level: settings.level, resamples: settings.refits,
        seed: settings.seed, threads: settings.threads))
  }

  /// Where a law is drawn: along its column, or for laws of size and tokens along training FLOPs as
  /// the ladder grows.
  private func path(
    for law: ArmLaw
  ) -> (scale: StudyReading.Scale, places: [(scale: Double, columns: [String: Double])])? {
    guard !law.columns.isEmpty, Set(law.columns).isSubset(of: ["C", "N", "D"]) else { return nil }
    let rows = finished(law.arm)
    guard let top = rows.max(by: { $0.compute < $1.compute }),
      let bottom = rows.filter({ $0.branch == top.branch }).min(by: { $0.compute < $1.compute }),
      top.compute > bottom.compute
    else { return nil }
    let isSizeAlone = law.columns == ["N"]
    let scale: StudyReading.Scale = isSizeAlone ? .activeParameters : .trainingCompute
    let own: (StudyRow) -> Double = {
      isSizeAlone ? Double($0.costs.activeParameters) : $0.compute
    }
    let axes = verdict.arms.compactMap { isSizeAlone ? $0.atEqualParameters : $0.atEqualCompute }
    let low = rows.map(own).min() ?? own(bottom)
    let high = max(axes.map(\.target).max() ?? 0, own(top))
    guard low > 0, high > low, own(top) > own(bottom) else { return nil }
    let span = log(own(top) / own(bottom))
    func exponent(_ value: (StudyRow) -> Double) -> Double {
      log(value(top) / value(bottom)) / span
    }
    let sizes = exponent { Double($0.costs.activeParameters) }
    let tokens = exponent { Double($0.tokens) }
    let compute = exponent { $0.compute }
    let places = (0..<Self.count).map { index in
      let place = low * pow(high / low, Double(index) / Double(Self.count - 1))
      let growth = log(place / own(top))
      return (
        scale: place,
        columns: [
          "C": top.compute * exp(compute * growth),
          "N": Double(top.costs.activeParameters) * exp(sizes * growth),
          "D": Double(top.tokens) * exp(tokens * growth),
        ]
      )
    }
    return (scale, places)
  }
}
