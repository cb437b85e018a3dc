internal import RealModule
public import Statistics

/// What a task does with scale, and whether a law may be fitted to it [0][L16].
public struct TaskReport: Sendable {
  /// A law to forecast a task with.
  public enum Recommendation: String, Sendable, Hashable, Codable {
    /// Accuracy as a sigmoid of compute, chance fixed.
    case taskSigmoid = "task-sigmoid"
    /// Accuracy as a sigmoid of loss, itself forecast by a law of scale.
    case lossToAccuracy = "loss-to-accuracy"
    /// A power law over a floor, for a metric that is a loss.
    case powerConstant = "power-constant"
    /// No law: there is nothing to extrapolate.
    case none
  }

  /// The task.
  public let task: String
  /// The shape of the metric against scale.
  public let shape: TrendShape
  /// What the shape means, given which direction is better: normal, inverse, or turning.
  public let direction: ScalingDirection
  /// The probability of the shape; that of the most probable one where it is undecided.
  public let probability: Double
  /// The change of the metric for every decade of scale, by a straight line.
  public let slope: Estimated
  /// The scale of the turn, for a U or an inverted U; nil for other shapes.
  public let turningPoint: Estimated?
  /// Whether some model is above chance by more than a twentieth of the room above it; nil where
  /// the metric has no chance level.
  public let isAboveChance: Bool?
  /// The law to forecast with.
  public let recommendation: Recommendation
  /// The report in one sentence.
  public let sentence: String
  /// The nominal coverage of the intervals and of the verdict.
  public let level: Double

  /// Whether the task may be extrapolated.
  public var isAccepted: Bool { recommendation != .none }

  /// Examines a task.
  ///
  /// Nothing is recommended for a task at chance, whatever its trend: noise around a quarter has
  /// slopes too. Nor is anything for a task without a clear trend or one that gets worse.
  ///
  /// - Parameters:
  ///   - series: the metric over the ladder, at least four models of three sizes.
  ///   - level: the confidence level of the verdict.
  ///   - relevantChange: the smallest change of the metric over the ladder that matters; nil for
  ///     three standard deviations of one model's noise.
  /// - Throws: `FitError.unusable` for too few models or impossible numbers.
  public init(
    _ series: TaskSeries, level: Double = 0.9, relevantChange: Double? = nil
  ) throws(FitError) {
    let trend: TrendTest
    let aboveChance: Bool?
    do throws(StatisticsError) {
      if let bad = series.scale.firstIndex(where: { !($0 > 0) }) {
        throw .invalidValue(what: "scale", index: bad, value: series.scale[bad])
      }
      let x = series.scale.map { Double.log($0) }
      let items = series.items ?? series.itemsFromErrors
      trend = try TrendTest(
        x: x, y: series.metric, standardErrors: series.errors(items: items), level: level,
        relevantChange: relevantChange)
      aboveChance = try series.isAboveChance(items: items, trend: trend)
    } catch {
      throw .unusable("task \(series.task): \(error.description)")
    }
    task = series.task
    self.level = level
    shape = trend.shape
    direction = trend.scaling(higherIsBetter: series.higherIsBetter)
    switch trend.shape {
    case .flat: probability = trend.flatProbability
    case .undecided: probability = trend.probabilities.values.max() ?? .nan
    case .increasing, .decreasing, .uShaped, .invertedU:
      probability = trend.probabilities[trend.shape] ?? .nan
    }
    let decade = Double.log(10)
    let middle = (trend.linearSlope.low + trend.linearSlope.high) / 2
    slope = Estimated(
      value: middle * decade, low: trend.linearSlope.low * decade,
      high: trend.linearSlope.high * decade)
    turningPoint = Self.turningPoint(trend, scale: series.scale)
    isAboveChance = aboveChance
    recommendation = Self.recommend(series, direction: direction, isAboveChance: aboveChance)
    sentence = Self.sentence(
      series, trend: trend, direction: direction, isAboveChance: aboveChance,
      recommendation: recommendation, turningPoint: turningPoint)
  }

