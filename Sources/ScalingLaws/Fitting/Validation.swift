internal import Optimization
internal import Statistics

/// How well a law, fitted on small runs, predicts larger ones.
public struct Validation: Sendable {
  /// One split of the table by scale.
  public struct Window: Sendable, Hashable {
    /// The rows that were fitted.
    public var fittedRows: Int
    /// The larger rows that were predicted.
    public var heldOutRows: Int
    /// The largest scale that was fitted.
    public var fittedUpTo: Double
    /// The mean of |prediction − outcome| / |outcome| over the held-out rows.
    public var relativeError: Double
    /// The mean of (prediction − outcome) / |outcome|: the direction of the error.
    public var bias: Double
  }
  /// The windows, from the smallest fitted share to the largest.
  public var windows: [Window]
  /// The mean relative error when each scale in turn is left out; NaN if there are fewer than
  /// three scales.
  public var leaveOneScaleOut: Double

  /// The split with the most fitted rows: the closest to the forecast a user will make.
  public var last: Window? { windows.last }
  /// The mean over windows of the relative error; NaN without windows.
  public var meanError: Double { mean(windows.map(\.relativeError)) }
}

extension Fit {
  /// Refits the law on the smaller runs and predicts the larger, over an expanding window, and
  /// leaves out one scale at a time.
  ///
  /// Rows are ordered by compute where it is known, and rows of equal scale stay together. A
  /// refit searches from the law's own starts, never from the full fit, so that nothing of the
  /// held-out rows leaks in. Of a very large table every n-th row is taken.
  ///
  /// - Parameter shares: the shares of rows to fit in each window.
  public func validation(shares: [Double] = [0.5, 0.6, 0.7, 0.8]) -> Validation {
    if observations.count > Fitter.scoutedRows {
      let step = (observations.count + Fitter.scoutedRows - 1) / Fitter.scoutedRows
      let rows = Array(stride(from: 0, to: observations.count, by: step))
      return showing(rows: rows).validation(shares: shares)
    }
    let scale = observations.scale(for: law)
    let used = observations.weights.indices.filter { observations.weights[$0] > 0 }
    let ordered = used.sorted { (scale[$0], $0) < (scale[$1], $1) }
    var cuts: [Int] = []
    for share in shares {
      var cut = Int((Double(ordered.count) * share).rounded())
      guard cut > 0, cut < ordered.count else { continue }
      let rung = scale[ordered[cut - 1]]
      while cut < ordered.count, Self.same(scale[ordered[cut]], rung) { cut += 1 }
      if cut < ordered.count, cut >= freeParameters.count + 1, !cuts.contains(cut) {
        cuts.append(cut)
      }
    }
    let groups = Self.scaleGroups(ordered, scale)
    // Every split is a search of its own; they run side by side, each on one thread.
    let splits =
      cuts.map { (fitting: Array(ordered[..<$0]), holding: Array(ordered[$0...])) }
      + groups.map { group in
        let held = Set(group)
        return (fitting: ordered.filter { !held.contains($0) }, holding: group)
      }
    let results = parallelMap(count: splits.count, threads: options.threads) { index in
      predictionError(fitting: splits[index].fitting, holding: splits[index].holding)
    }
    var windows: [Validation.Window] = []
    for (cut, result) in zip(cuts, results) {
      guard let result else { continue }
      windows.append(
        Validation.Window(
          fittedRows: cut, heldOutRows: ordered.count - cut, fittedUpTo: scale[ordered[cut - 1]],
          relativeError: result.error, bias: result.bias))
    }
    var total = 0.0
    for (group, result) in zip(groups, results.dropFirst(cuts.count)) {
      total += (result?.error ?? .nan) * Double(group.count)
    }
    return Validation(
      windows: windows,
      leaveOneScaleOut: groups.isEmpty ? .nan : total / Double(ordered.count))
  }

  /// Whether two scales are one rung: budgets are rarely hit exactly.
  private static func same(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 0.02 * abs(b) }

  /// The rungs to leave out one at a time; none if there are fewer than three.
  private static func scaleGroups(_ ordered: [Int], _ scale: [Double]) -> [[Int]] {
    var groups: [[Int]] = []
    for row in ordered {
      if let previous = groups.last?.first, same(scale[row], scale[previous]) {
        groups[groups.count - 1].append(row)
      } else {
        groups.append([row])
      }
    }
    // Many distinct scales are pooled into ten neighbouring groups, which costs ten refits.
    if groups.count > 12 {
      let size = (ordered.count + 9) / 10
      groups = stride(from: 0, to: ordered.count, by: size).map {
        Array(ordered[$0..<min($0 + size, ordered.count)])
      }
    }
    return groups.count >= 3 ? groups : []
  }

  private func predictionError(
    fitting: [Int], holding: [Int]
  ) -> (error: Double, bias: Double)? {
    guard fitting.count > freeParameters.count else { return nil }
    var settings = options
    settings.interval = .none
    settings.threads = 1
    settings.minimisedStarts = min(options.minimisedStarts, 48)
    settings.polished = min(options.polished, 4)
    guard
      let fitter = try? Fitter(
        law: law, observations: observations.selecting(fitting), options: settings),
      let search = try? fitter.search(shakes: 2),
      let checker = try? Fitter(law: law, observations: observations, options: settings)
    else { return nil }
    let point = fitter.space.physical(search.best.point)
    var problem = checker.problem(
      weights: [Double](repeating: 1, count: observations.count))
    let predicted = problem.rowPredictions(at: point, count: observations.count)
    let errors = holding.map {
      (predicted[$0] - observations.response[$0])
        / max(abs(observations.response[$0]), 1e-300)
    }
    guard errors.allSatisfy(\.isFinite) else { return (.infinity, .nan) }
    return (mean(errors.map(abs)), mean(errors))
  }
}
