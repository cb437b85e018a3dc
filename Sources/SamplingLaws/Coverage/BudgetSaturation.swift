internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// Accuracy against the tokens of a budget: a logistic curve in ln tokens that levels off.
public struct BudgetSaturation: Sendable, Codable {
  /// Accuracy at one budget.
  public struct Point: Sendable, Codable, Hashable {
    /// Tokens.
    public var tokens: Double
    /// The accuracy that was measured; nil for a prediction.
    public var observed: Double?
    /// The accuracy of the curve, with its interval by the parametric bootstrap.
    public var fitted: Estimated
  }

  /// What the curve is called.
  public var name: String
  /// The number of items behind each accuracy.
  public var items: Int
  /// The accuracy that ever more tokens approach, with its interval by the profile likelihood.
  public var ceiling: Estimated
  /// The tokens at which half of the ceiling is reached.
  public var midpoint: Double
  /// By how much the log odds of the share of the ceiling rise for each doubling of the tokens.
  public var slope: Double
  /// The tokens at which 95 % of the ceiling are reached.
  public var saturation: Double
  /// Akaike's criterion of a curve that rises to 100 % less that of this one.
  public var evidence: Double
  /// The measured points, then the predictions.
  public var points: [Point]
  /// The level of the intervals.
  public var level: Double
  /// What remains uncertain, a sentence each.
  public var warnings: [String]

  /// Fits a curve; nil for fewer than four budgets or where nothing varies.
  ///
  /// Tokens are means at each budget; the accuracy is a share of the `items`, which need not be a
  /// whole number of them.
  public init?(
    name: String, tokens: [Double], accuracy: [Double], items: Int,
    predicting targets: [Double] = [], level: Double = 0.9, resamples: Int = 200,
    seed: UInt64 = 0, threads: Int = 2
  ) {
    precondition(tokens.count == accuracy.count, "\(tokens.count) of \(accuracy.count)")
    let usable = tokens.allSatisfy { $0 > 0 } && accuracy.allSatisfy { $0 >= 0 && $0 <= 1 }
    guard usable, tokens.count >= 4, let least = tokens.min(), let most = tokens.max(),
      most > least, let top = accuracy.max(), top > accuracy.min() ?? top
    else { return nil }
    let likelihood = BudgetLikelihood(
      logs: tokens.map { Double.log($0) }, accuracy: accuracy, items: Double(items))
    let best = likelihood.maximum()
    let full = likelihood.line(ceiling: 1)
    let drop = ChiSquared(degreesOfFreedom: 1).quantile(level) / 2
    let ends = likelihood.ceilings(around: best, drop: drop)
    self.name = name
    self.items = items
    self.level = level
    ceiling = Estimated(value: best.ceiling, low: ends.low, high: ends.high)
    midpoint = Double.exp(best.middle)
    slope = best.slope * Double.log(2)
    saturation = Double.exp(best.middle + Double.log(19) / best.slope)
    evidence = 2 * (best.value - full.value) - 2
    let all = tokens + targets
    let root = SplittableRandom(seed: seed)
    let draws = parallelMap(count: resamples, threads: threads) { index -> [Double] in
      var random = root.split(index)
      var copy = likelihood
      for row in tokens.indices {
        let right = random.nextBinomial(
          trials: items, probability: min(best.accuracy(Double.log(tokens[row])), 1))
        copy.accuracy[row] = Double(right) / Double(items)
      }
      let refit = copy.maximum()
      return all.map { refit.accuracy(Double.log($0)) }
    }
    points = all.indices.map { index in
      let sorted = draws.map { $0[index] }.filter { !$0.isNaN }.sorted()
      return Point(
        tokens: all[index], observed: index < accuracy.count ? accuracy[index] : nil,
        fitted: Estimated(
          value: best.accuracy(Double.log(all[index])),
          low: quantile(sorted: sorted, (1 - level) / 2),
          high: quantile(sorted: sorted, (1 + level) / 2)))
    }
    warnings = []
    let error = (top * (1 - top) / Double(items)).squareRoot()
    if error > 0.03 {
      warnings.append(
        "Each accuracy has a binomial error of about \(NumberFormat.rounded(error, decimals: 2)) from \(items) items, and "
          + "budgets that share items err together.")
    }
    if evidence < 2 {
      warnings.append(
        "\(tokens.count) points do not tell a ceiling from a curve that goes on to 100 % "
          + "(difference in AIC \(NumberFormat.rounded(evidence, decimals: 1))): that accuracy saturates at "
          + "\(NumberFormat.rounded(ceiling.value, decimals: 2)) is not shown by them.")
    }
    if saturation > most {
      warnings.append(
        "95 % of the ceiling would be reached only at \(NumberFormat.rounded(saturation / most, decimals: 1)) times the "
          + "largest budget, so the ceiling is an extrapolation.")
    }
  }
}

