internal import Cards
import Foundation
internal import Quantities
internal import ScalingLaws
internal import Statistics

/// A fit read once for all sections of its report.
struct FitReading {
  /// How the rows are best shown.
  enum Shape {
    /// A law of N and D, which can divide compute between them.
    case tradeoff
    /// A law of one column.
    case single
    /// Loss along training, several rows a run.
    case curve
    /// Anything else.
    case several
  }

  let part: FittedTable
  /// The fit and its alternatives, answering together; nil for one law.
  let mixture: LawMixture?
  let shape: Shape
  let used: [Int]
  let compute: [Double]?
  /// The compute to plan for, in FLOPs.
  let budget: Double?
  /// Columns besides N, D and C that the law reads, held for plans at the table's median.
  let others: [String: Double]
  /// Compute-optimal plans from the smallest compute to the budget; empty where there are none.
  let frontier: [ComputePlan]
  /// The plans at a tenth of the budget, the budget and ten times it.
  let plans: [ComputePlan]
  /// All that `allometry plan` says of the budget, from the same computation.
  let budgetPlan: BudgetPlan?

  var fit: Fit { part.fit }
  var card: LawCard { fit.law.card }

  init(_ part: FittedTable, compute wanted: Double?) {
    self.part = part
    let mixture = part.mixture
    self.mixture = mixture
    let fit = part.fit
    let rows = fit.observations
    let used = rows.weights.indices.filter { rows.weights[$0] > 0 }
    let compute = rows.compute
    let largest = compute.flatMap { column in used.map { column[$0] }.max() }
    let smallest = compute.flatMap { column in used.map { column[$0] }.min() }
    let names = fit.law.card.columns.map(\.name)
    let budget = wanted ?? largest.map { 10 * $0 }
    let others = fit.typicalColumns
    var frontier: [ComputePlan] = []
    var plans: [ComputePlan] = []
    var budgetPlan: BudgetPlan?
    if let budget, let smallest, let largest, smallest > 0, budget > 0 {
      frontier =
        (try? fit.efficientFrontier(
          compute: min(smallest, budget)...max(largest, budget) * 1.0001, steps: 31,
          holding: others)) ?? []
      if !frontier.isEmpty {
        plans = [0.1, 1, 10].compactMap { factor in
          try? mixture?.plan(compute: budget * factor, holding: others)
            ?? fit.plan(compute: budget * factor, holding: others)
        }
        budgetPlan = try? fit.budgetPlan(
          compute: budget,
          determination: plans.count == 3 ? fit.determination(of: plans[1]) : nil,
          holding: others)
      }
    }
    // A law with no optimum, or one that says nothing of N and D, cannot be planned with.
    let isPlannable = frontier.allSatisfy { $0.size.value.isFinite && $0.outcome.value.isFinite }
    self.frontier = isPlannable ? frontier : []
    self.plans = isPlannable ? plans : []
    self.budgetPlan = isPlannable ? budgetPlan : nil
    self.used = used
    self.compute = compute
    self.budget = budget
    self.others = others
    let isCurve =
      names.contains("S1") || !rows.schedules.isEmpty
      || (rows.columns["step"] != nil && rows.clusterCount < rows.count)
    if isCurve {
      shape = .curve
    } else if !self.frontier.isEmpty {
      shape = .tradeoff
    } else {
      shape = names.count == 1 ? .single : .several
    }
  }

  /// What to call the rows.
  var name: String { part.title.isEmpty ? part.source : part.title }
  var heading: String {
    part.title.isEmpty
      ? "Scaling law of \(responseName)" : "Scaling law of \(responseName), \(part.title)"
  }
  var subtitle: String { "\(card.title), fitted to \(part.source)" }
  var responseName: String { fit.observations.responseName ?? card.response.column }
  var levelText: String { NumberFormat.percent(fit.level, decimals: 0) }
  var hasIntervals: Bool { !fit.draws.isEmpty }

  /// What the rows fitted and held out in a validation differ in.
  var heldOutWords: (fitted: String, held: String) {
    scaleName == "step" ? ("earlier", "later") : ("smaller", "larger")
  }

