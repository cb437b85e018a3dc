internal import Optimization
internal import RealModule
internal import Statistics

extension RawSweep {
  /// The optimum of each cell with its interval.
  ///
  /// One axis: a cubic of ln loss in ln of the hyper-parameter through the runs near the lowest one
  /// (a parabola where cells have fewer than five), because valleys are steeper on the side of
  /// divergence. The window is the widest whose residuals, pooled over the cells, are no larger
  /// than those of a narrow one or than repeated runs scatter.
  ///
  /// Several axes: a quadratic surface with weights 1/(1 + (excess/width)²), width the larger of
  /// 0.3 % and two standard deviations of noise. Its difference from a cubic surface is part of the
  /// standard error.
  public func optima(level: Double = 0.9, seed: UInt64 = 0) -> SweepRecord {
    let choice = axes.count == 1 ? oneAxis() : severalAxes()
    let surfaces = cells.map { $0.surface(choice.weighting, degree: choice.degree) }
    let others =
      axes.count == 1
      ? [] : cells.map { $0.surface(choice.weighting, degree: choice.degree + 1) }
    let optima = surfaces.map { $0?.minimum() }
    let alternatives = zip(others, cells).map { surface, cell -> [Double]? in
      guard let surface, cell.losses.count >= 2 * surface.coefficients.count else { return nil }
      return surface.minimum()
    }
    var record = SweepRecord(
      axes: axes, cells: [], level: level, degree: choice.degree, window: choice.window,
      noise: choice.variance.squareRoot(), freedom: choice.freedom, bias: [:], warnings: [])
    var bias = [Double](repeating: 0, count: axes.count)
    for axis in axes.indices {
      let differences = zip(zip(optima, alternatives), cells).compactMap { pair, cell -> Double? in
        guard let a = pair.0?[axis], let b = pair.1?[axis], !cell.isEdge(a, axis),
          !cell.isEdge(b, axis)
        else { return nil }
        return a - b
      }
      // A median, because a cubic surface may run off in one cell.
      if !differences.isEmpty { bias[axis] = median(differences.map(abs)) }
      record.bias[axes[axis]] = bias[axis]
    }
    for (index, cell) in cells.enumerated() {
      guard let surface = surfaces[index], let optimum = optima[index] else { continue }
      record.cells.append(
        cell.record(
          axes: axes, surface: surface, optimum: optimum,
          alternative: index < alternatives.count ? alternatives[index] : nil, choice: choice,
          bias: bias, tail: record.tail, random: SplittableRandom(seed: seed).split(index)))
    }
    let poor = cells.count - record.cells.count
    if poor > 0 {
      record.warnings.append(
        "\(poor) of \(cells.count) cells have too few runs for a surface in \(axes.joined(separator: ", ")) and are left out"
      )
    }
    if choice.freedom == 0, !record.cells.isEmpty {
      record.warnings.append(
        "no cell has more runs than a parabola has coefficients: the interval of each optimum is the bracket of its lowest run, the neighbouring values that were tried"
      )
    }
    return record
  }

  struct Choice {
    var degree: Int
    var weighting: RawSweep.Cell.Weighting
    var window: Double?
    var variance: Double
    var freedom: Double
  }

  /// The least variance of ln loss: rounding of losses in a table is noise too.
  private static let leastVariance = 1e-18

  private func pooled(
    _ weighting: RawSweep.Cell.Weighting, degree: Int
  ) -> (variance: Double, freedom: Double) {
    var (sum, freedom) = (0.0, 0.0)
    for cell in cells {
      guard let surface = cell.surface(weighting, degree: degree) else { continue }
      sum += surface.residualSum
      freedom += surface.freedom
    }
    return (freedom > 0.5 ? max(sum / freedom, Self.leastVariance) : 0, freedom > 0.5 ? freedom : 0)
  }

