internal import Optimization
public import Quantities
internal import RealModule

/// How much scale the treatment is worth: m(C) with baseline(m·C) = treatment(C) [42][105][149].
///
/// A multiplier of 1.3 means that the baseline needs 1.3 times the compute to do as well. Where
/// treatment and baseline differ in amplitude only, it is the same at every scale.
public struct EffectiveCompute: Sendable {
  /// The multiplier at one scale.
  public struct Rung: Sendable, Hashable {
    /// The scale of the treatment's run.
    public var scale: Double
    /// The multiplier; infinite where the baseline gets there at no scale within three decades.
    public var multiplier: Estimated
    /// The probability over draws that the treatment is better; NaN without draws.
    public var probabilityTreatmentIsBetter: Double
  }

  /// The multiplier at each rung of the data.
  public let rungs: [Rung]
  /// The multiplier at the target.
  public let target: Rung
  /// The largest multiplier over the rungs divided by the smallest.
  public let variation: Double
  /// d ln m / d ln C from the smallest rung to the largest; 0 for a constant multiplier.
  public let slope: Estimated

  /// Whether a multiplier that is the same at every rung is rejected: the interval of the slope
  /// excludes zero. False without draws.
  public var isConstantRejected: Bool { slope.low > 0 || slope.high < 0 }

  /// Finds the multipliers of a pair of laws at rungs, at least one, ascending.
  public init(_ pair: LawPair, at scales: [Double]) {
    let logScales = scales.map { Double.log($0) }
    func logMultipliers(_ curves: LawPair.Curves, _ logScales: [Double]) -> [Double] {
      logScales.map { pair.logMultiplier(curves, at: $0) }
    }
    let wanted = logScales + [Double.log(pair.target)]
    let values = wanted.map { pair.exactLogMultiplier(at: $0) }
    let draws = pair.drawCurves.map { logMultipliers($0, wanted) }
    let all = wanted.indices.map { slot in
      let scale = Double.exp(wanted[slot])
      return Rung(
        scale: scale,
        multiplier: pair.estimated(
          Double.exp(values[slot]), over: draws.map { Double.exp($0[slot]) }),
        probabilityTreatmentIsBetter: pair.probabilityTreatmentIsBetter(at: scale))
    }
    rungs = Array(all.dropLast())
    target = all[all.count - 1]
    let finite = values.dropLast().filter { $0.isFinite }
    variation =
      finite.count == scales.count
      ? Double.exp((finite.max() ?? 0) - (finite.min() ?? 0)) : .infinity
    let last = logScales.count - 1
    let span = logScales[last] - logScales[0]
    func slope(_ values: [Double]) -> Double {
      span > 0 ? (values[last] - values[0]) / span : .nan
    }
    self.slope = pair.estimated(slope(values), over: draws.map(slope))
  }

  /// The multiplier of a power law over a floor from two outcomes at one scale [21][105]; `floor`
  /// is E, `exponent` α.
  ///
  /// m = ((L_baseline − E)/(L_treatment − E))^(1/α) for equal E and α; NaN where an outcome does
  /// not exceed the floor.
  public static func multiplier(
    baselineLoss: Double, treatmentLoss: Double, floor: Double, exponent: Double
  ) -> Double {
    guard baselineLoss > floor, treatmentLoss > floor else { return .nan }
    return Double.pow((baselineLoss - floor) / (treatmentLoss - floor), 1 / exponent)
  }

  /// The multiplier of two power laws that differ in amplitude only: (A_base/A_treat)^(1/α) [149].
  public static func multiplier(
    baselineAmplitude: Double, treatmentAmplitude: Double, exponent: Double
  ) -> Double {
    Double.pow(baselineAmplitude / treatmentAmplitude, 1 / exponent)
  }
}

extension LawPair {
  /// ln m at an ln scale: where the baseline's curve takes the treatment's value, nearest to the
  /// scale; ±∞ where it does not within the grid.
  func logMultiplier(_ curves: Curves, at logScale: Double) -> Double {
    if curves.baseline == curves.treatment { return 0 }
    let grid = readers.baseline.grid
    let wanted = readers.treatment.interpolate(curves.treatment, at: clamped(logScale))
    guard wanted.isFinite, curves.baseline.allSatisfy({ $0.isFinite }) else { return .nan }
    var best: ClosedRange<Double>?
    var distance = Double.infinity
    for index in 1..<grid.count {
      let below = curves.baseline[index - 1] - wanted
      let above = curves.baseline[index] - wanted
      guard (below <= 0) != (above <= 0) || below == 0 else { continue }
      let gap = max(grid[index - 1] - logScale, logScale - grid[index], 0)
      if gap < distance {
        distance = gap
        best = grid[index - 1]...grid[index]
      }
    }
    guard let best else {
      // Out of reach: the treatment is better, or worse, than the baseline at every scale.
      let sign = higherIsBetter ? -1.0 : 1.0
      let better = curves.baseline.allSatisfy { sign * ($0 - wanted) > 0 }
      return better ? .infinity : -.infinity
    }
    let solution = root(in: best) { readers.baseline.interpolate(curves.baseline, at: $0) - wanted }
    return (solution ?? (best.lowerBound + best.upperBound) / 2) - logScale
  }

  /// ln m of the estimates, polished on the laws themselves.
  func exactLogMultiplier(at logScale: Double) -> Double {
    let rough = logMultiplier(curves, at: logScale)
    guard rough.isFinite, curves.baseline != curves.treatment else { return rough }
    let wanted = readers.treatment.value(treatment, at: logScale)
    let centre = logScale + rough
    let width = 0.02
    let exact = root(in: (centre - width)...(centre + width)) {
      readers.baseline.value(baseline, at: $0) - wanted
    }
    return exact.map { $0 - logScale } ?? rough
  }
}
