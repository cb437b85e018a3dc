internal import Optimization
internal import RealModule

/// The optimum of one grid of learning rates and batch sizes, from a surface fit [L17].
///
/// The single best cell of a grid is noisy, because the valley is flat. A quadratic surface of ln loss
/// in (ln lr, ln batch), fitted with weights that fade away from the valley, uses every cell and
/// gives the optimum an uncertainty.
public struct HyperparameterGrid: Sendable, Hashable {
  /// The learning rate at the optimum.
  public var learningRate: Double
  /// The batch at the optimum, in the units of the input.
  public var batch: Double
  /// The standard error of ln(learning rate).
  public var learningRateError: Double
  /// The standard error of ln(batch).
  public var batchError: Double
  /// The loss of the surface at the optimum.
  public var loss: Double

  /// Fits the surface of one grid.
  ///
  /// Each cell is weighted by 1/(1 + (excess/width)²), with excess its ln loss above the best cell's;
  /// the errors come from the surface's covariance, estimated from its residuals.
  ///
  /// - Parameters:
  ///   - learningRates: the peak learning rate of each cell.
  ///   - batches: the batch of each cell.
  ///   - losses: the loss of each cell; cells that are not finite, such as diverged runs, are left out.
  ///   - width: the excess at which the weight is one half.
  /// - Returns: nil with fewer than eight usable cells or where the surface has no minimum.
  public init?(
    learningRates: [Double], batches: [Double], losses: [Double], width: Double = 0.003
  ) {
    let rows = losses.indices.filter { losses[$0].isFinite && losses[$0] > 0 }
    guard rows.count >= 8, let least = rows.map({ losses[$0] }).min() else { return nil }
    let logLoss = rows.map { Double.log(losses[$0]) }
    let weights = logLoss.map { value -> Double in
      let excess = (value - Double.log(least)) / width
      return 1 / (1 + excess * excess)
    }
    let total = weights.reduce(0, +)
    func centred(_ column: [Double]) -> (centre: Double, values: [Double]) {
      let logs = rows.map { Double.log(column[$0]) }
      let centre = zip(logs, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
      return (centre, logs.map { $0 - centre })
    }
    let rate = centred(learningRates)
    let size = centred(batches)
    let design = rows.indices.map { cell -> [Double] in
      let (x, y) = (rate.values[cell], size.values[cell])
      return [1, x, y, x * x, x * y, y * y]
    }
    var normal = SymmetricMatrix(order: 6)
    var moments = [Double](repeating: 0, count: 6)
    for (cell, terms) in design.enumerated() {
      for i in 0..<6 {
        moments[i] += weights[cell] * terms[i] * logLoss[cell]
        for j in 0..<6 { normal[i, j] += weights[cell] * terms[i] * terms[j] }
      }
    }
    guard let factor = normal.choleskyFactor() else { return nil }
    let c = factor.solve(moments)
    // The gradient c1 + H·o vanishes at the optimum o; H must be positive definite.
    let determinant = 4 * c[3] * c[5] - c[4] * c[4]
    guard c[3] > 0, determinant > 0 else { return nil }
    let x = (c[4] * c[2] - 2 * c[5] * c[1]) / determinant
    let y = (c[4] * c[1] - 2 * c[3] * c[2]) / determinant
    var squares = 0.0
    for (cell, terms) in design.enumerated() {
      let residual = logLoss[cell] - zip(c, terms).reduce(0) { $0 + $1.0 * $1.1 }
      squares += weights[cell] * residual * residual
    }
    let variance = squares / Double(rows.count - 6)
    let slopeX = [0, 1, 0, 2 * x, y, 0]
    let slopeY = [0, 0, 1, 0, x, 2 * y]
    // The delta method: o moves by −H⁻¹ times the change of the gradient.
    let alongX = zip(slopeX, slopeY).map { (c[4] * $1 - 2 * c[5] * $0) / determinant }
    let alongY = zip(slopeX, slopeY).map { (c[4] * $0 - 2 * c[3] * $1) / determinant }
    func error(_ direction: [Double]) -> Double {
      let spread = factor.solve(direction)
      return (variance * zip(direction, spread).reduce(0) { $0 + $1.0 * $1.1 }).squareRoot()
    }
    learningRate = Double.exp(rate.centre + x)
    batch = Double.exp(size.centre + y)
    learningRateError = error(alongX)
    batchError = error(alongY)
    loss = Double.exp(
      c[0] + c[1] * x + c[2] * y + c[3] * x * x + c[4] * x * y + c[5] * y * y)
  }
}
