public import Quantities
internal import RealModule
internal import Statistics

extension FittedLaw {
  /// By how much below and above the logarithm of a scale at which an outcome is reached, so many
  /// spans beyond the data, may be off because the law itself is wrong there, by its rolling
  /// validation: zero inside the data, infinite where the law may never reach it.
  func modelShift(
    _ outcome: Double, distance: Double, centre: Double, _ logScale: (Double) -> Double
  ) -> (down: Double, up: Double) {
    guard let modelError, centre.isFinite else { return (0, 0) }
    let reach =
      modelError.deviation(distance: distance)
      * StudentT(degreesOfFreedom: modelError.degreesOfFreedom).inverseSurvival(tail)
    guard reach > 0 else { return (0, 0) }
    let shifts = [reach, -reach].map {
      logScale(objective.outcome(prediction: outcome, residual: $0)) - centre
    }
    func away(_ sign: Double) -> Double {
      shifts.map { $0.isNaN ? .infinity : sign * $0 }.max().map { max($0, 0) } ?? 0
    }
    return (away(-1), away(1))
  }

  /// The smallest value of one column at which the law reaches an outcome [160], from above where
  /// less is better, else from below. Throws `FitError` where the law does not read the column or
  /// others are missing.
  ///
  /// The other columns are held; for N, D and C the third is derived where one more is given. A
  /// law of N and D asked for `C` with neither of them held is asked for the least compute of its
  /// optimum. The value is infinite where nothing within twelve decades of the table suffices.
  public func smallest(
    _ column: String, reaching outcome: Double, holding others: [String: Double] = [:]
  ) throws(FitError) -> Estimated {
    let reads = law.card.columns.map(\.name)
    if column == "C", reads.contains("N"), reads.contains("D"), others["N"] == nil,
      others["D"] == nil
    {
      return try plan(reaching: outcome, holding: others).compute
    }
    var probe = others
    probe[column] = 1
    _ = try Fit.arrange(probe, for: law, flops: flopsPerToken)
    guard try dependsOn(column, others: others) else {
      throw .unusable("law \(law.name) does not depend on \(column) with the columns given")
    }
    let range = ranges[column] ?? 1...1
    let low = range.lowerBound > 0 ? range.lowerBound : 1
    let high = max(range.upperBound, low)
    let sign: Double = law.card.response.higherIsBetter ? -1 : 1
    let kernel = law.makeKernel()
    let flops = flopsPerToken
    let bottom = Double.log(low) - 14
    let top = Double.log(high) + 28
    func excess(_ point: [Double], _ logValue: Double) -> Double {
      var columns = others
      columns[column] = Double.exp(logValue)
      guard let arranged = try? Fit.arrange(columns, for: law, flops: flops) else { return .nan }
      return sign * (kernel.predictOne(point, arranged, []) - outcome)
    }
    func crossingLog(
      _ excess: @escaping ([Double], Double) -> Double
    ) -> ([Double]) -> Double {
      { point in
        // A coarse walk from below finds the first crossing even where more is not always better.
        let steps = 42
        var previous = bottom
        if excess(point, bottom) <= 0 { return bottom }
        for index in 1...steps {
          let next = bottom + (top - bottom) * Double(index) / Double(steps)
          if excess(point, next) <= 0 {
            return crossing(
              of: { excess(point, $0) }, near: previous, low: previous, high: next)
          }
          previous = next
        }
        return .infinity
      }
    }
    let logarithms = derived(crossingLog(excess))
    var place = others
    place[column] = Double.exp(logarithms.value)
    let shift = modelShift(
      outcome, distance: logarithms.value.isFinite ? distanceBeyond(place) : 0,
      centre: logarithms.value
    ) { shifted in
      crossingLog { point, value in
        excess(point, value) + sign * (outcome - shifted)
      }(estimate)
    }
    return Estimated(
      value: logarithms.value, low: logarithms.low, high: logarithms.high
    ).joining(shift).exponential
  }

  private func dependsOn(_ column: String, others: [String: Double]) throws(FitError) -> Bool {
    var (a, b) = (others, others)
    a[column] = 1
    b[column] = 2
    return try Fit.arrange(a, for: law, flops: flopsPerToken)
      != Fit.arrange(b, for: law, flops: flopsPerToken)
  }
}

extension Estimated {
  /// The interval widened by an independent error, half-widths added in quadrature.
  func joining(_ shift: (down: Double, up: Double)) -> Estimated {
    guard !low.isNaN, !high.isNaN, value.isFinite else { return self }
    func joined(_ a: Double, _ b: Double) -> Double {
      guard a.isFinite, b.isFinite else { return .infinity }
      return a > 0 ? (a * a + b * b).squareRoot() : a + b
    }
    return Estimated(
      value: value, low: value - joined(value - low, shift.down),
      high: value + joined(high - value, shift.up))
  }

  /// eˣ of the value and the ends.
  var exponential: Estimated {
    Estimated(value: Double.exp(value), low: Double.exp(low), high: Double.exp(high))
  }
}

extension LawMixture {
  /// The smallest value of one column at which all laws together reach an outcome.
  ///
  /// The geometric mean of what the laws say by their weights, with an interval that holds those of
  /// each of them that weighs at least a twentieth.
  ///
  /// - Throws: as ``FittedLaw/smallest(_:reaching:holding:)`` of the chosen law.
  public func smallest(
    _ column: String, reaching outcome: Double, holding others: [String: Double] = [:]
  ) throws(FitError) -> Estimated {
    let first = try chosen.smallest(column, reaching: outcome, holding: others)
    var parts = [(weight: members[0].weight, found: first)]
    for member in members.dropFirst()
    where member.fitted.law.card.response == chosen.law.card.response {
      guard
        let found = try? member.fitted.smallest(column, reaching: outcome, holding: others)
      else { continue }
      parts.append((member.weight, found))
    }
    let total = parts.reduce(0) { $0 + $1.weight }
    let heavy = parts.filter { $0.weight >= total / 20 && !$0.found.low.isNaN }
    let centre = parts.reduce(0) { $0 + $1.weight / total * Double.log($1.found.value) }
    return Estimated(
      value: Double.exp(centre), low: heavy.map(\.found.low).min() ?? .nan,
      high: heavy.map(\.found.high).max() ?? .nan)
  }
}
