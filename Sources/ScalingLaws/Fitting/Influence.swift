internal import Optimization

/// What the worst rows do to the parameters.
public struct Influence: Sendable {
  /// One row and the fit without it.
  public struct Row: Sendable {
    /// The position in the observations.
    public var row: Int
    /// What to call it.
    public var label: String
    /// Its residual in the full fit.
    public var residual: Double
    /// The parameters refitted without this row alone.
    public var without: [Double]
  }
  /// The rows with the largest residuals, worst first.
  public var rows: [Row]
  /// The parameters after dropping the worst row, then the worst of the rest, and so on.
  ///
  /// Element k is the fit without k + 1 rows; dropping one at a time and refitting in between
  /// finds outliers that hide each other.
  public var path: [(dropped: Int, label: String, estimate: [Double], objectiveValue: Double)]
}

extension Fit {
  /// Refits without the worst rows: each alone, and one after another.
  public func influence(count: Int = 5) throws(FitError) -> Influence {
    var settings = options
    settings.interval = .none
    let fitter = try Fitter(law: law, observations: observations, options: settings)
    let usable = observations.weights.filter { $0 > 0 }.count - freeParameters.count - 1
    let limit = max(0, min(count, usable))

    // One of very many rows moves the optimum by so little that two Newton steps are exact.
    let steps = observations.count > Fitter.scoutedRows ? 3 : 120

    func refitted(without rows: Set<Int>) -> (estimate: [Double], value: Double) {
      var weights = observations.weights
      for row in rows { weights[row] = 0 }
      var problem = fitter.problem(weights: weights)
      let minimum = fitter.refit(
        &problem, from: estimate, tolerance: 1e-12, evaluationLimit: steps)
      return (fitter.space.physical(minimum.point), minimum.value)
    }

    let worst = residuals.indices.filter { observations.weights[$0] > 0 }
      .sorted { (-abs(residuals[$0]), $0) < (-abs(residuals[$1]), $1) }
      .prefix(limit)
    let rows = worst.map { row in
      Influence.Row(
        row: row, label: observations.labels[row], residual: residuals[row],
        without: refitted(without: [row]).estimate)
    }
    var path: [(dropped: Int, label: String, estimate: [Double], objectiveValue: Double)] = []
    var dropped: Set<Int> = []
    var current = residuals
    for _ in 0..<limit {
      let candidates = current.indices.filter {
        observations.weights[$0] > 0 && !dropped.contains($0)
      }
      guard let row = candidates.max(by: { (abs(current[$0]), $1) < (abs(current[$1]), $0) })
      else { break }
      dropped.insert(row)
      let next = refitted(without: dropped)
      path.append((row, observations.labels[row], next.estimate, next.value))
      var problem = fitter.problem(
        weights: [Double](repeating: 1, count: observations.count))
      let predictions = problem.rowPredictions(at: next.estimate, count: observations.count)
      current = zip(predictions, observations.response).map {
        objective.residual(prediction: $0, outcome: $1)
      }
    }
    return Influence(rows: rows, path: path)
  }
}
