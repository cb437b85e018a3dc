internal import Quantities
internal import RealModule

/// How a learning rate falls from its peak to its last value.
public enum ScheduleDecay: String, Sendable, Hashable, CaseIterable {
  case linear
  /// Along half a cosine.
  case cosine
  /// By the same factor every step.
  case exponential
  /// As one less the square root of the share of the decay that has passed.
  case sqrt
  /// At once, at the listed steps.
  case steps

  /// The share of the fall that is left after a share of the decay.
  func left(_ share: Double, ratio: Double) -> Double {
    let share = min(max(share, 0), 1)
    switch self {
    case .linear: return 1 - share
    case .cosine: return (1 + Double.cos(.pi * share)) / 2
    case .exponential:
      // From peak to last value by equal factors; to zero it cannot fall.
      return ratio > 0 ? (Double.pow(ratio, share) - ratio) / (1 - ratio) : 1 - share
    case .sqrt: return 1 - share.squareRoot()
    case .steps: return share < 1 ? 1 : 0
    }
  }
}

/// The learning rates of a schedule of which only some steps are listed.
public struct ListedSchedule: Sendable {
  /// Why a listed schedule cannot be completed.
  public enum Problem: Error, Sendable, Hashable {
    /// The rows lie too far apart, and no form of decay, or more than one, passes through them.
    case tooCoarse(rows: Int, steps: Int, every: Int)
  }

  /// The rate of every step, from step 0.
  public var rates: [Double]
  /// What was done between the rows, for people.
  public var note: String

  /// The area between two rows that a straight line may be off, as a share of the whole: above it
  /// the rows count as too coarse for straight lines.
  private static let tolerance = 0.002
  /// How closely a form of decay must pass through the rows, as a share of the peak.
  private static let closeness = 0.003

  /// Completes a schedule after a linear warm-up from zero before the first row. Where the rows are
  /// close, rates between them lie on straight lines; elsewhere the decay takes the form that
  /// passes through all of them, or the one that is named. Throws ``Problem``.
  public init(
    points: [(step: Double, rate: Double)], through last: Int, warmup: Int = 0,
    decay: ScheduleDecay? = nil
  ) throws(Problem) {
    let rows = points.sorted { $0.step < $1.step }
    let straight = Self.straight(rows, through: last, warmup: warmup)
    let area = straight.reduce(0, +)
    let peak = rows.map(\.rate).max() ?? 0
    guard let first = rows.firstIndex(where: { $0.rate >= peak * (1 - 1e-9) }), peak > 0,
      area > 0
    else {
      (rates, note) = (straight, "straight lines between the rows")
      return
    }
    // How far a line between two rows can be off: a curve between them that bends as much as the
    // fall itself encloses an eighth of the rectangle.
    let doubt = zip(rows[first...], rows[first...].dropFirst()).reduce(0) {
      $0 + abs($1.1.rate - $1.0.rate) * max($1.1.step - $1.0.step - 1, 0) / 8
    }
    if decay == nil, doubt <= Self.tolerance * area {
      (rates, note) = (straight, "straight lines between the rows")
      return
    }
    if decay == .steps {
      rates = Self.stepped(rows, straight)
      note = "the rate of each row holds up to the next"
      return
    }
    let candidates = decay.map { [$0] } ?? [.linear, .cosine, .exponential, .sqrt]
    let forms = candidates.compactMap { form in
      Self.decayed(
        rows, straight: straight, form: form, closeness: decay == nil ? Self.closeness : 0.02)
    }
    // Rows so close that straight lines would do.
    let fall = zip(rows[first...], rows[first...].dropFirst()).reduce(0) {
      $0 + abs($1.1.rate - $1.0.rate)
    }
    let every = max(
      1, Int(saturating: min(8 * Self.tolerance * area / max(fall, 1e-300), Double(last))))
    guard let best = forms.first,
      forms.allSatisfy({ Self.differ($0.rates, best.rates) <= Self.tolerance * area })
    else {
      throw .tooCoarse(rows: rows.count, steps: last, every: every)
    }
    (rates, note) = best
  }

