public import Quantities
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

  /// Where a metric lies against chance, by exact tests at each size.
  public enum ChanceRelation: String, Sendable, Hashable, Codable {
    /// No size is told from chance, or none by more than a twentieth of the room above it.
    case atChance = "at chance"
    /// Some size is above chance, none below.
    case above = "above chance"
    /// Some size is below chance, none above.
    case below = "below chance"
    /// Some sizes are below chance, others above.
    case crosses = "crosses chance"
  }

  /// The task.
  public let task: String
  /// The shape of the metric against scale.
  public let shape: TrendShape
  /// What the shape means, given which direction is better: normal, inverse, or turning.
  public let direction: ScalingDirection
  /// How sure the shape is: one minus the p-value of the weakest test it needs, see `TrendTest`.
  /// Where the shape is undecided it is that of the shape of most support, below the level.
  public let probability: Double
  /// The p-value of no change with scale at all, by a line and a curve together.
  public let pValue: Double
  /// The shape of most support, whether or not it reaches the level.
  public let leading: TrendShape
  /// The p-value of the last model against the mean of those before; NaN for other shapes than a
  /// change at the last size.
  public let lastPValue: Double
  /// Where the metric lies against chance; nil where it has no chance level.
  public let chanceRelation: ChanceRelation?
  let noise: Double
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

  /// Examines a task over at least four models of three sizes. Nothing is recommended for one at
  /// chance, without a clear trend, or that gets worse. The smallest change over the ladder that
  /// matters is three standard deviations of one model's noise by default. Throws
  /// `FitError.unusable` for too few models or impossible numbers.
  public init(
    _ series: TaskSeries, level: Double = 0.9, relevantChange: Double? = nil
  ) throws(FitError) {
    let trend: TrendTest
    let aboveChance: Bool?
    let relation: ChanceRelation?
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
      relation = try series.relation(items: items, trend: trend, isAbove: aboveChance)
    } catch {
      throw .unusable("task \(series.task): \(error.description)")
    }
    task = series.task
    self.level = level
    shape = trend.shape
    direction = trend.scaling(higherIsBetter: series.higherIsBetter)
    probability = trend.confidence
    pValue = trend.pValue
    leading = trend.leading
    let isLast = trend.shape == .lastRise || trend.shape == .lastFall
    lastPValue = isLast ? trend.lastPValue : .nan
    chanceRelation = relation
    noise = trend.pointNoise
    let decade = Double.log(10)
    let middle = (trend.linearSlope.low + trend.linearSlope.high) / 2
    slope = Estimated(
      value: middle * decade, low: trend.linearSlope.low * decade,
      high: trend.linearSlope.high * decade)
    turningPoint = Self.turningPoint(trend, scale: series.scale)
    isAboveChance = aboveChance
    recommendation = Self.recommend(series, direction: direction, isAboveChance: aboveChance)
    sentence = Self.sentence(
      series, trend: trend, direction: direction, relation: relation,
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
    // A turn that known errors tell need not be one of the parabola.
    guard vertex > Double.log(first), vertex < Double.log(last) else { return nil }
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
    _ series: TaskSeries, trend: TrendTest, direction: ScalingDirection,
    relation: ChanceRelation?, recommendation: Recommendation, turningPoint: Estimated?
  ) -> String {
    let chance = NumberFormat.short(series.chance ?? .nan)
    let place: String
    switch relation {
    case .atChance:
      return "\(series.task) is at chance (\(chance)) at every size: no law is fitted."
    case .below: place = ", below chance (\(chance)) and at no size above it"
    case .crosses:
      let ends = series.ends.map { NumberFormat.short($0) }
      place =
        ", from \(ends[0]) at the smallest size to \(ends[1]) at the largest, across chance (\(chance))"
    case .above, nil: place = ""
    }
    let shape =
      switch direction {
      case .normal: "improves with scale"
      case .inverse: "gets worse with scale"
      case .recovering: "gets worse, then better"
      case .reversing: "gets better, then worse"
      case .flat: "does not change with scale"
      case .emerging, .failing:
        "\(direction.rawValue.hasPrefix("better") ? "improves" : "gets worse") at the last size only (\(NumberFormat.probability("p", trend.lastPValue, floor: 0.001)))"
      case .irregular: "changes by more than its errors, but neither one way nor with one turn"
      case .undecided:
        trend.leading == .undecided || trend.confidence < 0.5
          ? "has no clear trend"
          : "has no clear trend (\(trend.leading.words) at \(NumberFormat.sentence((100 * trend.confidence).rounded(.down))) %)"
      }
    let turn = turningPoint.map { ", turning at \(NumberFormat.short($0.value))" } ?? ""
    let advice =
      recommendation == .none ? "no law is fitted" : "forecast it with \(recommendation.rawValue)"
    return "\(series.task) \(shape)\(turn)\(place): \(advice)."
  }
}

extension TrendShape {
  /// The shape as people write it.
  public var words: String {
    switch self {
    case .uShaped: "U-shaped"
    case .increasing, .decreasing, .invertedU, .lastRise, .lastFall, .irregular, .flat, .undecided:
      rawValue
    }
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
    return counts.map { Int(saturating: $0 >= 1 && $0 < 1e12 ? $0 : typical) }
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

  fileprivate var ends: [Double] {
    let order = scale.indices.sorted { scale[$0] < scale[$1] }
    guard let first = order.first, let last = order.last else { return [.nan, .nan] }
    return [metric[first], metric[last]]
  }

  /// Where the metric lies against chance; nil without chance level.
  ///
  /// A size is below chance, or above it in a series that has sizes below, by an exact test at one
  /// in twenty over all sizes, without the margin that a series needs to be worth extrapolating.
  fileprivate func relation(
    items: [Int]?, trend: TrendTest, isAbove: Bool?
  ) throws(StatisticsError) -> TaskReport.ChanceRelation? {
    guard let chance, let isAbove else { return nil }
    let above: [Double]
    let below: [Double]
    if let items {
      let counts = zip(metric, items).map { (Int(saturating: ($0 * Double($1)).rounded()), $1) }
      above = counts.map { Binomial(trials: $1, probability: chance).survival($0 - 1) }
      below = counts.map { Binomial(trials: $1, probability: chance).cdf($0) }
    } else {
      guard trend.pointNoise > 0 else { return isAbove ? .above : .atChance }
      let errors = StudentT(degreesOfFreedom: Double(max(metric.count - 3, 1)))
      above = metric.map { errors.survival(($0 - chance) / trend.pointNoise) }
      below = metric.map { errors.survival((chance - $0) / trend.pointNoise) }
    }
    func isSignificant(_ values: [Double]) -> Bool {
      MultipleTesting.holm(values).contains { $0 < 0.05 }
    }
    let isBelow = isSignificant(below)
    if isBelow { return isAbove || isSignificant(above) ? .crosses : .below }
    return isAbove ? .above : .atChance
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
      let correct = zip(metric, items).map { Int(saturating: ($0 * Double($1)).rounded()) }
      return try ChanceLevelTest(correct: correct, items: items, chance: chance).isAboveChance
    }
    let bar = chance + 0.05 * (1 - chance)
    let noise = trend.pointNoise
    guard noise > 0 else { return metric.contains { $0 > bar } }
    let errors = StudentT(degreesOfFreedom: Double(max(metric.count - 3, 1)))
    let values = metric.map { errors.survival(($0 - bar) / noise) }
    return MultipleTesting.holm(values).contains { $0 < 0.05 }
  }
}