  /// The column by which validation orders rows.
  var scaleName: String {
    if compute != nil { return "C" }
    for name in ["N", "D", "step"] where fit.observations.columns[name] != nil { return name }
    return card.columns.first?.name ?? "row"
  }

  /// The columns that plans hold, `U = 20B`; empty where the law reads N and D only.
  var heldText: String {
    Wording.list(others.keys.sorted().map { "\($0) = \(Wording.number(others[$0] ?? .nan))" })
  }

  var plan: ComputePlan? { plans.count == 3 ? plans[1] : nil }

  /// Which numbers of the plan at the budget the table can give, in words.
  var determination: DeterminationWords? {
    plan.map { DeterminationWords(fit.determination(of: $0)) }
  }

  /// A number of the plan with its interval, or what is known where the table cannot give it.
  func planned(_ quantity: String, _ x: Estimated) -> String {
    determination?.bound(quantity).map { "(not determined by this table: \($0))" }
      ?? Wording.estimated(x)
  }

  var equation: String { "\(responseName) = \(card.formula)" }

  /// The equation for a running text, with its column of size named where the formula calls it x.
  var inlineEquation: String {
    FormulaMarkup.inline(equation) + (sizeColumn.map { ", where x is \($0)" } ?? "")
  }

  /// What the formula calls x; nil where it names its columns itself.
  var sizeColumn: String? { fit.law.settings.first { $0.name == "x" }?.text }

  /// What to call a row: its run where the table names runs, else what tells it from others.
  func rowName(_ row: Int) -> String {
    let rows = fit.observations
    if let name = rows.runNames?[row], !name.isEmpty {
      let isAlone = !rows.columns.keys.contains("step") || rows.clusterCount == rows.count
      guard !isAlone, let step = rows.columns["step"]?[row] else { return name }
      return "\(name), step \(Wording.number(step))"
    }
    let columns = card.columns.compactMap { requirement in
      rows.columns[requirement.name].map { "\(requirement.name) \(Wording.number($0[row]))" }
    }
    guard !columns.isEmpty else { return Wording.rowLabel(rows.labels[row]) }
    return columns.prefix(3).joined(separator: ", ")
  }

  var departureUnit: String {
    fit.objective.residual == .linear && responseName == card.response.column
      ? card.response.unit : ""
  }

  // MARK: Axes

  var responseAxis: Axis {
    let unit = responseName == card.response.column ? card.response.unit : ""
    let label = Wording.sentence(responseName) + (unit.isEmpty ? "" : " (\(unit))")
    let values = fit.observations.response + fit.predictions
    let isLaw = shape == .tradeoff || shape == .single
    guard let low = values.min(), let high = values.max(), low > 0,
      high / low > (isLaw ? 1.6 : 8)
    else { return Axis(label: label) }
    return Axis(label: label, scale: .log10, format: high >= 1e4 ? .scale : .plain)
  }

  /// The axis of a column, by what it is called and how far it spreads.
  func axis(_ column: String) -> Axis {
    switch column {
    case "N": return Axis(label: "Model size N (parameters)", scale: .log10, format: .scale)
    case "D": return Axis(label: "Training tokens D", scale: .log10, format: .scale)
    case "C": return Axis(label: "Training compute C (FLOPs)", scale: .log10, format: .power)
    default: break
    }
    let requirement = card.columns.first { $0.name == column }
    var label = column
    if let requirement, !requirement.unit.isEmpty, requirement.unit != column {
      label += " (\(requirement.unit))"
    }
    let values = used.compactMap { fit.observations.columns[column]?[$0] }
    guard let low = values.min(), let high = values.max(), low > 0, high / low > 20,
      column != "step"
    else { return Axis(label: label, format: (values.max() ?? 0) >= 1e4 ? .scale : .plain) }
    return Axis(label: label, scale: .log10, format: high >= 1e12 ? .power : .scale)
  }

