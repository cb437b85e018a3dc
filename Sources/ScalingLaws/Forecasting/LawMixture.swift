public import Quantities
internal import RealModule
internal import Statistics

/// Several fitted laws that answer a question together: each answer is drawn from the refits of
/// every law as often as the law weighs. The intervals of a chosen law alone do not hold that
/// another might have been chosen.
public struct LawMixture: Sendable {
  /// One law and its weight.
  public struct Member: Sendable {
    /// The fitted law.
    public var fitted: any FittedLaw
    /// Its weight; those of all members add up to one.
    public var weight: Double
  }

  /// The laws, the chosen one first.
  public let members: [Member]

  /// The chosen law.
  public var chosen: any FittedLaw { members[0].fitted }
  /// The nominal coverage of intervals.
  public var level: Double { chosen.level }

  /// How many refits of each law a mixture draws from.
  static let refits = 200

  /// Mixes laws, the chosen one first, by their weights; those without weight are left out. Nil
  /// where fewer than two remain, so that there is nothing to mix.
  public init?(_ laws: [(fitted: any FittedLaw, weight: Double)]) {
    let kept = laws.filter { $0.weight > 0 && $0.weight.isFinite }
    let total = kept.reduce(0) { $0 + $1.weight }
    guard kept.count > 1, total > 0 else { return nil }
    members = kept.map { Member(fitted: $0.fitted, weight: $0.weight / total) }
  }
}

/// What one law of a mixture forecasts.
public struct LawForecast: Sendable, Hashable, Codable {
  /// The law's name.
  public var law: String
  /// Its weight in the common answer.
  public var weight: Double
  /// Its prediction with its own interval: where the mean of many runs would lie.
  public var prediction: Estimated
  /// The same with the interval of a single run.
  public var run: Estimated
}

extension LawMixture {
  /// Forecasts one run by all laws together; C, N or D is derived where the other two are given. A
  /// law of which a column is not given has no part in the answer; throws `FitError.missingColumn`
  /// where it is the chosen one.
  public func forecast(
    at columns: [String: Double], seed: UInt64 = 0
  ) throws(FitError) -> Forecast {
    var result = try chosen.forecast(at: columns, seed: seed)
    var parts: [(weight: Double, spread: OutcomeSpread.Draws, forecast: Forecast, law: String)] = []
    for (index, member) in members.enumerated() {
      let fitted = member.fitted
      guard let own = index == 0 ? result : try? fitted.forecast(at: columns, seed: seed),
        let arranged = try? Fit.arrange(columns, for: fitted.law, flops: fitted.flopsPerToken),
        own.law.value.isFinite,
        fitted.law.card.response.column == result.response
      else { continue }
      let kernel = fitted.law.makeKernel()
      let draws = OutcomeSpread.simulate(
        fitted, value: own.law.value,
        refits: Self.thinned(fitted.draws).map { kernel.predictOne($0, arranged, []) },
        distance: fitted.distanceBeyond(own.columns), seed: seed &+ UInt64(index))
      parts.append((member.weight, draws, own, fitted.law.name))
    }
    let total = parts.reduce(0) { $0 + $1.weight }
    guard parts.count > 1, total > 0 else { return result }
    let centre = parts.reduce(0) { $0 + $1.weight * $1.forecast.law.value } / total
    let tail = chosen.tail
    func mixed(_ draws: (OutcomeSpread.Draws) -> [Double]) -> Estimated {
      Estimated.mixture(
        centre, of: parts.map { ($0.weight / total, draws($0.spread)) }, tail: tail)
    }
    let range = chosen.law.card.response.range
    result.law = mixed(\.law).within(range)
    result.run = mixed(\.run).holding(result.law).within(range)
    result.laws = parts.map {
      LawForecast(
        law: $0.law, weight: $0.weight / total, prediction: $0.forecast.law, run: $0.forecast.run)
    }
    func variance(_ part: (ForecastComponents) -> Double) -> Double {
      parts.reduce(0) { sum, member in
        let deviation = member.forecast.components.map(part) ?? 0
        return sum + member.weight / total * deviation * deviation
      }
    }
    let between = parts.reduce(0) { sum, member in
      let difference = member.forecast.law.value - centre
      return sum + member.weight / total * difference * difference
    }
    if var components = result.components {
      components.sampling = variance(\.sampling).squareRoot()
      components.scatter = variance(\.scatter).squareRoot()
      if components.model != nil { components.model = variance { $0.model ?? 0 }.squareRoot() }
      components.laws = between.squareRoot()
      result.components = components
    }
    result.sentence = result.describe(place: chosen.law.card.columns.map(\.name))
    return result
  }

  /// At most as many refits as a mixture draws from, evenly chosen.
  static func thinned(_ draws: [[Double]]) -> [[Double]] {
    guard draws.count > refits else { return draws }
    return (0..<refits).map { draws[$0 * draws.count / refits] }
  }
}

extension Estimated {
  /// A value with the interval of a mixture of simulated values.
  ///
  /// NaN is left out; a part without values takes no share.
  static func mixture(
    _ value: Double, of parts: [(weight: Double, values: [Double])], tail: Double
  ) -> Estimated {
    var values: [(value: Double, weight: Double)] = []
    for part in parts {
      let known = part.values.filter { !$0.isNaN }
      let share = part.weight / Double(max(known.count, 1))
      values += known.map { ($0, share) }
    }
    guard !values.isEmpty else { return Estimated(value: value) }
    values.sort { $0.value < $1.value }
    let total = values.reduce(0) { $0 + $1.weight }
    func quantile(_ probability: Double) -> Double {
      // The value at whose middle of weight the probability lies, linear between two.
      var below = 0.0
      var previous: (place: Double, value: Double)?
      for entry in values {
        let place = (below + entry.weight / 2) / total
        if place >= probability {
          guard let previous, entry.value.isFinite, previous.value.isFinite else {
            return entry.value
          }
          let share = (probability - previous.place) / (place - previous.place)
          return previous.value + share * (entry.value - previous.value)
        }
        below += entry.weight
        previous = (place, entry.value)
      }
      return values[values.count - 1].value
    }
    // The parts of a mixture may lie on both sides of its centre; an interval holds its value.
    return Estimated(
      value: value, low: min(quantile(tail), value), high: max(quantile(1 - tail), value))
  }
}
