internal import Foundation
internal import Quantities
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
    /// By how much in ln scale the baseline was moved.
    var shift: Double
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
          slope: slope, shift: shift))
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
          Point(
            pair: $0.pair, difference: $0.difference, logScale: $0.logScale, slope: 1,
            shift: $0.slope * $0.shift)
        }
      ), relativeSlopeError: error, quantity: .lossRatio)
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
        slope: mean(members.map(\.slope)), seed: key.seed, rung: key.rung,
        shift: mean(members.map(\.shift)))
    }
  }

  // MARK: - Results

  /// The verdict along the axis.
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
        ? nil
        : worth(
          at: log(target.value), rung: nil, size: nil, newRungSlope: slope(at: log(target.value))),
      forecastOfLine: refusesForecast && decades > 0
        ? nil : worth(at: log(target.value), rung: nil, size: nil),
      baselineMisfit: curve.misfit,
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

  /// The multiplier of the line at a ln scale. The baseline's slope there is for one size that is
  /// not in the data, which will have something of its own as the others have; nil for the line.
  private func worth(
    at logScale: Double, rung: Int?, size: String?, newRungSlope: Double? = nil
  ) -> AxisVerdict.Worth? {
    guard var estimate = multiplier.logMultiplier(at: logScale, newRungSlope: newRungSlope)
    else { return nil }
    // Nothing says whether the multiplier or the ratio of the losses is a power of scale: half the
    // distance between the two is an error of either.
    let gap = (gap(at: logScale, from: estimate.value) ?? 0) / 2
    estimate.standardError =
      (estimate.standardError * estimate.standardError + gap * gap).squareRoot()
    return AxisVerdict.Worth(
      rung: rung, size: size, scale: exp(logScale), multiplier: worth(estimate),
      probabilityBetter: estimate.probabilityPositive)
  }

  /// The slope of the baseline's law at a ln scale; far beyond the data not less than a tenth of what
  /// it is at the largest run.
  private func slope(at logScale: Double) -> Double? {
    guard let top = points.max(by: { $0.logScale < $1.logScale }) else { return nil }
    let found = curve.slope(top.pair.baseline, shift: logScale - log(top.pair.baseline.scale(axis)))
    return found.isFinite && found < 0.1 * top.slope ? found : 0.1 * top.slope
  }

  /// The distance between ln m by the regression of multipliers and by that of loss ratios.
  private func gap(at logScale: Double, from value: Double) -> Double? {
    guard let top = points.max(by: { $0.logScale < $1.logScale }),
      let difference = ratio.logMultiplier(at: logScale)?.value
    else { return nil }
    return reach(of: difference, from: top.pair.baseline, at: logScale).map { $0 - value }
  }

  /// By how much in ln scale the baseline would have to move from a ln scale for a difference of
  /// log-loss, at most a factor of twenty: Newton on its curve, from the tangent.
  private func reach(of difference: Double, from row: StudyRow, at logScale: Double) -> Double? {
    let shift = logScale - log(row.scale(axis))
    let start = curve.logLoss(row, shift: shift)
    var reach = 0.0
    for _ in 0..<8 {
      let slope = curve.slope(row, shift: shift + reach)
      guard slope.isFinite, slope < 0 else { break }
      let missing = difference - (curve.logLoss(row, shift: shift + reach) - start)
      reach = min(max(reach + missing / slope, -3), 3)
    }
    return reach.isFinite ? reach : nil
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
    let estimate = PairedMean(units.map(\.difference), borrowing: multiplier)
    let logScale = mean(own.map(\.logScale))
    // The chord of the baseline's curve up to what was measured here, wherever the line is.
    var slope = mean(own.map { curve.slope($0.pair.baseline, shift: $0.shift) })
    if let reach = reach(of: estimate.value, from: own[0].pair.baseline, at: logScale),
      abs(reach) > 1e-3, abs(reach) < 3
    {
      slope = estimate.value / reach
    }
    var logMultiplier = PairedRegression.Coefficient(
      value: estimate.value / slope, standardError: estimate.standardError / -slope,
      degreesOfFreedom: estimate.degreesOfFreedom)
    let moved = mean(own.map(\.shift))
    let share = (logMultiplier.value + moved) * curve.relativeSlopeError
    logMultiplier.standardError =
      (logMultiplier.standardError * logMultiplier.standardError + share * share).squareRoot()
    let isKnown = estimate.noise != .none
    return AxisVerdict.Worth(
      rung: rung, size: own[0].pair.treatment.size, scale: exp(logScale),
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
    var sizes: [Int: String] = [:]
    for point in points { sizes[point.pair.treatment.rung] = point.pair.treatment.size }
    return PairedTest(
      regression, quantity, length: lengthSlope(quantity), sizes: sizes, settings: settings)
  }

  /// How the factor changes with the length of training within trunks: one slope a pair of trunks,
  /// of which those of one rung may have something in common.
  private func lengthSlope(_ quantity: PairedTest.Quantity) -> PairedRegression.Coefficient? {
    let groups = Dictionary(grouping: points) { ComparedRuns.Trunk($0.pair) }
    let units = groups.keys.sorted().compactMap { key -> PairedRegression.Unit? in
      guard let members = groups[key], members.count > 1 else { return nil }
      let x = members.map { log(Double($0.pair.treatment.tokens)) }
      let y = members.map { quantity == .multiplier ? $0.difference / $0.slope : $0.difference }
      let (cx, cy) = (mean(x), mean(y))
      let xx = x.reduce(0) { $0 + ($1 - cx) * ($1 - cx) }
      guard xx > 1e-9 else { return nil }
      return PairedRegression.Unit(
        difference: zip(x, y).reduce(0) { $0 + ($1.0 - cx) * ($1.1 - cy) } / xx,
        logScale: mean(members.map(\.logScale)), slope: 1, seed: key.seed, rung: key.rung)
    }
    return PairedRegression(units).constant
  }
}
