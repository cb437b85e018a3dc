internal import Optimization

/// How the residuals of rows move with the parameters of a law, at one point.
struct FitJacobian: Sendable {
  /// One column for each free parameter of the law, by its position there; a value for each row.
  let columns: [Int: [Double]]
  /// The residual of each row, in the objective's scale.
  let residuals: [Double]

  /// Evaluates a law and its derivatives on rows.
  ///
  /// Positive parameters are varied by their logarithms, so columns are of like size.
  init(
    law: any Law, observations: Observations, options: FitOptions, at point: [Double]
  ) throws(FitError) {
    let fitter = try Fitter(law: law, observations: observations, options: options)
    let rows = Array(0..<observations.count)
    let table = LaneTable(observations: observations, columns: fitter.columns, rows: rows)
    let free = fitter.space.free
    var predictions = [Lanes](repeating: .zero, count: table.blockCount)
    var derivatives = [Lanes](repeating: .zero, count: table.blockCount * max(free.count, 1))
    fitter.kernel.differentiate(table, point, free, &predictions, &derivatives)
    let blocks = table.blockCount
    func unpack(_ lanes: (Int) -> Lanes) -> [Double] {
      var result = [Double](repeating: 0, count: observations.count)
      for block in 0..<blocks {
        let values = lanes(block)
        for lane in 0..<8 where table.isFilled[8 * block + lane] {
          result[table.rowOfLane[8 * block + lane]] = values[lane]
        }
      }
      return result
    }
    let objective = fitter.objective
    let predicted = unpack { predictions[$0] }
    let scale = predicted.map { value -> Double in
      switch objective.residual {
      case .linear: 1
      case .log: 1 / value
      case .logPlusOne: 1 / (value + 1)
      }
    }
    var found: [Int: [Double]] = [:]
    for (slot, index) in free.enumerated() {
      let slope = fitter.space.slope(index, point[index])
      let raw = unpack { derivatives[slot * blocks + $0] }
      found[index] = zip(raw, scale).map { $0 * $1 * slope }
    }
    columns = found
    residuals = zip(predicted, observations.response).map {
      objective.residual(prediction: $0, outcome: $1)
    }
  }
}
