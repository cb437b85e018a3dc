import Foundation
import ScalingLaws

/// Noise-free tables computed from a law with known parameters.
enum Planted {
  /// Observations whose outcomes are the law's own predictions.
  static func observations(
    _ law: any Law, _ parameters: [Double], columns: [String: [Double]]
  ) -> Observations {
    let names = law.card.columns.map(\.name)
    let count = columns[names[0]]?.count ?? 0
    let response = (0..<count).map { row in
      law.prediction(parameters, at: names.map { columns[$0]?[row] ?? .nan })
    }
    return Observations(columns: columns, response: response)
  }

  /// Every combination of two lists.
  static func grid(
    _ first: String, _ a: [Double], _ second: String, _ b: [Double]
  ) -> [String: [Double]] {
    [
      first: a.flatMap { value in b.map { _ in value } },
      second: a.flatMap { _ in b },
    ]
  }

  /// Values in geometric progression.
  static func geometric(_ first: Double, _ last: Double, _ count: Int) -> [Double] {
    (0..<count).map { index in
      let share = Double(index) / Double(max(count - 1, 1))
      return first * pow(last / first, share)
    }
  }

  /// Options for a point estimate without intervals.
  static let pointOnly = FitOptions(interval: .none)

  /// The largest relative difference between two lists.
  static func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
    zip(found, expected).map { abs($0 - $1) / max(abs($1), 1e-300) }.max() ?? .infinity
  }
}
