internal import RealModule
public import Statistics

/// The straight line ln(−ln PU) = ln c − α·ln N of one task instance [5].
public struct PassLine: Sendable, Hashable {
  /// ln c.
  public var logScale: Double
  /// α.
  public var exponent: Double

  /// The pass rate exp(−c·N^(−α)) at a size.
  public func rate(parameters: Double) -> Double {
    Double.exp(-Double.exp(logScale - exponent * Double.log(parameters)))
  }

  /// Fits the line by regression of ln(−ln PU) on ln N, repeated with weights and working responses
  /// at its own fit: the maximum of the likelihood Σ r·ln p + (K − r)·ln(1 − p). Censored counts
  /// are used, even those without a pass.
  ///
  /// - Returns: nil where fewer than two sizes were sampled or nothing ever passed.
  public init?(sizes: [Double], counts: [PassCount]) {
    let used = counts.indices.filter { counts[$0].draws > 0 }
    guard Set(used.map { sizes[$0] }).count >= 2,
      used.contains(where: { counts[$0].passes > 0 })
    else { return nil }
    let logSizes = used.map { Double.log(sizes[$0]) }
    let centre = logSizes.reduce(0, +) / Double(max(used.count, 1))
    // Half a pass and half a miss keep the first working response finite.
    var eta = used.map { row -> Double in
      let rate = (Double(counts[row].passes) + 0.5) / (Double(counts[row].draws) + 1)
      return Double.log(-Double.log(rate))
    }
    var line: (height: Double, slope: Double)?
    for _ in 0..<100 {
      var s0 = 0.0
      var s1 = 0.0
      var s2 = 0.0
      var t0 = 0.0
      var t1 = 0.0
      for (slot, row) in used.enumerated() {
        let hazard = Double.exp(min(max(eta[slot], -30), 5))
        let rate = Double.exp(-hazard)
        let miss = max(1 - rate, 1e-13)
        // d(rate)/d(eta) = −rate·hazard; the binomial information follows.
        let slope = -rate * hazard
        let draws = Double(counts[row].draws)
        let weight = draws * slope * slope / (rate * miss)
        let observed = Double(counts[row].passes) / draws
        let working = min(max(eta[slot], -30), 5) + (observed - rate) / slope
        let x = logSizes[slot] - centre
        s0 += weight
        s1 += weight * x
        s2 += weight * x * x
        t0 += weight * working
        t1 += weight * x * working
      }
      let determinant = s0 * s2 - s1 * s1
      guard determinant > 1e-12 * s0 * s2 else { break }
      var next = (
        height: (s2 * t0 - s1 * t1) / determinant, slope: (s0 * t1 - s1 * t0) / determinant
      )
      if let line {
        // A bounded step keeps the scoring from leaping where almost nothing passed.
        next.height = line.height + min(max(next.height - line.height, -2), 2)
        next.slope = line.slope + min(max(next.slope - line.slope, -1), 1)
      }
      let change = line.map { abs(next.height - $0.height) + abs(next.slope - $0.slope) }
      line = next
      eta = logSizes.map { next.height + next.slope * ($0 - centre) }
      if let change, change < 1e-10 { break }
    }
    guard let line, line.height.isFinite, line.slope.isFinite else { return nil }
    exponent = -line.slope
    logScale = line.height - line.slope * centre
  }

  /// Creates a line.
  public init(logScale: Double, exponent: Double) {
    self.logScale = logScale
    self.exponent = exponent
  }
}

/// The pass rate of a data set, predicted instance by instance [5].
public struct PassForecast: Sendable {
  /// The line of each instance; nil where it never passed.
  public var lines: [PassLine?]

  /// Fits a line to each instance, from what sampling found for each model.
  public init(sizes: [Double], counts: [[PassCount]]) {
    lines = counts.map { PassLine(sizes: sizes, counts: $0) }
  }

  /// The mean pass rate at a size, with instances that never passed counted as failing, and its
  /// bootstrap interval over instances.
  public func meanRate(
    parameters: Double, level: Double = 0.95, resamples: Int = 2000, seed: UInt64 = 0
  ) -> (value: Double, interval: ConfidenceInterval) {
    let rates = lines.map { $0?.rate(parameters: parameters) ?? 0 }
    guard !rates.isEmpty else {
      return (.nan, ConfidenceInterval(low: .nan, high: .nan, level: level))
    }
    let random = SplittableRandom(seed: seed)
    let means = (0..<resamples).map { index -> Double in
      var generator = random.split(index)
      var sum = 0.0
      for _ in rates.indices { sum += rates[generator.nextIndex(below: rates.count)] }
      return sum / Double(rates.count)
    }.sorted()
    let tail = (1 - level) / 2
    return (
      mean(rates),
      ConfidenceInterval(
        low: quantile(sorted: means, tail), high: quantile(sorted: means, 1 - tail), level: level)
    )
  }
}
