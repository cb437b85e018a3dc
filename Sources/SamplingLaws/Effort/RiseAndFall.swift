internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// Accuracy that rises with effort and may fall again: logit accuracy = a + b·ln x − c·x with c ≥ 0
/// [109].
///
/// With c = 0 it only rises. Otherwise it peaks at x = b/c, where more effort begins to hurt.
public struct RiseAndFall: Codable, Sendable, Hashable {
  /// a.
  public var intercept: Estimated
  /// b, the gain in logit for e times the effort.
  public var gain: Estimated
  /// c, the loss in logit for one more unit of effort; 0 where no fall is shown.
  public var loss: Estimated
  /// Whether a fall is shown: the lower limit of c, one-sided at the level's tail, lies above 0.
  public var falls: Bool
  /// The effort of the peak, b/c; nil where no fall is shown or accuracy falls from the start.
  public var peak: Estimated?
  /// The fitted accuracy at each effort.
  public var fitted: [Double]
  /// What to beware of.
  public var warnings: [String]

  /// Fits counts of independent outcomes at three or more different, positive efforts x; intervals
  /// are by the curvature of the likelihood.
  ///
  /// - Throws: for too few efforts, and where outcomes are all right or all wrong.
  public init(efforts: [Double], successes: [Double], trials: [Double], level: Double = 0.9)
    throws(PlanningError)
  {
    let fit = try RiseAndFallFit(efforts)
    guard let free = fit.maximum(successes, trials, falls: true),
      let plain = fit.maximum(successes, trials, falls: false)
    else { throw .tooFew("Outcomes are too few, or too alike, to fit a curve.") }
    let z = Normal.standard.quantile((1 + level) / 2)
    func interval(_ value: Double, _ variance: Double) -> Estimated {
      let half = z * max(variance, 0).squareRoot()
      return Estimated(value: value, low: value - half, high: value + half)
    }
    let loss = interval(free.point[2], free.covariance[2, 2])
    var peak: Estimated?
    if loss.low > 0, free.point[1] > 0 {
      // On a logarithmic scale, on which the quotient is nearly normal.
      let (b, c) = (free.point[1], free.point[2])
      let variance =
        free.covariance[1, 1] / (b * b) + free.covariance[2, 2] / (c * c)
        - 2 * free.covariance[1, 2] / (b * c)
      let half = z * max(variance, 0).squareRoot()
      peak = Estimated(
        value: b / c, low: b / c * Double.exp(-half), high: b / c * Double.exp(half))
    }
    let chosen = loss.low > 0 ? free : plain
    self.init(
      fit: fit, chosen: chosen.point,
      intercept: interval(chosen.point[0], chosen.covariance[0, 0]),
      gain: interval(chosen.point[1], chosen.covariance[1, 1]), loss: loss, peak: peak)
  }

  /// Fits the accuracy of each problem at each effort.
  ///
  /// - Throws: for too few efforts or problems.
  public init(efforts: [Double], accuracies: ProblemMatrix, bootstrap: ProblemBootstrap)
    throws(PlanningError)
  {
    precondition(accuracies.columnCount == efforts.count, "a column an effort")
    let fit = try RiseAndFallFit(efforts)
    let problems = accuracies.problemCount
    let ones = efforts.map { _ in Double(max(problems, 1)) }
    func maximum(_ means: [Double], falls: Bool) -> [Double]? {
      fit.maximum(means.map { $0 * Double(problems) }, ones, falls: falls)?.point
    }
    guard let free = maximum(accuracies.means, falls: true),
      let plain = maximum(accuracies.means, falls: false)
    else { throw .tooFew("Outcomes are too few, or too alike, to fit a curve.") }
    let draws = bootstrap.resampledMeans(of: accuracies)
    let nothing = [Double](repeating: .nan, count: 3)
    let frees = draws.map { maximum($0, falls: true) ?? nothing }
    func interval(_ value: Double, _ values: [Double]) -> Estimated {
      bootstrap.interval(around: value, draws: values, problems: problems)
    }
    let loss = interval(free[2], frees.map { $0[2] })
    let falls = loss.low > 0
    var peak: Estimated?
    if falls, free[1] > 0 { peak = interval(free[1] / free[2], frees.map { $0[1] / $0[2] }) }
    let chosen = falls ? free : plain
    let drawn = falls ? frees : draws.map { maximum($0, falls: false) ?? nothing }
    self.init(
      fit: fit, chosen: chosen, intercept: interval(chosen[0], drawn.map { $0[0] }),
      gain: interval(chosen[1], drawn.map { $0[1] }), loss: loss, peak: peak)
    if problems < 10 { warnings.append("With \(problems) problems the intervals are rough.") }
  }

