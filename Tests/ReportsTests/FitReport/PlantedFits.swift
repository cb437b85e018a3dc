import Foundation
import Reports
import ScalingLaws
import Statistics
import Testing

/// Fits of small tables with planted parameters, one for each kind of law that a report shows.
enum PlantedFits {
  /// A law with the columns that it reads and the parameters that made its outcomes.
  struct Case: Sendable, CustomTestStringConvertible {
    var law: any Law
    var point: [Double]
    var columns: [String: [Double]]
    var curve = false
    var testDescription: String { law.name }
  }

  static func grid(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
  }

  /// Pairs of N and D on a rectangle.
  static func rectangle(_ sizes: Int, _ tokens: Int) -> [String: [Double]] {
    let n = grid(5e7, 8e9, sizes)
    let d = grid(1e9, 3e11, tokens)
    return [
      "N": n.flatMap { size in d.map { _ in size } }, "D": n.flatMap { _ in d },
    ]
  }

  static let chinchilla = Case(
    law: Chinchilla(), point: [1.8, 480, 2100, 0.35, 0.37], columns: rectangle(6, 5))

  static let all: [Case] = [
    chinchilla,
    Case(
      law: Overtraining(), point: [1.7, 190, 280, 0.13], columns: rectangle(4, 3)),
    Case(
      law: PowerConstant(), point: [1.8, 2000, 0.16], columns: ["C": grid(1e18, 1e22, 14)]),
    Case(
      law: PowerConstant(x: "hours of <sleep>"), point: [1.8, 3, 0.4],
      columns: ["hours of <sleep>": grid(1, 12, 12)]),
    Case(
      law: LearningRateLaw(), point: [1.79, 0.713, 0.307], columns: rectangle(4, 4)),
    Case(
      law: ParScale(), point: [1.2, 30, 0.3, 0.4],
      columns: [
        "N": grid(5e8, 5e9, 5).flatMap { [$0, 1.01 * $0, 1.02 * $0] },
        "streams": (0..<5).flatMap { _ in [1.0, 2, 4] },
      ]),
    Case(
      law: Annealing(), point: [2.6, 0.43, 0.4, 0.55],
      columns: ["step": (0..<2).flatMap { _ in (1...20).map { 100.0 * Double($0) } }],
      curve: true),
    Case(
      law: DataConstrained(), point: [1.8, 480, 1500, 0.35, 15, 5],
      columns: rectangle(7, 6).merging(
        ["U": (0..<42).map { [2e9, 2e10, 2e11][$0 % 3] }], uniquingKeysWith: { first, _ in first })
    ),
  ]

  /// Rows with normal scatter of half a per cent around the planted law.
  static func observations(
    _ planted: Case, scatter: Double = 0.005, seed: UInt64 = 7
  ) throws -> Observations {
    var random = SplittableRandom(seed: seed)
    let count = planted.columns.values.first?.count ?? 0
    var rows = Observations(
      columns: planted.columns, response: [Double](repeating: 1, count: count),
      labels: (0..<count).map { "runs.csv:\($0 + 2)" })
    if planted.curve {
      rows.schedules = [
        LearningRateSchedule(
          rates: (0...2000).map { 1e-4 * (1 + cos(.pi * Double($0) / 2000)) }),
        LearningRateSchedule(rates: [Double](repeating: 2e-4, count: 2001)),
      ]
      rows.scheduleOfRow = (0..<count).map { $0 < count / 2 ? 0 : 1 }
      rows.clusters = rows.scheduleOfRow
      rows = try rows.addingScheduleAreas()
    }
    rows.response = (0..<count).map { row in
      let columns = planted.law.card.columns.map { rows.columns[$0.name]?[row] ?? .nan }
      return planted.law.prediction(planted.point, at: columns)
        * exp(scatter * random.nextNormal())
    }
    return rows
  }

  static func part(
    _ planted: Case, title: String = "", resamples: Int = 200, influence: Bool = true,
    candidates: [any Law] = []
  ) throws -> FittedTable {
    let rows = try observations(planted)
    return try part(
      planted.law, rows, title: title, resamples: resamples, influence: influence,
      candidates: candidates)
  }

  static func part(
    _ law: any Law, _ rows: Observations, title: String = "", resamples: Int = 200,
    influence: Bool = true, candidates: [any Law] = []
  ) throws -> FittedTable {
    let options = FitOptions(interval: resamples > 0 ? .automatic : .none, resamples: resamples)
    let fitted = try fit(law, to: rows, options: options)
    var result = FittedTable(
      fit: fitted, validation: fitted.validation(), source: "runs.csv",
      notes: ["two rows were left out"], group: title.isEmpty ? [] : [("group", title)])
    result.influence = influence ? try fitted.influence() : nil
    result.ranking =
      candidates.isEmpty ? nil : try rankLaws(candidates, on: rows, options: options)
    return result
  }
}