  /// Weights that fade from the valley, with a width that the noise cannot fill.
  private func severalAxes() -> Choice {
    var width = 0.003
    var noise = pooled(.fading(width), degree: 2)
    let wider = max(width, 2 * noise.variance.squareRoot())
    if wider > width {
      width = wider
      noise = pooled(.fading(width), degree: 2)
    }
    return Choice(
      degree: 2, weighting: .fading(width), window: width, variance: noise.variance,
      freedom: noise.freedom)
  }

  /// The widest window that a cubic still fits.
  private func oneAxis() -> Choice {
    let enough = cells.filter { Set($0.points.map { $0[0] }).count >= 5 }.count
    let degree = 2 * enough >= cells.count ? 3 : 2
    let windows = (0..<13).map { 0.001 * Double.pow(2, $0) } + [.infinity]
    let noises = windows.map { pooled(.within($0), degree: degree) }
    let repeats = cells.reduce(into: (sum: 0.0, freedom: 0)) { total, cell in
      let groups = Dictionary(grouping: cell.points.indices) { cell.points[$0] }
      for (_, members) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
      where members.count > 1 {
        let values = members.map { cell.losses[$0] }
        let centre = mean(values)
        for value in values { total.sum += (value - centre) * (value - centre) }
        total.freedom += members.count - 1
      }
    }
    let needed = Double(min(max(2 * cells.count, 4), 12))
    guard
      let first = noises.firstIndex(where: { $0.freedom >= needed })
        ?? noises.lastIndex(where: { $0.freedom > 0 })
    else {
      return Choice(
        degree: 2, weighting: .within(.infinity), window: nil, variance: 0, freedom: 0)
    }
    let reference =
      repeats.freedom >= 4
      ? (
        variance: max(repeats.sum / Double(repeats.freedom), Self.leastVariance),
        freedom: Double(repeats.freedom)
      ) : noises[first]
    var chosen = first
    for index in windows.indices where index > first && noises[index].freedom > 0 {
      let limit = FisherF(
        numerator: noises[index].freedom, denominator: reference.freedom
      ).inverseSurvival(0.2)
      guard noises[index].variance <= max(limit, 1) * reference.variance else { break }
      chosen = index
    }
    return Choice(
      degree: degree, weighting: .within(windows[chosen]),
      window: windows[chosen].isFinite ? windows[chosen] : nil,
      variance: noises[chosen].variance, freedom: noises[chosen].freedom)
  }
}

extension RawSweep.Cell {
  /// How runs count by the excess of their ln loss over the lowest.
  enum Weighting {
    /// Fully up to an excess, and always enough of the lowest for a surface with one to spare.
    case within(Double)
    /// Half at an excess, less beyond it.
    case fading(Double)
  }

