internal import RealModule
internal import Statistics

extension IsoFLOPGrid {
  struct ValleyReading {
    var valleys: [BudgetValley]
    /// The rows that each budget's lowest point was read from, by ascending size; empty for none.
    var windows: [[Int]]
    /// Valleys of one shape, the stand-in for the truth in resampling and for biases.
    var template: SharedValleys?
    /// Which of the template's curves belongs to each budget.
    var curveOfBudget: [Int?]

    func curve(_ budget: Int) -> ValleyCurve? {
      curveOfBudget[budget].flatMap { template?.curves[$0] }
    }
  }

  struct Lowest {
    var x: Double
    var value: Double
    var curvature: Double
  }

  /// The valley of every budget for the given losses, one a row of the table, each read from its
  /// window; nil to choose them.
  func reading(
    losses: [Double], options: IsoFLOPOptions, windows given: [[Int]]? = nil
  ) -> ValleyReading {
    let sorted = budgets.map { $0.rows.sorted { (logSize[$0], $0) < (logSize[$1], $1) } }
    let usable = budgets.indices.filter { budget in
      sorted[budget].count >= options.minimumRuns
        && Set(sorted[budget].map { logSize[$0] }).count >= 3
    }
    let template = SharedValleys(
      usable.map { budget in
        (sorted[budget].map { logSize[$0] }, sorted[budget].map { losses[$0] })
      })
    var reading = ValleyReading(
      valleys: [], windows: sorted.map { _ in [] }, template: template,
      curveOfBudget: budgets.indices.map { usable.firstIndex(of: $0) })
    if let given {
      reading.windows = given
    } else if options.valley == .local {
      chooseWindows(&reading, sorted: sorted, usable: usable, losses: losses)
    } else {
      for budget in usable { reading.windows[budget] = sorted[budget] }
    }
    reading.valleys = budgets.indices.map { budget in
      let rows = sorted[budget]
      var valley = BudgetValley(
        compute: budgets[budget].compute, sizes: rows.map { Double.exp(logSize[$0]) },
        tokens: rows.map { tokens[$0] }, losses: rows.map { losses[$0] }, optimalSize: .nan,
        optimalTokens: .nan, optimalLoss: .nan, curvature: .nan, isBracketed: false,
        isUsed: false, runsRead: 0, bias: 0)
      let window = reading.windows[budget]
      guard !window.isEmpty, let first = rows.first, let last = rows.last,
        let lowest = lowest(window, losses: losses, budget: budget, in: reading, options)
      else { return valley }
      valley.runsRead = window.count
      valley.bias = bias(of: budget, window: window, in: reading, options)
      let place = lowest.x - (options.valley == .local ? valley.bias : 0)
      valley.optimalSize = Double.exp(place)
      valley.optimalTokens = Double.exp(logTokens(budgets[budget])(place))
      valley.optimalLoss = lowest.value
      valley.curvature = lowest.curvature
      valley.isBracketed = place > logSize[first] && place < logSize[last]
      valley.isUsed = valley.isBracketed || options.usesUnbracketed
      return valley
    }
    return reading
  }

  func lowest(
    _ rows: [Int], losses: [Double], budget: Int, in reading: ValleyReading,
    _ options: IsoFLOPOptions
  ) -> Lowest? {
    let x = rows.map { logSize[$0] }
    let y = rows.map { losses[$0] }
    guard options.valley != .akima else { return Self.akimaLowest(x: x, y: y) }
    let isShaped = options.valley == .asymmetric
    guard
      let curve = ValleyCurve(
        x: x, y: y, left: isShaped ? reading.template?.left ?? 0 : 0,
        right: isShaped ? reading.template?.right ?? 0 : 0),
      curve.vertex.isFinite
    else { return nil }
    return Lowest(
      x: curve.vertex, value: curve.value(at: curve.vertex), curvature: curve.curvature)
  }

  private static func akimaLowest(x: [Double], y: [Double]) -> Lowest? {
    var sums: [Double: (total: Double, count: Double)] = [:]
    for index in x.indices {
      let old = sums[x[index]] ?? (0, 0)
      sums[x[index]] = (old.total + y[index], old.count + 1)
    }
    let knots = sums.keys.sorted()
    let means = knots.compactMap { knot in sums[knot].map { $0.total / $0.count } }
    guard let curve = try? CubicInterpolation(x: knots, y: means, method: .akima) else {
      return nil
    }
    let minimum = curve.minimum()
    return Lowest(x: minimum.x, value: minimum.value, curvature: .nan)
  }

