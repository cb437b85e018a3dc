internal import Optimization
public import Quantities
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
  /// What the width of the interval of a single run is made of; nil without refits.
  public var components: ForecastComponents?
  /// What each law says, where several answer together; nil for one law.
  public var laws: [LawForecast]?
  /// The name of the law, the chosen one of several.
  public var lawName: String
}

extension FittedLaw {
  /// Forecasts one run from columns by the product's names; C, N or D is derived where the other
  /// two are given. Throws `FitError.missingColumn`.
  public func forecast(
    at columns: [String: Double], seed: UInt64 = 0
  ) throws(FitError) -> Forecast {
    try refuseUnread(columns)
    let arranged = try Fit.arrange(columns, for: law, flops: flopsPerToken)
    var complete = columns
    for (requirement, value) in zip(law.card.columns, arranged) {
      complete[requirement.name] = value
      if requirement.positive, !(value > 0) {
        throw .badValue(
          row: "forecast", column: requirement.name, found: value, expected: "a positive number")
      }
    }
    if complete["C"] == nil, let n = complete["N"], let d = complete["D"] {
      complete["C"] = flopsPerToken.perToken(n) * d
    }
    let kernel = law.makeKernel()
    let spread = OutcomeSpread(
      self, value: kernel.predictOne(estimate, arranged, []),
      refits: draws.map { kernel.predictOne($0, arranged, []) },
      distance: distanceBeyond(complete), seed: seed)
    var result = Forecast(
      columns: complete, response: law.card.response.column,
      law: spread.law.within(law.card.response.range),
      run: spread.run.within(law.card.response.range),
      reach: Reach.all(complete, ranges: ranges), level: level, sentence: "",
      components: spread.components, laws: nil, lawName: law.name)
    result.sentence = result.describe(place: law.card.columns.map(\.name))
    return result
  }
}

extension FittedLaw {
  /// Refuses a scale that the law does not read and that the table does not hold: a mixture of
  /// domains measured at one model size says nothing of the loss at another.
  private func refuseUnread(_ columns: [String: Double]) throws(FitError) {
    let scales = ["N", "D", "C"]
    guard !law.card.columns.contains(where: { scales.contains($0.name) }) else { return }
    let ranges = self.ranges
    for name in scales {
      guard let value = columns[name], let range = ranges[name] else { continue }
      let reach = Reach(column: name, value: value, range: range)
      guard !(reach.factor < 1.02) else { continue }
      let held =
        range.lowerBound == range.upperBound
        ? "\(NumberFormat.sentence(range.lowerBound)) in all rows"
        : "\(NumberFormat.sentence(range.lowerBound)) to \(NumberFormat.sentence(range.upperBound))"
      throw .unusable(
        "law \(law.name) does not read \(name), and the fitted table has \(name) = \(held): nothing in it tells what \(name) = \(NumberFormat.sentence(value)) changes"
      )
    }
  }
}

extension Forecast {
  func describe(place names: [String]) -> String {
    let place = names.compactMap { name in
      columns[name].map { "\(name) = \(NumberFormat.sentence($0))" }
    }.joined(separator: ", ")
    func interval(_ x: Estimated) -> String {
      "[\(NumberFormat.sentence(x.low, digits: 4)), \(NumberFormat.sentence(x.high, digits: 4))]"
    }
    var text = "At \(place), "
    if let laws {
      let names = laws.sorted { $0.weight > $1.weight }.map {
        "\($0.law) (weight \(NumberFormat.sentence($0.weight, digits: 2)))"
      }
      text += "\(names.joined(separator: ", ")) together predict"
    } else {
      text += "law \(lawName) predicts"
    }
    text += " \(response) \(NumberFormat.sentence(law.value, digits: 4))"
    let hasInterval = law.low.isFinite && law.high.isFinite
    let hasRun = run.low.isFinite && run.high.isFinite
    if hasInterval { text += " \(interval(law))" }
    if hasRun { text += "; a single run falls in \(interval(run))" }
    text +=
      hasInterval || hasRun
      ? " (\(NumberFormat.sentence(level * 100)) %)." : ", without an interval."
    if let laws {
      let values = laws.map { "\($0.law) \(NumberFormat.sentence($0.prediction.value, digits: 4))" }
      text += " Each alone: \(values.joined(separator: ", "))."
    }
    if let sentence = components?.sentence, !sentence.isEmpty { text += " \(sentence)" }
    let beyond = reach.compactMap(\.sentence)
    if !beyond.isEmpty {
      text += " This reaches beyond the data: " + beyond.joined(separator: ", ") + "."
    } else if !reach.isEmpty {
      text += " All columns lie within the fitted table."
    }
    return text
  }
}
