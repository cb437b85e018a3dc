import ScalingLaws
import Statistics

/// A law with known parameters on a grid of columns: what a fit must find again.
struct PlantedLaw {
  var law: any Law
  /// The parameters by name.
  var truth: [String: Double]
  var columns: [String: [Double]]

  /// The parameters in the law's order.
  var point: [Double] { law.parameters.map { truth[$0.name] ?? .nan } }

  /// The rows with their exact outcomes, times or plus noise.
  func observations(
    relativeNoise: Double = 0, noise: Double = 0, seed: UInt64 = 1
  ) -> Observations {
    var random = SplittableRandom(seed: seed)
    let names = law.card.columns.map(\.name)
    let rows = columns.values.first?.count ?? 0
    let response = (0..<rows).map { row -> Double in
      let exact = law.prediction(point, at: names.map { columns[$0]?[row] ?? .nan })
      return exact * (1 + relativeNoise * random.nextNormal()) + noise * random.nextNormal()
    }
    return Observations(columns: columns, response: response)
  }

  /// The largest relative error of the parameters that a fit to the exact outcomes finds.
  ///
  /// Parameters of size zero are compared absolutely.
  func recoveryError(scaling: [String: Double] = [:]) throws -> Double {
    var observations = observations()
    for (name, factor) in scaling {
      observations.columns[name] = observations.columns[name]?.map { $0 * factor }
    }
    let found = try fit(law, to: observations, options: FitOptions(interval: .none))
    if scaling.isEmpty {
      return zip(found.estimate, point).map { abs($0 - $1) / max(abs($1), 1e-3) }.max() ?? .nan
    }
    return zip(found.predictions, observations.response).map { abs($0 / $1 - 1) }.max() ?? .nan
  }

  /// All combinations of the given values as columns.
  static func grid(_ axes: [(String, [Double])]) -> [String: [Double]] {
    var rows: [[Double]] = [[]]
    for axis in axes { rows = rows.flatMap { row in axis.1.map { row + [$0] } } }
    var columns: [String: [Double]] = [:]
    for (index, axis) in axes.enumerated() { columns[axis.0] = rows.map { $0[index] } }
    return columns
  }
}
