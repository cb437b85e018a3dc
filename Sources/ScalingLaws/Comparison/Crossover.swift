internal import Optimization
internal import Quantities
internal import RealModule

/// Where two laws cross: the scale from which the other one is better [21].
public struct Crossover: Sendable {
  /// What the two laws say of each other from the data to three decades beyond.
  public enum Verdict: String, Sendable, Hashable, Codable {
    case treatmentDominates = "treatment dominates"
    case baselineDominates = "baseline dominates"
    case crossesInside = "crosses inside the data"
    case crossesBeyond = "predicted to cross beyond the data"
    case undecided = "not decidable"
  }

  /// The class, at the confidence level of the intervals.
  public let verdict: Verdict
  /// The crossing of the estimates within three decades of the data; nil if there is none.
  ///
  /// Where there are several it is the first within or beyond the data.
  public let scale: Double?
  /// The interval over draws; a draw without crossing counts as one at infinite scale, or at zero
  /// if it has the leader that the others have beyond theirs. NaN without draws.
  public let interval: (low: Double, high: Double)
  /// The share of draws without a crossing within three decades of the data.
  public let shareWithoutCrossing: Double
  /// The share of draws that cross within the range of the data.
  public let shareInside: Double
  /// The share of draws that cross beyond the largest run.
  public let shareBeyond: Double
  /// The probability that the treatment is better at every scale from the smallest run to three
  /// decades beyond the largest.
  public let probabilityTreatmentDominates: Double
  /// The same for the baseline.
  public let probabilityBaselineDominates: Double
  /// The probability that the treatment is better at the target; NaN without draws.
  public let probabilityTreatmentIsBetterAtTarget: Double
  /// Whether the treatment is better below the crossing; nil without crossing.
  public let treatmentLeadsBelow: Bool?

  /// Finds the crossing of a pair of laws and its distribution over the draws.
  public init(_ pair: LawPair) {
    let low = Double.log(pair.dataRange.lowerBound)
    let high = Double.log(pair.dataRange.upperBound)
    let point = pair.crossing(pair.curves, low: low)
    let draws = pair.drawCurves.map { pair.crossing($0, low: low) }
    let count = Double(max(draws.count, 1))
    func share(_ matches: (LawPair.Crossing) -> Bool) -> Double {
      draws.isEmpty ? .nan : Double(draws.filter(matches).count) / count
    }
    shareWithoutCrossing = share { $0.logScale == nil }
    shareInside = share { ($0.logScale ?? .infinity) <= high && ($0.logScale ?? -.infinity) >= low }
    shareBeyond = share { ($0.logScale ?? -.infinity) > high }
    // A crossing below the smallest run does not stop the leader from leading over all that follow.
    func dominates(_ crossing: LawPair.Crossing, _ treatment: Bool) -> Bool {
      (crossing.logScale ?? -.infinity) < low && crossing.treatmentLeadsAtTop == treatment
    }
    probabilityTreatmentDominates = share { dominates($0, true) }
    probabilityBaselineDominates = share { dominates($0, false) }
    probabilityTreatmentIsBetterAtTarget = pair.probabilityTreatmentIsBetter(at: pair.target)
    scale = point.logScale.map { Double.exp($0) }
    treatmentLeadsBelow = point.logScale == nil ? nil : !point.treatmentLeadsAbove

    // Which arm leads beyond the crossing, by the estimates or else by most of the draws.
    let crossing = draws.filter { $0.logScale != nil }
    let leadsAbove =
      point.logScale != nil
      ? point.treatmentLeadsAbove
      : crossing.filter(\.treatmentLeadsAbove).count * 2 > crossing.count
    let values = draws.map { draw -> Double in
      if let logScale = draw.logScale { return Double.exp(logScale) }
      return draw.treatmentLeadsAtTop == leadsAbove ? 0 : .infinity
    }
    let ends = pair.estimated(scale ?? .nan, over: values)
    interval = (ends.low, ends.high)

    let sure = 1 - 2 * pair.tail
    if draws.isEmpty {
      verdict = .undecided
    } else if probabilityTreatmentDominates >= sure {
      verdict = .treatmentDominates
    } else if probabilityBaselineDominates >= sure {
      verdict = .baselineDominates
    } else if let at = point.logScale, at >= low, shareInside + shareBeyond >= sure {
      verdict = at <= high ? .crossesInside : .crossesBeyond
    } else {
      verdict = .undecided
    }
  }
}

extension LawPair {
  struct Crossing: Sendable {
    /// Where; nil for none on the grid.
    var logScale: Double?
    var treatmentLeadsAbove: Bool
    var treatmentLeadsAtTop: Bool
  }

  /// The first crossing at or above `low`, else the last one below it.
  func crossing(_ curves: Curves, low: Double) -> Crossing {
    let grid = readers.baseline.grid
    let sign = higherIsBetter ? -1.0 : 1.0
    let advantages = grid.indices.map {
      sign * (curves.baseline[$0] - curves.treatment[$0])
    }
    let top = (advantages.last { $0 != 0 } ?? 0) > 0
    var found: (at: Double, above: Bool)?
    var previous: (at: Double, value: Double)?
    for (at, value) in zip(grid, advantages) where value != 0 && !value.isNaN {
      if let before = previous, (before.value < 0) != (value < 0) {
        let solution =
          root(in: before.at...at) { advantage(curves, at: $0) } ?? (before.at + at) / 2
        found = (solution, value > 0)
        if solution >= low { break }
      }
      previous = (at, value)
    }
    return Crossing(
      logScale: found?.at, treatmentLeadsAbove: found?.above ?? top, treatmentLeadsAtTop: top)
  }
}

extension Crossover {
  /// This crossing, or another where this one cannot be decided.
  func unless(_ other: Crossover?) -> Crossover {
    verdict == .undecided ? other ?? self : self
  }
}
