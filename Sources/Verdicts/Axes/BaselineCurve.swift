internal import Foundation
internal import ScalingLaws
internal import Statistics

/// The baseline's loss around a run as its scale changes: what a difference of loss is worth.
///
/// It is used within a few doublings of the data, where only its slope matters, so that a power law
/// without floor serves as long as the runs do not show that the slope changes.
struct BaselineCurve: Sendable {
  /// The name of the law behind it.
  let lawName: String
  /// What grows along the axis.
  let meaning: String
  /// The standard error of the slope as a share of the slope.
  let relativeSlopeError: Double
  /// How the runs lie about the law; nil where there are no more sizes than parameters.
  let misfit: LawMisfit?
  private let axis: AxisVerdict.Axis
  private let fit: Fit
  /// d ln tokens / d ln parameters up the ladder.
  private let tokensExponent: Double

  /// Fits the baseline along an axis.
  ///
  /// - Throws: `FitError` where too few sizes are there.
  init(_ rows: [StudyRow], along axis: AxisVerdict.Axis) throws(FitError) {
    self.axis = axis
    let sizes = rows.map { log(axis == .activeParameters ? $0.activeCount : $0.chargedCount) }
    let tokens = rows.map { log(Double($0.tokens)) }
    let branches = Set(rows.map(\.branch)).count
    tokensExponent = Self.slope(tokens, sizes, groups: rows.map(\.branch)) ?? 1
    let table = Self.observations(rows, axis: axis)
    let options = FitOptions(
      objective: .squaredLog, interval: .none, minimisedStarts: 64, polished: 4)
    let column = axis == .trainingCompute ? "C" : "N"
    let scales = Set(rows.map(\.rung)).count
    let logLosses = rows.compactMap { $0.finishedLoss.map { log($0) } }
    let fixedTokens = Set(rows.map(\.tokens)).count == 1
    if axis == .trainingCompute {
      meaning =
        fixedTokens
        ? "training FLOPs, spent on parameters at equal tokens"
        : "training FLOPs, split between parameters and tokens as up the ladder"
    } else {
      meaning =
        fixedTokens || branches > 1
        ? "active parameters at equal tokens"
        : "active parameters, tokens growing with them as up the ladder"
    }
    if branches > 1, scales >= 3, rows.count >= 7,
      let fitted = try? ScalingLaws.fit(Chinchilla(), to: table, options: options)
    {
      fit = fitted
    } else {
      let power = try ScalingLaws.fit(PowerLaw(x: column), to: table, options: options)
      let curved =
        scales >= 4
        ? try? ScalingLaws.fit(PowerConstant(x: column), to: table, options: options) : nil
      if let curved, Self.isBetter(curved, than: power, trunks: Set(rows.map(\.trunkKey)).count) {
        fit = curved
      } else {
        fit = power
      }
    }
    lawName = fit.law.name
    misfit = LawMisfit(rows, about: fit, in: table)
    // Sizes that lie off the law by more than seeds do say less about its slope than as many runs.
    relativeSlopeError = Self.relativeError(
      logLosses, rows.map { log($0.scale(axis)) }, groups: rows.map(\.branch),
      scatter: max(fit.scatter, misfit?.scatterOfSizes ?? 0))
  }

  /// ln loss of the baseline's law at a run whose scale is multiplied by exp(`shift`).
  func logLoss(_ row: StudyRow, shift: Double) -> Double {
    let columns: [String: Double]
    if fit.law.card.columns.count > 1 {
      // Along FLOPs both factors grow as they do up the ladder; along parameters tokens stay.
      let share = axis == .trainingCompute ? 1 / (1 + tokensExponent) : 1
      let size = axis == .trainingCompute ? row.chargedCount : row.activeCount
      columns = [
        "N": size * exp(share * shift), "D": Double(row.tokens) * exp((1 - share) * shift),
      ]
    } else {
      columns = [axis == .trainingCompute ? "C" : "N": row.scale(axis) * exp(shift)]
    }
    let loss = (try? fit.prediction(at: columns)) ?? .nan
    return log(loss)
  }

  /// d ln loss / d ln scale at a run whose scale is multiplied by exp(`shift`).
  func slope(_ row: StudyRow, shift: Double) -> Double {
    let step = 1e-3
    return (logLoss(row, shift: shift + step) - logLoss(row, shift: shift - step)) / (2 * step)
  }

  /// The rows as laws read them: C exact training FLOPs; N active parameters, or for training FLOPs
  /// the C/(6·D) that charges all arithmetic to the size. Numbers of the places of runs are for
  /// pairing.
  static func observations(
    _ rows: [StudyRow], axis: AxisVerdict.Axis, places: [ComparedRuns.Place: Double] = [:]
  ) -> Observations {
    var trunks: [String: Int] = [:]
    let clusters = rows.map { row in
      let next = trunks.count
      trunks[row.trunkKey] = trunks[row.trunkKey] ?? next
      return trunks[row.trunkKey] ?? next
    }
    return Observations(
      columns: [
        "C": rows.map(\.compute),
        "N": rows.map { axis == .trainingCompute ? $0.chargedCount : $0.activeCount },
        "D": rows.map { Double($0.tokens) },
        "seed": rows.map { Double($0.seed) },
        "place": rows.map { places[.init(rung: $0.rung, branch: $0.branch, seed: $0.seed)] ?? -1 },
      ],
      response: rows.map { $0.finishedLoss ?? .nan }, clusters: clusters,
      labels: rows.map { "\($0.arm) \($0.size), seed \($0.seed)" })
  }

  /// Whether a floor is called for: the F test of one more parameter at 5 %.
  private static func isBetter(_ curved: Fit, than power: Fit, trunks: Int) -> Bool {
    let freedom = Double(trunks - 3)
    guard freedom >= 1, curved.objectiveValue < power.objectiveValue else { return false }
    let statistic =
      (power.objectiveValue / max(curved.objectiveValue, 1e-300) - 1) * freedom
    return FisherF(numerator: 1, denominator: freedom).survival(statistic) < 0.05
  }

  /// The common slope of y on x within groups; nil where x does not vary.
  private static func slope(_ y: [Double], _ x: [Double], groups: [Int]) -> Double? {
    var (xx, xy) = (0.0, 0.0)
    for group in Set(groups).sorted() {
      let members = groups.indices.filter { groups[$0] == group }
      let (cx, cy) = (mean(members.map { x[$0] }), mean(members.map { y[$0] }))
      for index in members {
        xx += (x[index] - cx) * (x[index] - cx)
        xy += (x[index] - cx) * (y[index] - cy)
      }
    }
    return xx > 1e-9 ? xy / xx : nil
  }

  private static func relativeError(
    _ y: [Double], _ x: [Double], groups: [Int], scatter: Double
  ) -> Double {
    guard let slope = slope(y, x, groups: groups), slope != 0, scatter.isFinite else { return 0 }
    var sum = 0.0
    for group in Set(groups).sorted() {
      let members = groups.indices.filter { groups[$0] == group }
      let centre = mean(members.map { x[$0] })
      sum += members.reduce(0) { $0 + (x[$1] - centre) * (x[$1] - centre) }
    }
    return scatter / sum.squareRoot() / abs(slope)
  }
}

extension StudyRow {
  /// The scale along an axis.
  func scale(_ axis: AxisVerdict.Axis) -> Double {
    axis == .trainingCompute ? compute : activeCount
  }
}
