/// What a minimiser needs to know of a robust objective around one point.
public struct LocalModel: Sendable {
  /// The objective; not finite outside the domain.
  public var value: Double
  /// Its gradient.
  public var gradient: [Double]
  /// The matrix of the quadratic that touches the objective at the point and lies above it for a
  /// linear model: the Gauss–Newton matrix with the weights of iteratively reweighted least
  /// squares.
  public var majorizer: SymmetricMatrix
  /// The Gauss–Newton matrix of the rows in the quadratic zone of the loss alone.
  public var curvature: SymmetricMatrix

  /// Creates an empty model for a number of unknowns.
  public init(order: Int) {
    value = .infinity
    gradient = [Double](repeating: 0, count: order)
    majorizer = SymmetricMatrix(order: order)
    curvature = SymmetricMatrix(order: order)
  }
}

/// A sum over rows of a robust loss of residuals that are smooth in the unknowns.
public protocol RobustProblem {
  /// The number of unknowns.
  var unknowns: Int { get }
  /// Writes value, gradient and the two matrices at `point` into `model`.
  mutating func linearize(at point: [Double], into model: inout LocalModel)
}

/// Where a minimisation ended, and why.
public struct Minimum: Sendable {
  /// Why the iteration stopped.
  public enum Status: String, Sendable {
    /// The best step would lower the objective by less than the tolerance.
    case converged
    /// No step lowers the objective although the model predicts one.
    case stalled
    /// The limit of iterations was reached.
    case iterationLimit
    /// The start lies outside the domain of the objective.
    case outsideDomain
  }
  /// The best point.
  public var point: [Double]
  /// The objective there.
  public var value: Double
  /// How many linearisations were used.
  public var evaluations: Int
  /// Why the iteration stopped.
  public var status: Status
}

/// A damped semismooth Newton method for robust nonlinear regression under box bounds.
///
/// The model matrix is the Gauss–Newton matrix of the rows in the quadratic zone of the loss plus μ
/// times the reweighted matrix: for large μ reweighted least squares with Levenberg–Marquardt
/// damping, which descends from far away; for μ → 0 Newton's method on the active pieces, which
/// ends in a few steps. A Huber loss with a threshold far below the residuals needs both. For a
/// squared loss it is Levenberg–Marquardt. Every test is relative to the objective itself.
public struct SemismoothNewton: Sendable {
  /// The iteration stops when the predicted decrease is below this share of the objective.
  public var relativeTolerance: Double
  /// The limit of linearisations.
  public var evaluationLimit: Int
  /// The damping μ of the first step.
  public var initialDamping: Double
  /// The longest step in any unknown.
  public var stepLimit: Double

  /// Creates a minimiser.
  public init(
    relativeTolerance: Double = 1e-12, evaluationLimit: Int = 200, initialDamping: Double = 1,
    stepLimit: Double = 4
  ) {
    self.relativeTolerance = relativeTolerance
    self.evaluationLimit = evaluationLimit
    self.initialDamping = initialDamping
    self.stepLimit = stepLimit
  }

  /// Minimises `problem` from `start`, which is moved into the box; a bound is infinite where there
  /// is none.
  public func minimize<Problem: RobustProblem>(
    _ problem: inout Problem, from start: [Double], lower: [Double], upper: [Double]
  ) -> Minimum {
    let order = problem.unknowns
    var point = start
    for index in 0..<order { point[index] = min(max(point[index], lower[index]), upper[index]) }
    var model = LocalModel(order: order)
    var trialModel = LocalModel(order: order)
    problem.linearize(at: point, into: &model)
    var evaluations = 1
    guard model.value.isFinite else {
      return Minimum(point: point, value: .infinity, evaluations: 1, status: .outsideDomain)
    }
    var damping = initialDamping
    var step = [Double](repeating: 0, count: order)
    var matrix = SymmetricMatrix(order: order)
    var trial = point

    while evaluations < evaluationLimit {
      if model.value == 0 { break }
      guard
        let predicted = newtonStep(
          model: model, point: point, lower: lower, upper: upper, damping: &damping,
          matrix: &matrix, step: &step)
      else {
        return Minimum(
          point: point, value: model.value, evaluations: evaluations, status: .stalled)
      }
      if predicted <= relativeTolerance * model.value {
        return Minimum(
          point: point, value: model.value, evaluations: evaluations,
          status: damping <= 1e4 ? .converged : .stalled)
      }
      for index in 0..<order {
        trial[index] = min(max(point[index] + step[index], lower[index]), upper[index])
      }
      problem.linearize(at: trial, into: &trialModel)
      evaluations += 1
      let decrease = model.value - trialModel.value
      if trialModel.value.isFinite, decrease >= 1e-4 * predicted {
        swap(&point, &trial)
        swap(&model, &trialModel)
        if decrease > 0.5 * predicted {
          damping = max(damping * 0.15, 1e-6)
        } else if decrease < 0.1 * predicted {
          damping = min(damping * 2, 1e12)
        }
      } else {
        damping = max(damping * 6, 1e-4)
        if damping > 1e12 {
          return Minimum(
            point: point, value: model.value, evaluations: evaluations, status: .stalled)
        }
      }
    }
    return Minimum(
      point: point, value: model.value, evaluations: evaluations,
      status: model.value == 0 ? .converged : .iterationLimit)
  }

  /// Computes the damped step and returns the decrease that the model predicts for it.
  private func newtonStep(
    model: LocalModel, point: [Double], lower: [Double], upper: [Double],
    damping: inout Double, matrix: inout SymmetricMatrix, step: inout [Double]
  ) -> Double? {
    let order = point.count
    let largest = (0..<order).reduce(0) { max($0, model.majorizer[$1, $1]) }
    guard largest > 0 else {
      for index in 0..<order { step[index] = 0 }
      return 0
    }
    for _ in 0..<40 {
      for row in 0..<order {
        // An unknown that sits on a bound and is pushed outwards takes no part in the step.
        let held =
          (point[row] <= lower[row] && model.gradient[row] > 0)
          || (point[row] >= upper[row] && model.gradient[row] < 0)
        for column in 0...row {
          var element =
            model.curvature[row, column] + damping * model.majorizer[row, column]
          if row == column {
            element += 0.1 * damping * model.majorizer[row, row] + 1e-13 * largest
          }
          matrix[row, column] = element
          matrix[column, row] = element
        }
        step[row] = held ? 0 : -model.gradient[row]
        if held { matrix[row, row] = .infinity }
      }
      for row in 0..<order where matrix[row, row] == .infinity {
        for column in 0..<order {
          matrix[row, column] = 0
          matrix[column, row] = 0
        }
        matrix[row, row] = 1
      }
      if let factor = matrix.choleskyFactor() {
        let gradient = step
        step = factor.solve(step)
        let longest = step.reduce(0) { max($0, abs($1)) }
        var scale = 1.0
        if longest > stepLimit {
          scale = stepLimit / longest
          for index in 0..<order { step[index] *= scale }
        }
        // With A·s = −g the model decreases by s·(−g)·(scale − scale²/2)/scale.
        var linear = 0.0
        for index in 0..<order { linear += gradient[index] * step[index] }
        if linear.isFinite { return linear * (1 - scale / 2) }
      }
      damping = max(damping * 10, 1e-8)
      if damping > 1e15 { return nil }
    }
    return nil
  }
}