  /// The vertex of the parabola, whose slope falls from one end value to the other.
  private static func turningPoint(_ trend: TrendTest, scale: [Double]) -> Estimated? {
    guard trend.shape == .uShaped || trend.shape == .invertedU,
      let first = scale.min(), let last = scale.max()
    else { return nil }
    let low = (trend.lowEndSlope.low + trend.lowEndSlope.high) / 2
    let high = (trend.highEndSlope.low + trend.highEndSlope.high) / 2
    let span = Double.log(last) - Double.log(first)
    let vertex = Double.log(first) - low * span / (high - low)
    return Estimated(
      value: Double.exp(vertex), low: trend.vertex.map { Double.exp($0.low) } ?? .nan,
      high: trend.vertex.map { Double.exp($0.high) } ?? .nan)
  }

  private static func recommend(
    _ series: TaskSeries, direction: ScalingDirection, isAboveChance: Bool?
  ) -> Recommendation {
    guard direction == .normal, isAboveChance != false else { return .none }
    guard series.isAccuracy else { return series.higherIsBetter ? .none : .powerConstant }
    return series.losses == nil ? .taskSigmoid : .lossToAccuracy
  }

  private static func sentence(
    _ series: TaskSeries, trend: TrendTest, direction: ScalingDirection, isAboveChance: Bool?,
    recommendation: Recommendation, turningPoint: Estimated?
  ) -> String {
    if isAboveChance == false {
      return
        "\(series.task) is at chance (\(Fitter.short(series.chance ?? .nan))) at every size: no law is fitted."
    }
    let shape =
      switch direction {
      case .normal: "improves with scale"
      case .inverse: "gets worse with scale"
      case .recovering: "gets worse, then better"
      case .reversing: "gets better, then worse"
      case .flat: "does not change with scale"
      case .undecided: "has no clear trend"
      }
    let turn = turningPoint.map { ", turning at \(Fitter.short($0.value))" } ?? ""
    let advice =
      recommendation == .none ? "no law is fitted" : "forecast it with \(recommendation.rawValue)"
    return "\(series.task) \(shape)\(turn): \(advice)."
  }
}

extension TaskSeries {
  /// Items that the standard errors √(p(1 − p)/(n − 1)) imply; models at 0 or 1, whose error
  /// vanishes, get the median of the others.
  fileprivate var itemsFromErrors: [Int]? {
    guard isAccuracy, let standardErrors, standardErrors.count == metric.count else { return nil }
    let counts = zip(metric, standardErrors).map { p, error -> Double in
      p > 0 && p < 1 && error > 0 ? (p * (1 - p) / (error * error) + 1).rounded() : .nan
    }
    let known = counts.filter { $0 >= 1 && $0 < 1e12 }
    guard !known.isEmpty else { return nil }
    let typical = median(known).rounded()
    return counts.map { Int($0 >= 1 && $0 < 1e12 ? $0 : typical) }
  }

  /// The standard errors for the trend: those of the counts, with two successes and failures added
  /// so that none vanishes at 0 or 1 (Agresti and Coull), else those given.
  fileprivate func errors(items: [Int]?) -> [Double]? {
    guard isAccuracy, let items, items.count == metric.count else { return standardErrors }
    return zip(metric, items).map { accuracy, items in
      let n = Double(items) + 4
      let p = (accuracy * Double(items) + 2) / n
      return (p * (1 - p) / n).squareRoot()
    }
  }

  /// Whether the task is above chance at some size; nil without chance level.
  ///
  /// Counts are tested exactly. Without counts the noise of the trend's residuals decides.
  fileprivate func isAboveChance(
    items: [Int]?, trend: TrendTest
  ) throws(StatisticsError) -> Bool? {
    guard let chance, isAccuracy else { return nil }
    guard chance >= 0, chance < 1 else {
      throw .invalidValue(what: "chance", index: 0, value: chance)
    }
    if let items {
      let correct = zip(metric, items).map { Int(($0 * Double($1)).rounded()) }
      return try ChanceLevelTest(correct: correct, items: items, chance: chance).isAboveChance
    }
    let bar = chance + 0.05 * (1 - chance)
    let noise = trend.relevantChange / 3
    guard noise > 0 else { return metric.contains { $0 > bar } }
    let errors = StudentT(degreesOfFreedom: Double(max(metric.count - 3, 1)))
    let values = metric.map { errors.survival(($0 - bar) / noise) }
    return MultipleTesting.holm(values).contains { $0 < 0.05 }
  }
}
