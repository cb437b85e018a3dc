internal import Optimization
internal import RealModule

/// Logistic regression with a normal effect of each group, by adaptive Gauss–Hermite quadrature.
///
/// logit P(right) = β·B(t) + b·e/(t − 1) + σ·u_g with u_g standard normal; parameters are β, then
/// b, then σ. The likelihood starts with the first step of an attempt, before which there is no
/// history: it factors over steps given u_g, although e counts earlier outcomes, so that neither
/// the effects nor the lag bias b, as they would with one free parameter a group.
struct MixedLogit: Sendable {
  let histories: StepHistories
  private let basis: PositionTable
  private var functions: Int { basis.functions }
  /// Whether groups have effects; without, σ stays 0 and is left out.
  var hasEffects = true

  init(_ histories: StepHistories, basis: PositionBasis, lastStep: Int) {
    self.histories = histories
    self.basis = PositionTable(basis, lastStep: lastStep)
  }

  struct Fit: Sendable {
    var point: [Double]
    /// The variance of β and b (and σ with effects), robust to dependence within clusters.
    var covariance: SymmetricMatrix
    var converged: Bool
  }

  private var order: Int { functions + (hasEffects ? 2 : 1) }

  /// Maximises the likelihood by Newton's method, from a fit without effects if there are any.
  func fit(threads: Int) -> Fit? {
    var point = [Double](repeating: 0, count: functions + 2)
    if hasEffects {
      var plain = self
      plain.hasEffects = false
      guard let start = plain.fit(threads: threads) else { return nil }
      point = start.point
      point[functions + 1] = 0.5
    }
    var modes = histories.groups.map { _ in 0.0 }
    var state = evaluate(point, modes: &modes, threads: threads)
    var converged = false
    for _ in 0..<40 {
      guard let step = direction(state) else { return nil }
      // Quadrature is no guide to spreads far from the present one.
      var scale = hasEffects ? min(1, 0.5 / max(abs(step[order - 1]), 0.5)) : 1
      let decrement = zip(step, state.score).reduce(0) { $0 + $1.0 * $1.1 }
      var improved = false
      for _ in 0..<12 {
        var trial = point
        for index in step.indices { trial[index] += scale * step[index] }
        let next = evaluate(trial, modes: &modes, threads: threads)
        if next.logLikelihood >= state.logLikelihood - 1e-9 * abs(state.logLikelihood) {
          (point, state, improved) = (trial, next, true)
          break
        }
        scale /= 2
      }
      // Half of it is the likelihood that the step was to gain: in units of standard errors the point
      // was this close, squared, before the step that has been taken.
      converged = improved && decrement < 1e-8
      if !improved || converged { break }
    }
    point[functions + 1] = abs(point[functions + 1])
    guard let inverse = factor(state.information)?.inverse() else { return nil }
    let count = Double(histories.clusters.count)
    let correction = count > 1 ? count / (count - 1) : 1
    var covariance = SymmetricMatrix(order: order)
    for row in 0..<order {
      for column in 0..<order {
        var sum = 0.0
        for k in 0..<order {
          for l in 0..<order {
            sum += inverse[row, k] * state.scoreSquares[k, l] * inverse[l, column]
          }
        }
        covariance[row, column] = correction * sum
      }
    }
    return Fit(point: point, covariance: covariance, converged: converged)
  }

  private func factor(_ matrix: SymmetricMatrix) -> CholeskyFactor? {
    if let factor = matrix.choleskyFactor() { return factor }
    // Far from the maximum the observed information need not be positive.
    var ridge = 1e-6
    while ridge < 1e6 {
      var damped = matrix
      for index in 0..<order { damped[index, index] += ridge * (abs(matrix[index, index]) + 1) }
      if let factor = damped.choleskyFactor() { return factor }
      ridge *= 10
    }
    return nil
  }

  private func direction(_ state: State) -> [Double]? {
    factor(state.information)?.solve(state.score)
  }

  private struct State: Sendable {
    var logLikelihood = 0.0
    var score: [Double]
    var information: SymmetricMatrix
    /// Σ over clusters of score · scoreᵀ.
    var scoreSquares: SymmetricMatrix

    init(order: Int) {
      score = [Double](repeating: 0, count: order)
      information = SymmetricMatrix(order: order)
      scoreSquares = SymmetricMatrix(order: order)
    }
  }

  private func evaluate(_ point: [Double], modes: inout [Double], threads: Int) -> State {
    let clusters = histories.clusters
    let chunks = min(64, clusters.count)
    let started = modes
    let parts = parallelMap(count: chunks, threads: threads) { chunk -> (State, [Double]) in
      var state = State(order: order)
      var found: [Double] = []
      var worker = GroupQuadrature(basis, point: point)
      for cluster in clusters.count * chunk / chunks..<clusters.count * (chunk + 1) / chunks {
        var score = [Double](repeating: 0, count: order)
        for group in clusters[cluster] {
          let cells = histories.groups[group]
          if hasEffects {
            found.append(
              worker.add(
                cells, mode: started[group], &state.logLikelihood, &score, &state.information))
          } else {
            worker.addPlain(cells, &state.logLikelihood, &score)
            found.append(0)
          }
        }
        for row in 0..<order {
          state.score[row] += score[row]
          for column in 0..<order {
            state.scoreSquares[row, column] += score[row] * score[column]
          }
        }
      }
      worker.finish(&state.information)
      return (state, found)
    }
    var total = State(order: order)
    modes = []
    modes.reserveCapacity(started.count)
    for (part, found) in parts {
      total.logLikelihood += part.logLikelihood
      for index in 0..<order { total.score[index] += part.score[index] }
      for index in total.information.elements.indices {
        total.information.elements[index] += part.information.elements[index]
        total.scoreSquares.elements[index] += part.scoreSquares.elements[index]
      }
      modes += found
    }
    return total
  }
}
