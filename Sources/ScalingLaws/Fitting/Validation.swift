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
  /// held-out rows leaks in.
  ///
  /// - Parameter shares: the shares of rows to fit in each window.
  public func validation(shares: [Double] = [0.5, 0.6, 0.7, 0.8]) -> Validation {
    let scale = observations.scale(for: law)
    let used = observations.weights.indices.filter { observations.weights[$0] > 0 }
    let ordered = used.sorted { (scale[$0], $0) < (scale[$1], $1) }
    var windows: [Validation.Window] = []
    var cuts: Set<Int> = []
    for share in shares {
      var cut = Int((Double(ordered.count) * share).rounded())
      while cut > 0, cut < ordered.count,
        Self.same(scale[ordered[cut]], scale[ordered[cut - 1]])
      { cut += 1 }
      guard cut < ordered.count, cut >= freeParameters.count + 1, cuts.insert(cut).inserted
      else { continue }
      guard let window = predictionError(fitting: ordered[..<cut], holding: ordered[cut...])
      else { continue }
      windows.append(
        Validation.Window(
          fittedRows: cut, heldOutRows: ordered.count - cut, fittedUpTo: scale[ordered[cut - 1]],
          relativeError: window.error, bias: window.bias))
    }
    return Validation(windows: windows, leaveOneScaleOut: leaveOneScaleOut(ordered, scale))
  }

  /// Whether two scales are one rung: budgets are rarely hit exactly.
  private static func same(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 0.02 * abs(b) }

  private func leaveOneScaleOut(_ ordered: [Int], _ scale: [Double]) -> Double {
    var groups: [[Int]] = []
    for row in ordered {
      if let previous = groups.last?.first, Self.same(scale[row], scale[previous]) {
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
    guard groups.count >= 3 else { return .nan }
    var total = 0.0
    var count = 0
    for group in groups {
      let held = Set(group)
      let rest = ordered.filter { !held.contains($0) }
      guard rest.count > freeParameters.count,
        let result = predictionError(fitting: rest[...], holding: group[...])
      else { return .nan }
      total += result.error * Double(group.count)
      count += group.count
    }
    return total / Double(count)
  }

  private func predictionError(
    fitting: ArraySlice<Int>, holding: ArraySlice<Int>
  ) -> (error: Double, bias: Double)? {
    var settings = options
    settings.interval = .none
    settings.minimisedStarts = min(options.minimisedStarts, 48)
    settings.polished = min(options.polished, 6)
    guard
      let fitter = try? Fitter(
        law: law, observations: observations.selecting(Array(fitting)), options: settings),
      let search = try? fitter.search(from: fitter.startingPoints()),
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