  private init(
    fit: RiseAndFallFit, chosen: [Double], intercept: Estimated, gain: Estimated,
    loss: Estimated, peak: Estimated?
  ) {
    self.intercept = intercept
    self.gain = gain
    falls = loss.low > 0
    self.loss = falls ? loss : Estimated(value: 0, low: 0, high: max(loss.high, 0))
    self.peak = peak
    fitted = fit.accuracies(chosen)
    warnings = []
    if let peak, let least = fit.efforts.min(), let most = fit.efforts.max() {
      if peak.value < least || peak.value > most {
        warnings.append("The peak lies outside the recorded efforts.")
      }
    }
    if falls, peak == nil { warnings.append("Accuracy falls from the smallest effort on.") }
  }
}

struct RiseAndFallFit: Sendable {
  let efforts: [Double]
  private let scale: Double

  init(_ efforts: [Double]) throws(PlanningError) {
    try PlanningError.require(
      efforts.allSatisfy { $0 > 0 && $0.isFinite }, "Efforts must be positive.")
    if Set(efforts).count < 3 { throw .tooFew("A rise and fall needs at least three efforts.") }
    self.efforts = efforts
    scale = efforts.max() ?? 1
  }

  /// a, b and c of the largest likelihood, c = 0 unless `falls`, with their covariance.
  func maximum(_ successes: [Double], _ trials: [Double], falls: Bool)
    -> (point: [Double], covariance: SymmetricMatrix)?
  {
    let order = falls ? 3 : 2
    let rows = efforts.map { [1, Double.log($0 / scale), -$0 / scale] }
    var point = [0.0, 0, 0]
    var last = -Double.infinity
    for _ in 0..<60 {
      var information = SymmetricMatrix(order: order)
      var score = [Double](repeating: 0, count: order)
      var value = 0.0
      for index in rows.indices {
        let predictor = (0..<order).reduce(0) { $0 + rows[index][$1] * point[$1] }
        let chance = 1 / (1 + Double.exp(-predictor))
        value +=
          successes[index] * predictor
          - trials[index] * (max(predictor, 0) + Double.log(onePlus: Double.exp(-abs(predictor))))
        let weight = trials[index] * chance * (1 - chance)
        for row in 0..<order {
          score[row] += (successes[index] - trials[index] * chance) * rows[index][row]
          for column in 0..<order {
            information[row, column] += weight * rows[index][row] * rows[index][column]
          }
        }
      }
      guard let factor = information.choleskyFactor(), value.isFinite else { return nil }
      let step = factor.solve(score)
      let size = step.map { abs($0) }.max() ?? 0
      if size < 1e-9 || (value == last && size < 1e-5) {
        return (unscaled(point), unscaled(factor.inverse()))
      }
      last = value
      // Logits of more than a few units at a time overshoot.
      let damping = min(1, 3 / size)
      for index in 0..<order { point[index] += damping * step[index] }
      if point.contains(where: { abs($0) > 60 }) { return nil }
    }
    return nil
  }

  private func unscaled(_ point: [Double]) -> [Double] {
    [point[0] - point[1] * Double.log(scale), point[1], point[2] / scale]
  }

  private func unscaled(_ matrix: SymmetricMatrix) -> SymmetricMatrix {
    let shift = Double.log(scale)
    let rows = [[1, -shift, 0], [0, 1, 0], [0, 0, 1 / scale]]
    var result = SymmetricMatrix(order: 3)
    for row in 0..<3 {
      for column in 0..<3 {
        for k in 0..<matrix.order {
          for l in 0..<matrix.order {
            result[row, column] += rows[row][k] * matrix[k, l] * rows[column][l]
          }
        }
      }
    }
    return result
  }

  func accuracies(_ point: [Double]) -> [Double] {
    efforts.map {
      1 / (1 + Double.exp(-(point[0] + point[1] * Double.log($0) - point[2] * $0)))
    }
  }
}
