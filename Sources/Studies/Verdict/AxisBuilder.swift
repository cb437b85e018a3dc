internal import Foundation
internal import ScalingLaws
internal import Statistics

/// What a treatment is worth along one axis, from the paired regression.
struct AxisBuilder {
  let axis: AxisVerdict.Axis
  let curve: BaselineCurve
  let points: [Point]
  let multiplier: PairedRegression
  let ratio: PairedRegression
  let settings: VerdictSettings
  let target: (value: Double, isGiven: Bool)
  let range: ClosedRange<Double>

  /// One pair of runs, brought to equal scale.
  struct Point {
    var pair: RunPair
    /// ln loss of the treatment less that of the baseline moved to the treatment's scale.
    var difference: Double
    /// ln scale of the treatment.
    var logScale: Double
    /// d ln loss / d ln scale of the baseline there.
    var slope: Double
  }

  init?(_ runs: ComparedRuns, axis: AxisVerdict.Axis, settings: VerdictSettings) {
    guard let curve = try? BaselineCurve(runs.finishedBaseline, along: axis) else { return nil }
    var points: [Point] = []
    for pair in runs.pairs {
      let shift = log(pair.treatment.scale(axis) / pair.baseline.scale(axis))
      let moved =
        curve.logLoss(pair.baseline, shift: shift) - curve.logLoss(pair.baseline, shift: 0)
      let slope = curve.slope(pair.baseline, shift: shift)
      guard slope.isFinite, slope < 0, moved.isFinite else { continue }
      points.append(
        Point(
          pair: pair, difference: pair.logRatio - moved, logScale: log(pair.treatment.scale(axis)),
          slope: slope))
    }
    let scales = runs.pairs.flatMap { [$0.baseline.scale(axis), $0.treatment.scale(axis)] }
    guard points.count == runs.pairs.count, let low = scales.min(), let high = scales.max()
    else { return nil }
    range = low...high
    let error = curve.relativeSlopeError
    var regression = PairedRegression(Self.units(points), relativeSlopeError: error)
    // A multiplier far from one spans a stretch of the curve: its chord takes the tangent's place.
    // The chord goes by the regression, not by the pair's own noise.
    if regression.accepted(significance: settings.significance) != .noDifference {
      for index in points.indices {
        let point = points[index]
        guard let reach = regression.logMultiplier(at: point.logScale)?.value, abs(reach) > 1e-3
        else { continue }
        let far = min(max(reach, -3), 3)
        let shift = log(point.pair.treatment.scale(axis) / point.pair.baseline.scale(axis))
        let rise =
          curve.logLoss(point.pair.baseline, shift: shift + far)
          - curve.logLoss(point.pair.baseline, shift: shift)
        if rise / far < 0 { points[index].slope = rise / far }
      }
      regression = PairedRegression(Self.units(points), relativeSlopeError: error)
    }
    multiplier = regression
    ratio = PairedRegression(
      Self.units(
        points.map {
          Point(pair: $0.pair, difference: $0.difference, logScale: $0.logScale, slope: 1)
        }
      ))
    self.axis = axis
    self.curve = curve
    self.points = points
    self.settings = settings
    switch (settings.target, axis) {
    case (.trainingOperations(let value), .trainingCompute): target = (value, true)
    case (.activeParameters(let value), .activeParameters): target = (value, true)
    default: target = (10 * high, false)
    }
  }

  /// Pairs of trunks: branches of one are averaged, because their noise is shared.
  private static func units(_ points: [Point]) -> [PairedRegression.Unit] {
    let groups = Dictionary(grouping: points) { ComparedRuns.Trunk($0.pair) }
    return groups.keys.sorted().compactMap { key in
      guard let members = groups[key] else { return nil }
      return PairedRegression.Unit(
        difference: mean(members.map(\.difference)), logScale: mean(members.map(\.logScale)),
        slope: mean(members.map(\.slope)), seed: key.seed)
    }
  }

  // MARK: - Results

