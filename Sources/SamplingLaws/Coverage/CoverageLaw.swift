internal import Optimization
internal import RealModule
internal import Statistics

/// Success against the number of samples, c = c_max·exp(−A·k^(−B)).
///
/// With c_max = 1 this is the power law −ln c = A·k^(−B) of repeated sampling.
public struct CoverageLaw: Sendable, Hashable, Codable {
  /// c_max, at most 1.
  public var ceiling: Double
  /// A.
  public var scale: Double
  /// B.
  public var exponent: Double

  /// A law.
  public init(ceiling: Double = 1, scale: Double, exponent: Double) {
    self.ceiling = ceiling
    self.scale = scale
    self.exponent = exponent
  }

  /// c at a number of samples.
  public func value(_ k: Double) -> Double {
    ceiling * Double.exp(-scale * Double.exp(-exponent * Double.log(k)))
  }

  /// The root mean squared distance to a curve.
  public func rootMeanSquare(k: [Double], success: [Double]) -> Double {
    let squares = zip(k, success).reduce(0) { sum, point in
      let miss = value(point.0) - point.1
      return sum + miss * miss
    }
    return (squares / Double(k.count)).squareRoot()
  }

  /// By least squares of ln(−ln c) on ln k, with the standard errors of ln A and B; nil below three
  /// points.
  public static func logLog(
    k: [Double], success: [Double]
  ) -> (law: CoverageLaw, errors: (logScale: Double, exponent: Double))? {
    let used = k.indices.filter { success[$0] > 0 && success[$0] < 1 && k[$0] > 0 }
    let regression = try? LinearRegression(
      predictors: [used.map { Double.log(k[$0]) }],
      response: used.map { Double.log(-Double.log(success[$0])) })
    guard let regression else { return nil }
    let errors = regression.standardErrors
    return (
      CoverageLaw(
        scale: Double.exp(regression.coefficients[0]), exponent: -regression.coefficients[1]),
      (errors[0], errors[1])
    )
  }

  /// By least squares on c, c_max = 1 unless `withCeiling`; from `warm` or several starts.
  static func leastSquares(
    k: [Double], success: [Double], withCeiling: Bool, warm: CoverageLaw? = nil
  ) -> CoverageLaw {
    var starts: [CoverageLaw] = warm.map { [$0] } ?? []
    if warm == nil {
      let top = success.max() ?? 1
      let ceilings = withCeiling ? [1, (1 + top) / 2, min(1.02 * top, 1)] : [1]
      for ceiling in ceilings {
        let line = logLog(k: k, success: success.map { $0 / ceiling })?.law
        starts.append(
          CoverageLaw(
            ceiling: ceiling, scale: line?.scale ?? 1, exponent: max(line?.exponent ?? 0.3, 0.01)))
      }
    }
    let logs = k.map { Double.log($0) }
    var best: (law: CoverageLaw, squares: Double)?
    for start in starts {
      let found = descend(from: start, logs: logs, success: success, withCeiling: withCeiling)
      if found.squares < best?.squares ?? .infinity { best = found }
    }
    return best?.law ?? CoverageLaw(scale: 1, exponent: 0)
  }

  /// Levenberg–Marquardt in (ln A, B, c_max), c_max held at 1 where it would exceed it.
  private static func descend(
    from start: CoverageLaw, logs: [Double], success: [Double], withCeiling: Bool
  ) -> (law: CoverageLaw, squares: Double) {
    func squares(_ law: CoverageLaw) -> Double {
      var sum = 0.0
      for index in logs.indices {
        let hazard = law.scale * Double.exp(-law.exponent * logs[index])
        let miss = success[index] - law.ceiling * Double.exp(-hazard)
        sum += miss * miss
      }
      return sum
    }
    var law = start
    var value = squares(law)
    var damping = 1e-3
    for _ in 0..<200 {
      var gram = SymmetricMatrix(order: 3)
      var slope = [0.0, 0, 0]
      for index in logs.indices {
        let hazard = law.scale * Double.exp(-law.exponent * logs[index])
        let share = Double.exp(-hazard)
        let fitted = law.ceiling * share
        let partials = [-fitted * hazard, fitted * hazard * logs[index], share]
        let miss = success[index] - fitted
        for i in 0..<3 {
          slope[i] += partials[i] * miss
          for j in 0..<3 { gram[i, j] += partials[i] * partials[j] }
        }
      }
      // A ceiling at its bound that would rise further is not an unknown.
      let isFree = withCeiling && (law.ceiling < 1 || slope[2] < 0)
      let order = isFree ? 3 : 2
      if !isFree { gram = gram.leading(2) }
      var moved = false
      for _ in 0..<30 {
        var damped = gram
        for i in 0..<order { damped[i, i] += damping * gram[i, i] + 1e-14 }
        guard let step = damped.choleskyFactor()?.solve(Array(slope.prefix(order))) else {
          damping = max(damping * 10, 1e-9)
          continue
        }
        var trial = law
        trial.scale *= Double.exp(min(max(step[0], -2), 2))
        trial.exponent = min(max(trial.exponent + min(max(step[1], -0.5), 0.5), 1e-6), 20)
        if isFree { trial.ceiling = min(max(trial.ceiling + step[2], 1e-3), 1) }
        let next = squares(trial)
        if next < value {
          moved = value - next > 1e-14 * value
          law = trial
          value = next
          damping = max(damping / 10, 1e-12)
          break
        }
        damping = max(damping * 10, 1e-9)
      }
      if !moved { break }
    }
    return (law, value)
  }
}

extension SymmetricMatrix {
  fileprivate func leading(_ order: Int) -> SymmetricMatrix {
    var block = SymmetricMatrix(order: order)
    for row in 0..<order { for column in 0..<order { block[row, column] = self[row, column] } }
    return block
  }
}
