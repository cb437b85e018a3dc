internal import Optimization
public import Quantities
internal import RealModule
internal import Statistics

/// What the recommended law of a task says of a size that was not evaluated.
public struct TaskForecast: Sendable, Hashable, Codable {
  /// The task.
  public var task: String
  /// The law; `power-constant, then loss-to-accuracy` where accuracy follows from a predicted loss.
  public var law: String
  /// The scale.
  public var scale: Double
  /// The metric by the law, with its interval.
  public var value: Estimated
  /// The metric of one model at that scale: law and noise of one evaluation.
  public var run: Estimated
  /// The scale divided by the largest evaluated one.
  public var beyond: Double
  /// The nominal coverage.
  public var level: Double
}

extension TaskSeries {
  /// Forecasts the task with the law that its trend recommends, with intervals of the options'
  /// level; empty where it recommends none. Throws `FitError` where the law cannot be fitted to the
  /// series.
  public func forecasts(
    by report: TaskReport, at scales: [Double], options: FitOptions
  ) throws(FitError) -> [TaskForecast] {
    guard let largest = scale.max() else { return [] }
    var options = options
    options.seedNoise = report.noise > 0 ? report.noise : nil
    let laws: String
    let read: (Double) -> (value: Double, draws: [Double])
    let tail: Double
    switch report.recommendation {
    case .none: return []
    case .taskSigmoid, .powerConstant:
      let isAccuracy = report.recommendation == .taskSigmoid
      let law: any Law = isAccuracy ? TaskSigmoid(chance: chance ?? 0) : PowerConstant()
      if !isAccuracy, let noise = options.seedNoise {
        // The objective of losses is logarithmic.
        options.seedNoise = noise / median(metric.map(abs))
      }
      let fitted = try fit(
        law, to: Observations(columns: ["C": scale], response: metric), options: options)
      laws = law.name
      tail = fitted.tail
      read = { scale in
        (
          law.prediction(fitted.estimate, at: [scale]),
          fitted.draws.map { law.prediction($0, at: [scale]) }
        )
      }
    case .lossToAccuracy:
      guard let losses else { return [] }
      let first = PowerConstant()
      let second = LossToAccuracy(chance: chance ?? 0)
      let accuracy = try fit(
        second, to: Observations(columns: ["loss": losses], response: metric), options: options)
      options.seedNoise = nil
      options.seed = options.seed &+ 1
      let loss = try fit(
        first, to: Observations(columns: ["C": scale], response: losses), options: options)
      laws = "\(first.name), then \(second.name)"
      tail = min(accuracy.tail, loss.tail)
      read = { scale in
        let middle = first.prediction(loss.estimate, at: [scale])
        return (
          second.prediction(accuracy.estimate, at: [middle]),
          zip(loss.draws, accuracy.draws).map {
            second.prediction($1, at: [first.prediction($0, at: [scale])])
          }
        )
      }
    }
    let noise = report.noise.isFinite ? report.noise : 0
    let bounds = isAccuracyLike ? 0.0...1.0 : -Double.infinity...Double.infinity
    return scales.map { scale in
      let (value, draws) = read(scale)
      var random = SplittableRandom(seed: options.seed).split(71)
      let singles = draws.map {
        min(max($0 + noise * random.nextNormal(), bounds.lowerBound), bounds.upperBound)
      }
      func interval(_ values: [Double]) -> Estimated {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard sorted.count > 1 else { return Estimated(value: value) }
        return Estimated(
          value: value, low: quantile(sorted: sorted, tail),
          high: quantile(sorted: sorted, 1 - tail))
      }
      return TaskForecast(
        task: task, law: laws, scale: scale, value: interval(draws), run: interval(singles),
        beyond: scale / largest, level: options.level)
    }
  }

  private var isAccuracyLike: Bool { higherIsBetter && metric.allSatisfy { $0 >= 0 && $0 <= 1 } }
}