  /// The verdict along the axis.
  ///
  /// - Parameter refusesForecast: whether the ladder is too short for one.
  func verdict(refusesForecast: Bool) -> AxisVerdict {
    let decades = max(log10(target.value / range.upperBound), 0)
    return AxisVerdict(
      axis: axis, meaning: curve.meaning,
      unit: axis == .trainingCompute ? "FLOPs" : "parameters",
      dataRange: [range.lowerBound, range.upperBound], target: target.value,
      targetIsGiven: target.isGiven, decadesBeyond: decades, slopeLaw: curve.lawName,
      localSlopes: rungs.map { rung in mean(members(rung).map(\.slope)) },
      test: test(multiplier, .multiplier), ratioTest: test(ratio, .lossRatio),
      constantMultiplier: worth(multiplier.constantLogMultiplier),
      measured: rungs.map(measured), fitted: rungs.map(fitted),
      forecast: refusesForecast && decades > 0
        ? nil : worth(at: log(target.value), rung: nil, size: nil),
      smallestDetectable: smallestDetectable,
      crossing: PairedCrossing(multiplier, range: range, target: target.value, settings: settings)
        .crossing,
      jointLaw: nil, jointDifference: nil, comparison: nil)
  }

  private var rungs: [Int] { Set(points.map(\.pair.baseline.rung)).sorted() }

  private func members(_ rung: Int) -> [Point] {
    points.filter { $0.pair.baseline.rung == rung }
  }

  private func worth(_ logMultiplier: PairedRegression.Coefficient?) -> IntervalEstimate {
    logMultiplier?.interval(settings.level).mapped { exp($0) } ?? IntervalEstimate(.nan)
  }

  private func worth(at logScale: Double, rung: Int?, size: String?) -> AxisVerdict.Worth? {
    guard var estimate = multiplier.logMultiplier(at: logScale) else { return nil }
    // Nothing says whether the multiplier or the ratio of the losses is a power of scale: half the
    // distance between the two is an error of either.
    let gap = (gap(at: logScale, from: estimate.value) ?? 0) / 2
    estimate.standardError =
      (estimate.standardError * estimate.standardError + gap * gap).squareRoot()
    return AxisVerdict.Worth(
      rung: rung, size: size, scale: exp(logScale), multiplier: worth(estimate),
      probabilityBetter: estimate.probabilityPositive)
  }

  /// The distance between ln m by the regression of multipliers and by that of loss ratios.
  private func gap(at logScale: Double, from value: Double) -> Double? {
    guard let top = points.max(by: { $0.logScale < $1.logScale }),
      let difference = ratio.logMultiplier(at: logScale)?.value
    else { return nil }
    let row = top.pair.baseline
    let shift = logScale - log(row.scale(axis))
    let start = curve.logLoss(row, shift: shift)
    // The ratio basis in scale: Newton on the curve of the baseline, from the tangent.
    var reach = 0.0
    for _ in 0..<8 {
      let slope = curve.slope(row, shift: shift + reach)
      guard slope.isFinite, slope < 0 else { break }
      let missing = difference - (curve.logLoss(row, shift: shift + reach) - start)
      reach = min(max(reach + missing / slope, -3), 3)
    }
    return reach.isFinite ? reach - value : nil
  }

  private func fitted(_ rung: Int) -> AxisVerdict.Worth {
    let own = members(rung)
    let logScale = mean(own.map(\.logScale))
    let size = own[0].pair.treatment.size
    return worth(at: logScale, rung: rung, size: size)
      ?? AxisVerdict.Worth(
        rung: rung, size: size, scale: exp(logScale), multiplier: IntervalEstimate(.nan))
  }

  /// The multiplier by the pairs of one rung alone; one pair borrows the scatter of the regression.
  private func measured(_ rung: Int) -> AxisVerdict.Worth {
    let own = members(rung)
    let units = Self.units(own)
    let slope = mean(units.map(\.slope))
    let estimate = PairedMean(units.map(\.difference), borrowing: multiplier)
    var logMultiplier = PairedRegression.Coefficient(
      value: estimate.value / slope, standardError: estimate.standardError / -slope,
      degreesOfFreedom: estimate.degreesOfFreedom)
    let share = logMultiplier.value * curve.relativeSlopeError
    logMultiplier.standardError =
      (logMultiplier.standardError * logMultiplier.standardError + share * share).squareRoot()
    let isKnown = estimate.noise != .none
    return AxisVerdict.Worth(
      rung: rung, size: own[0].pair.treatment.size, scale: exp(mean(own.map(\.logScale))),
      multiplier: isKnown
        ? worth(logMultiplier) : IntervalEstimate(exp(logMultiplier.value)),
      probabilityBetter: isKnown ? logMultiplier.probabilityPositive : nil)
  }

