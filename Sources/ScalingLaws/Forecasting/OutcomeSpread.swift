internal import Quantities
internal import RealModule
internal import Statistics

/// What the width of a forecast is made of.
public struct ForecastComponents: Sendable, Hashable, Codable {
  /// The standard deviation of the prediction over the refits: what the table cannot tell about
  /// the parameters; in units of the outcome, like the others.
  public var sampling: Double
  /// The standard deviation of single runs about the law.
  public var scatter: Double
  /// The standard deviation of the law's own error beyond the data, from rolling validation; zero
  /// inside the data, nil where it was not measured.
  public var model: Double?
  /// The standard deviation between laws, where several answer together; nil for one law.
  public var laws: Double?
  /// How far beyond the data the run lies, in spans of the data; zero inside.
  public var distance: Double

  /// The share of each part in the variance of a single run; NaN where nothing varies.
  public var shares: (sampling: Double, scatter: Double, model: Double, laws: Double) {
    let parts = [sampling, scatter, model ?? 0, laws ?? 0].map { $0 * $0 }
    let total = parts.reduce(0, +)
    return (parts[0] / total, parts[1] / total, parts[2] / total, parts[3] / total)
  }

  /// `Of a single run's variance 12 % is sampling, 30 % scatter and 58 % model error.`
  public var sentence: String {
    let shares = shares
    guard
      [shares.sampling, shares.scatter, shares.model, shares.laws].allSatisfy({ $0.isFinite })
    else { return "" }
    func percent(_ share: Double) -> String {
      share > 0 && share < 0.005
        ? "under 1 %" : "\(NumberFormat.sentence((share * 100).rounded())) %"
    }
    var parts = ["\(percent(shares.sampling)) is sampling", "\(percent(shares.scatter)) scatter"]
    if model != nil { parts.append("\(percent(shares.model)) model error") }
    if laws != nil { parts.append("\(percent(shares.laws)) the choice of the law") }
    let last = parts.removeLast()
    let text = "Of a single run's variance \(parts.joined(separator: ", ")) and \(last)"
    return model == nil ? text + "; the law's own error was not measured." : text + "."
  }
}

struct OutcomeSpread {
  /// Where the mean of many runs would lie: sampling and model error.
  var law: Estimated
  /// Where a single run falls: sampling, model error and scatter.
  var run: Estimated
  /// What the width is made of; nil without refits.
  var components: ForecastComponents?

  struct Draws {
    var law: [Double]
    var run: [Double]
  }

  private static let simulated = 8000

  /// Spreads a prediction that lies so many spans beyond the data.
  init(
    _ fitted: any FittedLaw, value: Double, refits: [Double], distance: Double, seed: UInt64
  ) {
    let draws = Self.simulate(
      fitted, value: value, refits: refits, distance: distance, seed: seed)
    law = fitted.estimated(value, over: draws.law)
    run = fitted.estimated(value, over: draws.run)
    let scatter = fitted.scatter
    if refits.isEmpty, scatter.isFinite {
      law = Estimated(value: value)
      let far = Normal.standard.quantile(1 - fitted.tail) * scatter
      let ends = [far, -far].map { fitted.objective.outcome(prediction: value, residual: $0) }
      run = Estimated(value: value, low: min(ends[0], ends[1]), high: max(ends[0], ends[1]))
    }
    run = run.holding(law)
    components = Self.components(
      fitted, value: value, refits: refits, distance: distance)
  }

  /// Simulated means of many runs and outcomes of single runs.
  ///
  /// Without a model error the means are the refits' own predictions.
  static func simulate(
    _ fitted: any FittedLaw, value: Double, refits: [Double], distance: Double, seed: UInt64
  ) -> Draws {
    guard fitted.scatter.isFinite, !refits.isEmpty else { return Draws(law: refits, run: []) }
    let model = fitted.modelError?.deviation(distance: distance) ?? 0
    let freedom = max(fitted.modelError?.degreesOfFreedom ?? 1, 1)
    var generator = SplittableRandom(seed: seed).split(104_729)
    var modelGenerator = SplittableRandom(seed: seed).split(15_485_863)
    let each = max(1, (simulated + refits.count - 1) / refits.count)
    var means: [Double] = []
    var outcomes: [Double] = []
    outcomes.reserveCapacity(each * refits.count)
    for prediction in refits {
      for _ in 0..<each {
        let error =
          model > 0
          ? model * modelGenerator.nextNormal()
            * modelGenerator.nextStudentScale(degreesOfFreedom: freedom) : 0
        if model > 0 {
          means.append(fitted.objective.outcome(prediction: prediction, residual: error))
        }
        outcomes.append(
          fitted.objective.outcome(
            prediction: prediction, residual: error + fitted.scatter * generator.nextNormal()))
      }
    }
    return Draws(law: model > 0 ? means : refits, run: outcomes)
  }

  private static func components(
    _ fitted: any FittedLaw, value: Double, refits: [Double], distance: Double
  ) -> ForecastComponents? {
    let sorted = refits.filter { !$0.isNaN }.sorted()
    guard sorted.count > 1, fitted.scatter.isFinite else { return nil }
    /// Half the spread of outcomes when residuals spread by one standard deviation to each side.
    func inOutcome(_ deviation: Double) -> Double {
      abs(
        fitted.objective.outcome(prediction: value, residual: -deviation)
          - fitted.objective.outcome(prediction: value, residual: deviation)) / 2
    }
    // Half the central 68.27 %, which one wild refit does not move.
    let sampling = (quantile(sorted: sorted, 0.841_345) - quantile(sorted: sorted, 0.158_655)) / 2
    return ForecastComponents(
      sampling: sampling, scatter: inOutcome(fitted.scatter),
      model: fitted.modelError.map { inOutcome($0.deviation(distance: distance)) }, laws: nil,
      distance: distance)
  }
}

extension Estimated {
  /// The interval widened to hold another: single runs spread at least as their mean does, which
  /// simulated quantiles may miss by a little.
  func holding(_ other: Estimated) -> Estimated {
    guard !low.isNaN, !high.isNaN, !other.low.isNaN, !other.high.isNaN else { return self }
    return Estimated(value: value, low: min(low, other.low), high: max(high, other.high))
  }
}