  private static func differ(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) }
  }

  /// The rate at every step, linear between rows, and constant up to a row where a step parts two
  /// constant stretches.
  ///
  /// Before the first row it rises linearly from zero during the warm-up and then stays.
  public static func straight(
    _ points: [(step: Double, rate: Double)], through last: Int, warmup: Int
  ) -> [Double] {
    let sorted = points.sorted { $0.step < $1.step }
    var result: [Double] = []
    result.reserveCapacity(last + 1)
    var next = 0
    for step in 0...max(last, 0) {
      let position = Double(step)
      while next < sorted.count, sorted[next].step < position { next += 1 }
      if next == sorted.count {
        result.append(sorted[sorted.count - 1].rate)
      } else if sorted[next].step == position {
        result.append(sorted[next].rate)
      } else if next == 0 {
        let rising = position < Double(warmup)
        result.append(sorted[0].rate * (rising ? position / Double(warmup) : 1))
      } else {
        let before = sorted[next - 1]
        let after = sorted[next]
        // Between two constant stretches the rate changes at once: a law that asks for the rate
        // after each change would take half a step of it for another schedule.
        let isStep =
          next >= 2 && sorted[next - 2].rate == before.rate && next + 1 < sorted.count
          && sorted[next + 1].rate == after.rate
        let share = isStep ? 0 : (position - before.step) / (after.step - before.step)
        result.append(before.rate + share * (after.rate - before.rate))
      }
    }
    return result
  }

  private static func stepped(
    _ rows: [(step: Double, rate: Double)], _ straight: [Double]
  ) -> [Double] {
    var rates = straight
    for (row, following) in zip(rows, rows.dropFirst()) {
      let first = min(max(Int(saturating: row.step), -1), rates.count - 1) + 1
      let end = min(max(Int(saturating: following.step), first), rates.count)
      for step in first..<max(end, first) { rates[step] = row.rate }
    }
    return rates
  }

  /// The schedule with one form of decay from the last row at the peak, or from between it and the
  /// next, to the first row at the last rate; nil where it does not pass through the rows.
  private static func decayed(
    _ rows: [(step: Double, rate: Double)], straight: [Double], form: ScheduleDecay,
    closeness: Double
  ) -> (rates: [Double], note: String)? {
    let peak = rows.map(\.rate).max() ?? 0
    let floor = rows[rows.count - 1].rate
    guard let top = rows.lastIndex(where: { $0.rate >= peak * (1 - 1e-9) }),
      let bottom = rows.firstIndex(where: {
        $0.step > rows[top].step && $0.rate <= floor + 1e-9 * peak
      }), floor < peak
    else { return nil }
    let inner = rows[(top + 1)..<bottom]
    // With the ends fixed by rows, one row between decides; a start that no row marks needs more.
    var starts = [(step: rows[top].step, peak: peak)]
    if inner.count >= 3 {
      let gap = rows[top + 1].step - rows[top].step
      starts += (1..<200).map { (rows[top].step + Double($0) / 200 * gap, peak) }
      // Or it began before the first row, and that row says how high. The other forms look the
      // same wherever they begin.
      if top == 0, form == .cosine || form == .sqrt {
        starts += (1...200).map { part in
          let begin = rows[0].step * (1 - Double(part) / 200)
          let share = (rows[0].step - begin) / (rows[bottom].step - begin)
          return (begin, floor + (peak - floor) / form.left(share, ratio: 0))
        }
      }
    }
    func rate(_ step: Double, from start: (step: Double, peak: Double)) -> Double {
      let share = (step - start.step) / (rows[bottom].step - start.step)
      return floor + (start.peak - floor) * form.left(share, ratio: floor / start.peak)
    }
    func miss(_ start: (step: Double, peak: Double)) -> Double {
      inner.reduce(0) { max($0, abs(rate($1.step, from: start) - $1.rate)) }
    }
    let best = starts.map { (start: $0, miss: miss($0)) }.min { $0.miss < $1.miss }
    guard let best, best.miss <= closeness * peak, !inner.isEmpty || closeness > Self.closeness
    else { return nil }
    let start = best.start
    let from = Int(saturating: start.step.rounded())
    var rates = straight
    // Up to its start the rate stays at the peak, or rises to it.
    for step in rates.indices where step < from {
      if Double(step) > rows[top].step {
        rates[step] = peak
      } else if start.step < rows[top].step {
        rates[step] *= start.peak / peak
      }
    }
    let last = Int(saturating: rows[bottom].step)
    for step in rates.indices where step >= from && step <= max(from, last) {
      rates[step] = rate(Double(step), from: start)
    }
    let name = form == .sqrt ? "1 − sqrt" : form.rawValue
    return (
      rates,
      "\(rows.count) rows read as a \(name) decay from step \(from) to \(last)"
    )
  }
}