  /// The column that the main figure has on its horizontal axis, with its values.
  var main: (column: String, values: [Double]) {
    let rows = fit.observations
    switch shape {
    case .tradeoff: if let compute { return ("C", compute) }
    case .curve:
      if let step = rows.columns["step"] { return ("step", step) }
    case .single, .several: break
    }
    for name in ["C", "N", "D"] where card.columns.contains(where: { $0.name == name }) {
      if let column = rows.columns[name] ?? (name == "C" ? compute : nil) { return (name, column) }
    }
    for requirement in card.columns {
      if let column = rows.columns[requirement.name] { return (requirement.name, column) }
    }
    return ("row", rows.response.indices.map { Double($0 + 1) })
  }

  // MARK: Colour

  struct ColorGroup {
    var label: String?
    var color: ChartColor
    var rows: [Int]
  }

  /// All rows in groups: runs of a curve, else up to five ranges of N, else one group.
  var groups: [ColorGroup] {
    let rows = fit.observations
    let all = Array(rows.response.indices)
    if shape == .curve, rows.clusterCount > 1 {
      let runs = Dictionary(grouping: all) { rows.clusters[$0] }.sorted { $0.key < $1.key }
      return runs.enumerated().map { index, run in
        ColorGroup(
          label: runs.count <= 8
            ? run.value.first.flatMap { rows.runNames?[$0] } ?? "run \(index + 1)" : nil,
          color: runs.count <= 8
            ? .series(index) : .ramp(Double(index) / Double(runs.count - 1)), rows: run.value)
      }
    }
    guard let size = rows.columns["N"], main.column != "N",
      size.allSatisfy({ $0 > 0 }), Set(size).count > 1
    else { return [ColorGroup(label: nil, color: .series(0), rows: all)] }
    let distinct = Set(size).sorted()
    let bins = min(5, distinct.count)
    // Equal numbers of rows in each range, cut between sizes.
    let ordered = all.sorted { (size[$0], $0) < (size[$1], $1) }
    let cuts =
      distinct.count <= 5
      ? distinct
      : (1...bins).map { size[ordered[ordered.count * $0 / bins - 1]] }
    var result: [ColorGroup] = []
    var low = -Double.infinity
    for (index, cut) in Set(cuts).sorted().enumerated() {
      let members = ordered.filter { size[$0] > low && size[$0] <= cut }
      low = cut
      guard let first = members.first, let last = members.last else { continue }
      let ends = [size[first], size[last]].map { NumberFormat.scale($0) }
      result.append(
        ColorGroup(
          label: "N " + (ends[0] == ends[1] ? ends[0] : "\(ends[0]) to \(ends[1])"),
          color: .ramp(Double(index) / Double(max(bins - 1, 1))), rows: members))
    }
    return result
  }

  // MARK: Residuals

  /// How far a row's outcome lies from the law: a share of the law's value for logarithmic
  /// objectives, else a difference; positive above the law.
  func departure(_ row: Int) -> Double { departure(residual: fit.residuals[row]) }

  func departure(residual: Double) -> Double {
    switch fit.objective.residual {
    case .log: return expm1(-residual)
    case .linear, .logPlusOne: return -residual
    }
  }

  var departureAxis: Axis {
    switch fit.objective.residual {
    case .log: return Axis(label: "Measured over law, minus 1", format: .percent)
    case .linear:
      return Axis(
        label: "Measured minus law" + (departureUnit.isEmpty ? "" : " (\(departureUnit))"))
    case .logPlusOne: return Axis(label: "ln(1 + measured) − ln(1 + law)")
    }
  }

  func departureText(_ value: Double) -> String {
    fit.objective.residual == .log
      ? (value > 0 ? "+" : "") + Wording.percent(value)
      : (value > 0 ? "+" : "") + NumberFormat.significant(value, 2)
  }

  /// What a pointer on a row's dot shows.
  func title(_ row: Int) -> String {
    let rows = fit.observations
    let columns = card.columns.compactMap { requirement in
      rows.columns[requirement.name].map {
        "\(requirement.name) \(Wording.number($0[row]))"
      }
    }
    let name = rows.runNames?[row] ?? Wording.rowLabel(rows.labels[row])
    return "\(name): \(columns.joined(separator: ", ")), \(responseName) "
      + NumberFormat.significant(rows.response[row], 4)
  }
}
