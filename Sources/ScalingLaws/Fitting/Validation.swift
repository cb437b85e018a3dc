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
    /// The held-out rows by their distance beyond the fitted ones, the nearest first.
    public var groups: [HeldOutGroup] = []
    /// The positions of the held-out rows in the observations.
    public var rows: [Int] = []
    /// (prediction − outcome) / |outcome| of each held-out row.
    public var errors: [Double] = []
  }
  /// The windows, from the smallest fitted share to the largest.
  public var windows: [Window]
  /// The mean relative error when each scale in turn is left out; NaN if there are fewer than
  /// three scales.
  public var leaveOneScaleOut: Double
  /// Whole training curves that were left out one at a time, for laws that read a schedule; empty
  /// for others, and with fewer than three curves.
  public var curves: [HeldOutGroup] = []
  /// The rows of the largest scale, predicted from all others; empty where a window is the same
  /// split, and where whole curves were left out instead.
  public var largestScale: [HeldOutGroup] = []

  /// The split with the most fitted rows: the closest to the forecast a user will make.
  public var last: Window? { windows.last }
  /// The held-out rows of every window, of the largest scale and of each curve left out.
  public var heldOutGroups: [[HeldOutGroup]] {
    (windows.map(\.groups) + [largestScale] + curves.map { [$0] }).filter { !$0.isEmpty }
  }
  /// The mean over windows of the relative error; NaN without windows.
  public var meanError: Double { mean(windows.map(\.relativeError)) }
}

extension Fit {
  /// Refits the law on the smaller runs and predicts the larger, over an expanding window, and
  /// leaves out one scale at a time. Nil `excluded` are the rows that left this law.
  ///
  /// Rows are ordered by compute where it is known; rows of equal scale stay together. A refit
  /// searches from the law's own starts, so that nothing of the held-out rows leaks in. Of a very
  /// large table every n-th row is taken. Rows that left the law are neither fitted nor predicted.
  public func validation(
    shares: [Double] = [0.5, 0.6, 0.7, 0.8], without excluded: Set<Int>? = nil
  ) -> Validation {
    let excluded = excluded ?? Set(departedRows)
    // Rows of a law that sums over a schedule cost ten times as much as others.
    let limit = law.sumsOverSchedule ? Fitter.pooledGroups : Fitter.scoutedRows
    if observations.count > 3 * limit || observations.count > Fitter.scoutedRows {
      let step = (observations.count + limit - 1) / limit
      let rows = Array(stride(from: 0, to: observations.count, by: step))
      let left = rows.indices.filter { excluded.contains(rows[$0]) }
      return showing(rows: rows).validation(shares: shares, without: Set(left))
    }
    let scale = observations.scale(for: law)
    let used = observations.weights.indices.filter {
      observations.weights[$0] > 0 && !excluded.contains($0)
    }
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
    // A law of the training curve is asked about other schedules: whole curves are left out.
    let curves = curveGroups(ordered)
    let groups = curves.isEmpty ? Self.scaleGroups(ordered, scale) : curves
    // Every split is a search of its own; they run side by side, each on one thread.
    let splits =
      cuts.map { (fitting: Array(ordered[..<$0]), predicting: Array(ordered[$0...])) }
      + groups.map { group in
        let held = Set(group)
        return (fitting: ordered.filter { !held.contains($0) }, predicting: group)
      }
    let firstCurve = curves.isEmpty ? splits.count : cuts.count
    let counter = ProgressCounter(.validation, total: splits.count, tell: options.progress)
    let results = parallelMap(count: splits.count, threads: options.threads) { index in
      defer { counter.advance() }
      return heldOut(
        fitting: splits[index].fitting, holding: splits[index].predicting,
        together: index >= firstCurve)
    }
    var windows: [Validation.Window] = []
    for (position, cut) in cuts.enumerated() {
      guard let result = results[position] else { continue }
      windows.append(
        Validation.Window(
          fittedRows: cut, heldOutRows: ordered.count - cut, fittedUpTo: scale[ordered[cut - 1]],
          relativeError: mean(result.errors.map(abs)), bias: mean(result.errors),
          groups: result.groups, rows: splits[position].predicting, errors: result.errors))
    }
    var total = 0.0
    for (group, result) in zip(groups, results.dropFirst(cuts.count)) {
      total += (result.map { mean($0.errors.map(abs)) } ?? .nan) * Double(group.count)
    }
    let left = results.dropFirst(cuts.count)
    let isNew = !windows.contains { Set($0.rows) == Set(groups.last ?? []) }
    return Validation(
      windows: windows,
      leaveOneScaleOut: groups.isEmpty ? .nan : total / Double(ordered.count),
      curves: curves.isEmpty ? [] : left.flatMap { $0?.groups ?? [] },
      largestScale: isNew && curves.isEmpty ? (left.last.flatMap { $0?.groups } ?? []) : [])
  }

  /// The training curves to leave out one at a time; none for laws that read no schedule, and
  /// with fewer than three curves.
  private func curveGroups(_ ordered: [Int]) -> [[Int]] {
    guard !observations.schedules.isEmpty else { return [] }
    let rows = Dictionary(grouping: ordered) { observations.scheduleOfRow[$0] }
    guard rows.count >= 3 else { return [] }
    let all = rows.keys.sorted().compactMap { rows[$0] }
    // Very many curves are left out in ten parts.
    guard all.count > 12 else { return all }
    return (0..<10).map { part in
      all.indices.filter { $0 % 10 == part }.flatMap { all[$0] }
    }
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
}