  private var order: [Int] {
    losses.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }
  }

  /// The range of each hyper-parameter, as logarithms.
  var limits: [ClosedRange<Double>] {
    (points.first ?? []).indices.map { axis in
      let values = points.map { $0[axis] }
      return (values.min() ?? 0)...(values.max() ?? 0)
    }
  }

  func isEdge(_ value: Double, _ axis: Int) -> Bool {
    let range = limits[axis]
    let near = 1e-9 + 1e-6 * (range.upperBound - range.lowerBound)
    return value <= range.lowerBound + near || value >= range.upperBound - near
  }

  func weights(_ weighting: Weighting, degree: Int) -> [Double] {
    let sorted = order
    guard let first = sorted.first else { return [] }
    switch weighting {
    case .fading(let width):
      return losses.map { loss in
        let excess = (loss - losses[first]) / width
        return 1 / (1 + excess * excess)
      }
    case .within(let window):
      let least =
        ValleySurface.terms(axes: points[first].count, degree: degree) + 1
      let inside = sorted.filter { losses[$0] - losses[first] <= window }.count
      let used = Set(sorted.prefix(max(inside, least)))
      return losses.indices.map { used.contains($0) ? 1 : 0 }
    }
  }

  func surface(_ weighting: Weighting, degree: Int) -> ValleySurface? {
    ValleySurface(
      points: points, values: losses, weights: weights(weighting, degree: degree), degree: degree)
  }

  /// The optimum if the noise of the runs had been another, read as the cell itself was.
  ///
  /// - Returns: ±∞ where the lowest point is at an end of the values that were tried.
  private func reread(
    _ surface: ValleySurface, _ choice: RawSweep.Choice, deviation: Double,
    _ generator: inout SplittableRandom
  ) -> [Double] {
    var cell = self
    let used = weights(choice.weighting, degree: choice.degree)
    cell.losses = losses.indices.map { run in
      (used[run] > 0 ? surface.value(points[run]) : losses[run])
        + deviation * generator.nextNormal()
    }
    guard let found = cell.surface(choice.weighting, degree: choice.degree)?.minimum() else {
      return [.nan]
    }
    guard isEdge(found[0], 0) else { return found }
    return [found[0] < (limits[0].lowerBound + limits[0].upperBound) / 2 ? -.infinity : .infinity]
  }

  func record(
    axes: [String], surface: ValleySurface, optimum: [Double], alternative: [Double]?,
    choice: RawSweep.Choice, bias: [Double], tail: Double, random: SplittableRandom
  ) -> SweepRecord.Cell {
    let limits = self.limits
    let simulated = (0..<400).map { index -> [Double] in
      var generator = random.split(index)
      let deviation =
        choice.variance.squareRoot()
        * (choice.freedom > 0
          ? generator.nextStudentScale(degreesOfFreedom: max(choice.freedom, 1)) : 1)
      return axes.count == 1
        ? reread(surface, choice, deviation: deviation, &generator)
        : surface.moved(from: optimum, deviation: deviation, limits: limits, &generator)
    }
    // What the choice of surface moves is part of each interval; the law's own error keeps it apart,
    // because it is much the same in all cells.
    let moved = simulated.enumerated().map { index, draw -> [Double] in
      var generator = random.split(10_000 + index)
      return zip(draw, bias).map { $0.isFinite ? $0 + $1 * generator.nextNormal() : $0 }
    }
    var result: [String: SweepRecord.Axis] = [:]
    for (axis, name) in axes.enumerated() {
      let range = limits[axis]
      let isAtEdge = isEdge(optimum[axis], axis)
      let isLow = isAtEdge && optimum[axis] < (range.lowerBound + range.upperBound) / 2
      var ends = (low: -Double.infinity, high: Double.infinity)
      var error: Double?
      if choice.freedom > 0 {
        let sorted = moved.map { $0[axis] }.filter { !$0.isNaN }.sorted()
        ends = (quantile(sorted: sorted, tail), quantile(sorted: sorted, 1 - tail))
        let inside = simulated.map { $0[axis] }.filter(\.isFinite)
        if inside.count > 40 { error = standardDeviation(inside) }
      } else {
        // Without noise to measure, the neighbours of the lowest run bracket the optimum.
        let values = Set(points.map { $0[axis] }).sorted()
        let lowest = order.first.map { points[$0][axis] } ?? optimum[axis]
        ends = (
          values.last { $0 < lowest } ?? -.infinity, values.first { $0 > lowest } ?? .infinity
        )
        let width = ends.high - ends.low
        error = width.isFinite ? width / 12.0.squareRoot() : nil
      }
      let curvature = surface.slopes(optimum, surface.coefficients).curvature[axis, axis]
      let half = Double.log(2)
      result[name] = SweepRecord.Axis(
        value: Double.exp(optimum[axis]),
        low: ends.low.isFinite && !isLow ? Double.exp(ends.low) : nil,
        high: ends.high.isFinite && !(isAtEdge && !isLow) ? Double.exp(ends.high) : nil,
        kind: isAtEdge ? (isLow ? .atMost : .atLeast) : .inside, logError: error,
        alternative: alternative.map { Double.exp($0[axis]) },
        costOfFactorTwo: isAtEdge || curvature <= 0
          ? nil : Double.expMinusOne(curvature / 2 * half * half))
    }
    let weights = self.weights(choice.weighting, degree: choice.degree)
    return SweepRecord.Cell(
      columns: columns, runs: losses.count, used: weights.filter { $0 > 0.1 }.count,
      optimum: result, loss: Double.exp(surface.value(optimum)))
  }
}