  /// How far the reading of a window is from the lowest point of the template's own valley.
  func bias(
    of budget: Int, window: [Int], in reading: ValleyReading, _ options: IsoFLOPOptions
  ) -> Double {
    guard options.valley != .asymmetric, let curve = reading.curve(budget),
      curve.vertex.isFinite, let low = window.map({ logSize[$0] }).min(),
      let high = window.map({ logSize[$0] }).max(),
      // Far outside the runs the template is a guess, and so would be a correction by it.
      abs(curve.vertex - (low + high) / 2) < high - low
    else { return 0 }
    var smooth = losses
    for row in window { smooth[row] = curve.value(at: logSize[row]) }
    guard let lowest = lowest(window, losses: smooth, budget: budget, in: reading, options) else {
      return 0
    }
    return lowest.x - curve.vertex
  }

  // MARK: Windows

  /// Chooses how far around each minimum runs are read: one half-width in ln N for all budgets, the
  /// one of least mean squared error (variance of the vertex plus squared bias, both on the
  /// template).
  ///
  /// At least five sizes are read, and a budget whose window shows no valley is read more widely.
  private func chooseWindows(
    _ reading: inout ValleyReading, sorted: [[Int]], usable: [Int], losses: [Double]
  ) {
    let options = IsoFLOPOptions(valley: .local)
    guard let template = reading.template else {
      for budget in usable { reading.windows[budget] = sorted[budget] }
      return
    }
    let nested = usable.map { budget in
      nestedWindows(sorted[budget], around: centre(budget, sorted[budget], reading, losses))
    }
    struct Candidate {
      var width: Double
      var rows: [Int]
      var error: Double
    }
    let candidates: [[Candidate]] = zip(usable, nested).map { budget, windows in
      windows.compactMap { window in
        guard let curve = reading.curve(budget) else { return nil }
        let x = window.rows.map { logSize[$0] }
        guard let parabola = ValleyCurve(x: x, y: x.map { curve.value(at: $0) }),
          parabola.vertex.isFinite
        else { return nil }
        let bias = bias(of: budget, window: window.rows, in: reading, options)
        return Candidate(
          width: window.width, rows: window.rows,
          error: template.noise * parabola.vertexVariance + bias * bias)
      }
    }
    var best: (width: Double, error: Double)?
    for width in Set(candidates.flatMap { $0.map(\.width) }).sorted() {
      let errors = candidates.compactMap { windows in
        (windows.last { $0.width <= width } ?? windows.first)?.error
      }
      guard !errors.isEmpty else { continue }
      let error = mean(errors)
      if error < best?.error ?? .infinity { best = (width, error) }
    }
    for (slot, budget) in usable.enumerated() {
      let windows = candidates[slot].isEmpty ? [] : candidates[slot]
      let start = windows.lastIndex { $0.width <= best?.width ?? .infinity } ?? 0
      reading.windows[budget] = sorted[budget]
      guard let low = sorted[budget].first.map({ logSize[$0] }),
        let high = sorted[budget].last.map({ logSize[$0] })
      else { continue }
      for window in windows.dropFirst(start) {
        guard
          let lowest = lowest(window.rows, losses: losses, budget: budget, in: reading, options)
        else { continue }
        let place = lowest.x - bias(of: budget, window: window.rows, in: reading, options)
        if place > low, place < high {
          reading.windows[budget] = window.rows
          break
        }
      }
    }
  }

  /// Where a budget's valley is looked for: the template's lowest point where it lies among the
  /// runs, else the lowest run.
  private func centre(
    _ budget: Int, _ rows: [Int], _ reading: ValleyReading, _ losses: [Double]
  ) -> Double {
    let lowest = rows.min { (losses[$0], $0) < (losses[$1], $1) }.map { logSize[$0] } ?? 0
    guard let curve = reading.curve(budget), curve.vertex.isFinite, let first = rows.first,
      let last = rows.last, curve.vertex > logSize[first], curve.vertex < logSize[last]
    else { return lowest }
    return curve.vertex
  }

  /// The runs of the nearest five, six, … sizes, by ascending half-width.
  private func nestedWindows(
    _ rows: [Int], around centre: Double
  ) -> [(width: Double, rows: [Int])] {
    let distances = Set(rows.map { logSize[$0] }).map { abs($0 - centre) }.sorted()
    let least = min(5, distances.count) - 1
    return distances[least...].map { width in
      (width, rows.filter { abs(logSize[$0] - centre) <= width * (1 + 1e-12) })
    }
  }
}
