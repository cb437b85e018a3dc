internal import Quantities
internal import RealModule
internal import Statistics

extension IsoFLOPGrid {
  struct Resampled {
    var draws: [[Double]]
    var vertices: [[Double]]
    /// ln D as a function of ln N along each used budget.
    var tokensOf: [(Double) -> Double] = []

    /// The scatter of ln N* about the line that noise within budgets does not explain; nil below
    /// four budgets or where there is none.
    func scatterBetweenBudgets(
      _ used: [BudgetValley], estimate: [Double]
    ) -> (deviation: Double, excess: Double)? {
      guard used.count >= 4, vertices.count >= 20 else { return nil }
      let squares = used.reduce(0) { sum, valley in
        let line = Double.log(estimate[1]) + estimate[0] * Double.log(valley.compute)
        return sum + Double.pow(Double.log(valley.optimalSize) - line, 2)
      }
      let found = squares / Double(used.count - 2)
      let within =
        used.indices.reduce(0) { sum, slot in
          sum + Double.pow(Self.spread(vertices.map { $0[slot] }), 2)
        } / Double(used.count)
      guard found > within, within > 0 else { return nil }
      return ((found - within).squareRoot(), (found / within).squareRoot())
    }

    /// The standard deviation that the middle two thirds of the values show.
    private static func spread(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      return (quantile(sorted: sorted, 0.841) - quantile(sorted: sorted, 0.159)) / 2
    }

    /// Moves every resampled ln N* by normal scatter and regresses again.
    mutating func scatter(_ used: [BudgetValley], by deviation: Double, seed: UInt64) {
      let random = SplittableRandom(seed: seed).split(15_485_863)
      let logCompute = used.map { Double.log($0.compute) }
      for index in vertices.indices {
        var generator = random.split(index)
        for slot in used.indices { vertices[index][slot] += deviation * generator.nextNormal() }
        let logSize = vertices[index]
        draws[index] =
          AllocationFit.regress(
            logCompute: logCompute, logSize: logSize,
            logTokens: zip(tokensOf, logSize).map { $0($1) }) ?? draws[index]
      }
    }
  }

  /// Resamples the losses about the template and reads every budget again from the same runs.
  ///
  /// Residuals, enlarged by their leverage, are drawn from all budgets with random signs; those of
  /// a run with several rows stay together. A normal deviate common to all budgets stretches the
  /// bias: by half of it where it was taken off, by all of it where it was not.
  func draws(_ reading: ValleyReading, options: IsoFLOPOptions) -> Resampled {
    let used = reading.valleys.indices.filter { reading.valleys[$0].isUsed }
    var result = Resampled(draws: [], vertices: [])
    guard let template = reading.template, options.resamples > 0 else { return result }
    var smooth = losses
    var residuals = losses.map { _ in 0.0 }
    var pool: [Double] = []
    for budget in budgets.indices {
      guard let curve = reading.curve(budget) else { continue }
      for row in budgets[budget].rows {
        smooth[row] = curve.value(at: logSize[row])
        let spare = max(1 - curve.leverage(at: logSize[row]), 0.1)
        residuals[row] = (losses[row] - smooth[row]) / spare.squareRoot()
        pool.append(residuals[row])
      }
    }
    // The pooled residuals have the template's own variance, whatever leverages do on few runs.
    let found = pool.reduce(0) { $0 + $1 * $1 } / Double(max(pool.count, 1))
    let scale = found > 0 ? (template.noise / found).squareRoot() : 0
    let runs = Array(Set(clusters)).sorted()
    let slotOfRun = Dictionary(
      runs.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let ends = used.map { budget -> (low: Double, high: Double) in
      let x = budgets[budget].rows.map { logSize[$0] }
      let (low, high) = (x.min() ?? 0, x.max() ?? 0)
      return (low - (high - low) / 2, high + (high - low) / 2)
    }
    func place(_ budget: Int, _ slot: Int, _ values: [Double]) -> Double {
      let window = reading.windows[budget]
      if let lowest = lowest(window, losses: values, budget: budget, in: reading, options) {
        return min(max(lowest.x, ends[slot].low), ends[slot].high)
      }
      // Where no valley is left, the optimum is beyond the side that falls.
      let x = window.map { logSize[$0] }
      let slope = leastSquaresLine(x, window.map { values[$0] })?.slope ?? 0
      return slope < 0 ? ends[slot].high : ends[slot].low
    }
    let tokensOf = used.map { logTokens(budgets[$0]) }
    let before = used.enumerated().map { place($1, $0, smooth) }
    let centre = used.map { Double.log(reading.valleys[$0].optimalSize) }
    let doubt = options.valley == .local ? 0.5 : 1
    let logCompute = used.map { Double.log(budgets[$0].compute) }
    let random = SplittableRandom(seed: options.seed)
    for index in 0..<options.resamples {
      var generator = random.split(index)
      let signs = runs.map { _ in generator.nextUniform() < 0.5 ? -1.0 : 1.0 }
      let stretch = doubt * generator.nextNormal()
      var values = smooth
      for budget in used {
        for row in budgets[budget].rows {
          if isClustered {
            values[row] += scale * signs[slotOfRun[clusters[row]] ?? 0] * residuals[row]
          } else {
            let residual = pool[generator.nextIndex(below: pool.count)]
            values[row] += scale * (generator.nextUniform() < 0.5 ? -residual : residual)
          }
        }
      }
      let logSizes = used.enumerated().map { slot, budget in
        centre[slot] + place(budget, slot, values) - before[slot]
          + stretch * reading.valleys[budget].bias
      }
      let logTokens = zip(tokensOf, logSizes).map { $0($1) }
      guard
        let draw = AllocationFit.regress(
          logCompute: logCompute, logSize: logSizes, logTokens: logTokens)
      else { continue }
      result.draws.append(draw)
      result.vertices.append(logSizes)
    }
    result.tokensOf = tokensOf
    return result
  }

  func warnings(_ valleys: [BudgetValley], options: IsoFLOPOptions) -> [String] {
    valleys.compactMap { valley in
      let name = "budget \(NumberFormat.sentence(valley.compute))"
      if valley.losses.count < options.minimumRuns || Set(valley.sizes).count < 3 {
        return
          "\(name) left out: \(valley.losses.count) runs, expected at least \(options.minimumRuns) of three sizes"
      }
      if valley.optimalSize.isNaN { return "\(name) left out: its losses show no valley" }
      guard !valley.isBracketed else { return nil }
      let place =
        "its optimum \(NumberFormat.sentence(valley.optimalSize)) lies outside the sizes run, \(NumberFormat.sentence(valley.sizes.first ?? .nan)) to \(NumberFormat.sentence(valley.sizes.last ?? .nan))"
      return valley.isUsed ? "\(name): \(place)" : "\(name) left out: \(place)"
    }
  }
}