/// The binomial likelihood of accuracies on a logistic curve in ln tokens.
private struct BudgetLikelihood: Sendable {
  struct Curve {
    var ceiling: Double
    var slope: Double
    var middle: Double
    var value: Double

    func accuracy(_ log: Double) -> Double {
      ceiling / (1 + Double.exp(-slope * (log - middle)))
    }
  }

  var logs: [Double]
  var accuracy: [Double]
  var items: Double

  /// The best curve with a given ceiling: Fisher's scoring in intercept and slope.
  func line(ceiling: Double) -> Curve {
    let centre = logs.reduce(0, +) / Double(logs.count)
    func value(_ height: Double, _ slope: Double) -> Double {
      var sum = 0.0
      for (log, share) in zip(logs, accuracy) {
        let p = ceiling / (1 + Double.exp(-height - slope * (log - centre)))
        if share > 0 { sum += items * share * Double.log(p) }
        if share < 1 { sum += items * (1 - share) * Double.log(max(1 - p, 1e-300)) }
      }
      return sum
    }
    let average = min(accuracy.reduce(0, +) / Double(accuracy.count) / ceiling, 0.95)
    var (height, slope) = (Double.log(average / (1 - average)), 0.3)
    var current = value(height, slope)
    for _ in 0..<100 {
      var (g0, g1, s0, s1, s2) = (0.0, 0.0, 1e-9, 0.0, 1e-9)
      for (log, share) in zip(logs, accuracy) {
        let x = log - centre
        let part = 1 / (1 + Double.exp(-height - slope * x))
        let p = min(ceiling * part, 1 - 1e-12)
        let derivative = p * (1 - part)
        let weight = items / (p * (1 - p))
        let gradient = weight * (share - p) * derivative
        let information = weight * derivative * derivative
        g0 += gradient
        g1 += gradient * x
        s0 += information
        s1 += information * x
        s2 += information * x * x
      }
      let determinant = s0 * s2 - s1 * s1
      var step = ((s2 * g0 - s1 * g1) / determinant, (s0 * g1 - s1 * g0) / determinant)
      var moved = false
      for _ in 0..<30 {
        let trial = (height + step.0, min(max(slope + step.1, 1e-3), 20))
        let next = value(trial.0, trial.1)
        if next > current {
          moved = next - current > 1e-11
          (height, slope) = trial
          current = next
          break
        }
        step = (step.0 / 2, step.1 / 2)
      }
      if !moved { break }
    }
    return Curve(
      ceiling: ceiling, slope: slope, middle: centre - height / slope, value: current)
  }

  func maximum() -> Curve {
    let low = max((accuracy.max() ?? 0.1) * 0.5, 0.02)
    let found = minimize(over: low...1, samples: 32, tolerance: 1e-5) { -line(ceiling: $0).value }
    return line(ceiling: found.argument)
  }

  /// The ceilings whose best curve is at most so much less likely.
  func ceilings(around best: Curve, drop: Double) -> (low: Double, high: Double) {
    func excess(_ ceiling: Double) -> Double { line(ceiling: ceiling).value - best.value + drop }
    let low = root(in: 0.01...best.ceiling, tolerance: 1e-6, excess) ?? 0.01
    let high =
      excess(1) >= 0 ? 1 : root(in: best.ceiling...1, tolerance: 1e-6, excess) ?? 1
    return (low, high)
  }
}
