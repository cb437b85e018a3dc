internal import RealModule
internal import Statistics

/// What each of several laws should weigh in a common answer.
///
/// With the paired difference of absolute errors on held-out larger runs from those of the best
/// law, in units of its standard error, as z, a law's weight is exp(−z²/2). Laws that the
/// validation cannot tell apart weigh alike, however many parameters they have, and one law written
/// in two ways counts once.
struct LawWeights {
  /// The weight of each entry; they add up to one. Zero for a law that repeats an earlier one.
  var weights: [Double]
  /// For a law that repeats another, the position of the other.
  var repeats: [Int?]

  /// The standard error of a difference is at least this share of the best law's own error: a
  /// handful of held-out rows knows it no better.
  private static let leastError = 0.1

  init(_ entries: [LawRanking.Entry]) {
    let repeats = Self.repeated(entries)
    self.repeats = repeats
    let errors = entries.map { $0.validation.meanError }
    let originals = entries.indices.filter { repeats[$0] == nil }
    let finite = originals.filter { errors[$0].isFinite }
    var logs = [Double](repeating: -.infinity, count: entries.count)
    if let best = finite.min(by: { (errors[$0], $0) < (errors[$1], $1) }) {
      let leastScatter = finite.map { entries[$0].fit.residualScatter }.filter { $0 > 0 }.min()
      for index in finite {
        let z = Self.excess(entries[index].validation, over: entries[best].validation)
        // A few wild rows make the difference uncertain, yet no law that is several times worse
        // on average is about as good.
        let times = errors[index] / max(errors[best], 1e-12) - 1
        logs[index] = -z * z / 2 - times * times / 2
        // A law that misses the table itself by far more than another has nothing to say.
        if let leastScatter, entries[index].fit.objective == entries[best].fit.objective {
          let ratio = entries[index].fit.residualScatter / leastScatter
          if ratio > 1 { logs[index] -= 2 * (ratio - 1) * (ratio - 1) }
        }
      }
    } else {
      // Nothing could be held out: what the rows themselves say is all there is.
      for index in originals { logs[index] = -entries[index].fit.informationCriteria.bic / 2 }
    }
    let largest = logs.max() ?? 0
    let raw = logs.map { $0.isFinite && largest.isFinite ? Double.exp($0 - largest) : 0 }
    let total = raw.reduce(0, +)
    weights = total > 0 ? raw.map { $0 / total } : raw
  }

  /// By how many standard errors one law's held-out errors exceed another's; zero if they do not.
  private static func excess(_ law: Validation, over best: Validation) -> Double {
    // Each row once, however many windows hold it out.
    func sizes(_ validation: Validation) -> [Int: (sum: Double, count: Double)] {
      var result: [Int: (sum: Double, count: Double)] = [:]
      for window in validation.windows
      where law.windows.contains(where: { $0.fittedRows == window.fittedRows })
        && best.windows.contains(where: { $0.fittedRows == window.fittedRows })
      {
        for (row, error) in zip(window.rows, window.errors) {
          let known = result[row] ?? (0, 0)
          result[row] = (known.sum + abs(error), known.count + 1)
        }
      }
      return result
    }
    let (own, other) = (sizes(law), sizes(best))
    let rows = own.keys.filter { other[$0] != nil }.sorted()
    let pairs = rows.compactMap { row -> (own: Double, other: Double)? in
      guard let a = own[row], let b = other[row] else { return nil }
      return (a.sum / a.count, b.sum / b.count)
    }
    guard !pairs.isEmpty else { return .infinity }
    let differences = pairs.map { $0.own - $0.other }
    let difference = mean(differences)
    guard difference > 0 else { return 0 }
    guard difference.isFinite else { return .infinity }
    let level = mean(pairs.map(\.other))
    // Neighbouring rows are missed alike, so they count half.
    let spread = differences.count > 1 ? standardDeviation(differences) : abs(difference)
    let error = (2 * spread * spread / Double(differences.count)).squareRoot()
    return difference / max(error, leastError * level, 1e-12)
  }

  /// For each law the position of an earlier one that predicts the same everywhere, if there is
  /// one: on all rows and ten times beyond them.
  private static func repeated(_ entries: [LawRanking.Entry]) -> [Int?] {
    let further = entries.map { predictionsBeyond($0.fit) }
    return entries.indices.map { index in
      let fit = entries[index].fit
      return (0..<index).first { other in
        let earlier = entries[other].fit
        guard earlier.objective.residual == fit.objective.residual,
          earlier.predictions.count == fit.predictions.count
        else { return false }
        let scatter = min(fit.residualScatter, earlier.residualScatter)
        func agree(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
          a.count == b.count
            && zip(a, b).allSatisfy {
              abs(fit.objective.residual(prediction: $0, outcome: $1)) <= tolerance
            }
        }
        return agree(
          fit.predictions, earlier.predictions, within: 1e-7 + 0.02 * max(scatter, 0))
          && agree(further[index], further[other], within: 1e-5 + 0.1 * max(scatter, 0))
      }
    }
  }

  /// The predictions of a few rows at ten times their size, data and compute.
  private static func predictionsBeyond(_ fit: Fit) -> [Double] {
    guard fit.observations.schedules.isEmpty else { return [] }
    let kernel = fit.law.makeKernel()
    let step = max(1, fit.observations.count / 16)
    return stride(from: 0, to: fit.observations.count, by: step).map { row in
      let columns = fit.law.card.columns.map { requirement -> Double in
        let value = fit.observations.value(requirement.name, row: row) ?? .nan
        switch requirement.name {
        case "N", "D": return 10 * value
        case "C": return 100 * value
        default: return value
        }
      }
      return kernel.predictOne(fit.estimate, columns, [])
    }
  }
}
