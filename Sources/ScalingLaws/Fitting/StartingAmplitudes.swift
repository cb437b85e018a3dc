internal import Optimization
internal import RealModule

extension Law {
  /// Fills in the amplitudes of starting points by nonnegative least squares.
  ///
  /// For laws whose nonlinear starts depend on the table; where the table cannot be used, the
  /// points come back unchanged and the fitter explains why.
  func solvingAmplitudes(
    in points: [[Double]], for observations: Observations
  ) -> [[Double]] {
    let solved = parameters.indices.filter { parameters[$0].isLinear }
    guard !solved.isEmpty,
      let fitter = try? Fitter(law: self, observations: observations, options: FitOptions())
    else { return points }
    return points.map { fitter.amplitudes(at: $0, solved: solved) }
  }
}

/// Amplitudes of a sum of positive terms, one array of rows each, that comes close to a positive
/// target in relative error, for laws that are a sum only after a transformation. A term that least
/// squares switches off keeps a hundredth of the target.
func startingAmplitudes(terms: [[Double]], target: [Double]) -> [Double] {
  let relative = terms.map { term in zip(term, target).map { $0 / $1 } }
  let solution = nonnegativeLeastSquares(
    columns: relative, target: [Double](repeating: 1, count: target.count),
    nonnegative: [Bool](repeating: true, count: terms.count))
  return terms.indices.map { index in
    if let value = solution?[index], value > 0, value.isFinite { return value }
    let mean = relative[index].reduce(0, +) / Double(max(target.count, 1))
    return 0.01 / max(mean, 1e-300)
  }
}

/// Every combination of one value from each list, the last list varying fastest.
func crossProduct(_ lists: [[Double]]) -> [[Double]] {
  lists.reduce([[]]) { points, values in
    points.flatMap { point in values.map { point + [$0] } }
  }
}

/// The geometric mean of the positive numbers in a column; 1 without any.
func geometricMean(_ column: [Double]) -> Double {
  let logarithms = column.filter { $0 > 0 && $0.isFinite }.map { Double.log($0) }
  guard !logarithms.isEmpty else { return 1 }
  return Double.exp(logarithms.reduce(0, +) / Double(logarithms.count))
}

extension Observations {
  func column(_ name: String) -> [Double] { columns[name] ?? [] }
}