  /// The multiplier that the test against `constant` finds nine times in ten.
  private var smallestDetectable: Double? {
    guard let constant = multiplier.constant, constant.standardError > 0 else { return nil }
    let student = StudentT(degreesOfFreedom: constant.degreesOfFreedom)
    // Two tests are corrected together, each of two sides.
    let reach =
      student.inverseSurvival(settings.significance / 4) + student.inverseSurvival(0.1)
    return exp(reach * constant.standardError)
  }

  private func test(
    _ regression: PairedRegression, _ quantity: PairedTest.Quantity
  ) -> PairedTest {
    let length = lengthSlope(quantity)
    return PairedTest(
      quantity: quantity, pairs: regression.units.count, pConstant: regression.constant?.pValue,
      pScale: regression.pScale, pSlope: regression.slope?.pValue,
      pNoDifference: regression.pNoDifference, clusteredBySeed: regression.isClustered,
      pSeed: regression.pSeed, degreesOfFreedom: regression.constant?.degreesOfFreedom,
      scatter: regression.scatter,
      accepted: regression.accepted(significance: settings.significance),
      logFactor: regression.constant?.interval(settings.level) ?? IntervalEstimate(.nan),
      slope: regression.slope?.interval(settings.level) ?? IntervalEstimate(.nan),
      slopeWithLength: length?.interval(settings.level), pLength: length?.pValue)
  }

  /// How the factor changes with the length of training within trunks: one slope a pair of trunks,
  /// which are independent of each other.
  private func lengthSlope(_ quantity: PairedTest.Quantity) -> PairedRegression.Coefficient? {
    let groups = Dictionary(grouping: points) { ComparedRuns.Trunk($0.pair) }
    let slopes = groups.keys.sorted().compactMap { key -> Double? in
      guard let members = groups[key], members.count > 1 else { return nil }
      let x = members.map { log(Double($0.pair.treatment.tokens)) }
      let y = members.map { quantity == .multiplier ? $0.difference / $0.slope : $0.difference }
      let (cx, cy) = (mean(x), mean(y))
      let xx = x.reduce(0) { $0 + ($1 - cx) * ($1 - cx) }
      guard xx > 1e-9 else { return nil }
      return zip(x, y).reduce(0) { $0 + ($1.0 - cx) * ($1.1 - cy) } / xx
    }
    guard slopes.count >= 3 else { return nil }
    return PairedRegression.Coefficient(
      value: mean(slopes),
      standardError: standardDeviation(slopes) / Double(slopes.count).squareRoot(),
      degreesOfFreedom: Double(slopes.count - 1))
  }
}

/// The mean of paired differences with Student's error; a single one borrows a regression's scatter.
struct PairedMean {
  let value: Double
  let standardError: Double
  let degreesOfFreedom: Double
  let noise: RungVerdict.Noise

  init(_ differences: [Double], borrowing regression: PairedRegression?) {
    value = mean(differences)
    if differences.count > 1 {
      standardError = standardDeviation(differences) / Double(differences.count).squareRoot()
      degreesOfFreedom = Double(differences.count - 1)
      noise = .pairs
    } else if let scatter = regression?.scatter, let units = regression?.units.count, units > 2 {
      standardError = scatter
      degreesOfFreedom = Double(units - 2)
      noise = .regression
    } else {
      standardError = 0
      degreesOfFreedom = 1
      noise = .none
    }
  }

  /// The mean with its interval.
  func interval(_ level: Double) -> IntervalEstimate {
    guard noise != .none else { return IntervalEstimate(value) }
    return PairedRegression.Coefficient(
      value: value, standardError: standardError, degreesOfFreedom: degreesOfFreedom
    ).interval(level)
  }
}
