internal import Optimization
internal import RealModule
internal import Statistics

/// The prediction of a fitted law for a run that has not been made.
public struct Forecast: Sendable, Hashable, Codable {
  /// The columns asked for, with C, N or D derived where they follow.
  public var columns: [String: Double]
  /// The name of what is predicted.
  public var response: String
  /// The prediction with the interval of the law: where the mean of many runs would lie.
  public var law: Estimated
  /// The prediction with the interval of a single run: law and residual scatter together.
  public var run: Estimated
  /// How far each column lies beyond the fitted table.
  public var reach: [Reach]
  /// The nominal coverage of the intervals.
  public var level: Double
  /// All of it in a sentence or two.
  public var sentence: String
}

extension FittedLaw {
  /// Forecasts one run.
  ///
  /// - Parameters:
  ///   - columns: values by the product's names; C, N or D is derived where the other two are
  ///     given.
  ///   - seed: the seed of the simulated scatter.
  /// - Throws: `FitError.missingColumn` for an absent column.
  public func forecast(
    at columns: [String: Double], seed: UInt64 = 0
  ) throws(FitError) -> Forecast {
    let arranged = try Fit.arrange(columns, for: law)
    var complete = columns
    for (requirement, value) in zip(law.card.columns, arranged) {
      complete[requirement.name] = value
      if requirement.positive, !(value > 0) {
        throw .badValue(
          row: "forecast", column: requirement.name, found: value, expected: "a positive number")
      }
    }
    if complete["C"] == nil, let n = complete["N"], let d = complete["D"] {
      complete["C"] = 6 * n * d
    }
    let kernel = law.makeKernel()
    let predictions = draws.map { kernel.predictOne($0, arranged, []) }
    let value = kernel.predictOne(estimate, arranged, [])
    let forecast = estimated(value, over: predictions)
    let run = runInterval(value: value, predictions: predictions, seed: seed)
    let reach = Reach.all(complete, ranges: ranges)
    return Forecast(
      columns: complete, response: law.card.response.column, law: forecast, run: run,
      reach: reach, level: level,
      sentence: sentence(arranged: arranged, law: forecast, run: run, reach: reach))
  }

  /// The interval of one run: every refit's prediction scattered by normal residuals.
  private func runInterval(
    value: Double, predictions: [Double], seed: UInt64
  ) -> Estimated {
    guard scatter.isFinite else { return Estimated(value: value) }
    guard !predictions.isEmpty else {
      let far = Normal.standard.quantile(1 - tail) * scatter
      let ends = [far, -far].map { objective.outcome(prediction: value, residual: $0) }
      return Estimated(value: value, low: min(ends[0], ends[1]), high: max(ends[0], ends[1]))
    }
    var generator = SplittableRandom(seed: seed).split(104_729)
    let each = max(1, (8000 + predictions.count - 1) / predictions.count)
    var outcomes: [Double] = []
    outcomes.reserveCapacity(each * predictions.count)
    for prediction in predictions {
      for _ in 0..<each {
        outcomes.append(
          objective.outcome(
            prediction: prediction, residual: scatter * generator.nextNormal()))
      }
    }
    return estimated(value, over: outcomes)
  }

  private func sentence(
    arranged: [Double], law forecast: Estimated, run: Estimated, reach: [Reach]
  ) -> String {
    let place = zip(law.card.columns, arranged).map {
      "\($0.name) = \(plainNumber($1))"
    }.joined(separator: ", ")
    let percent = plainNumber(level * 100)
    func interval(_ x: Estimated) -> String {
      "[\(plainNumber(x.low, digits: 4)), \(plainNumber(x.high, digits: 4))]"
    }
    var text =
      "At \(place), law \(law.name) predicts \(law.card.response.column) \(plainNumber(forecast.value, digits: 4))"
    if forecast.low.isFinite, forecast.high.isFinite { text += " \(interval(forecast))" }
    if run.low.isFinite, run.high.isFinite { text += "; a single run falls in \(interval(run))" }
    text += " (\(percent) %)."
    let beyond = reach.compactMap(\.sentence)
    if !beyond.isEmpty {
      text += " This reaches beyond the data: " + beyond.joined(separator: ", ") + "."
    } else if !reach.isEmpty {
      text += " All columns lie within the fitted table."
    }
    return text
  }
}
