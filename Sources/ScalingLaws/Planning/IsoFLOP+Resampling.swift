internal import RealModule
internal import Statistics

extension IsoFLOPGrid {
  /// Resampled power laws, and the resampled ln N* of each used budget.
  struct Resampled {
    var method: String
    var draws: [[Double]]
    var vertices: [[Double]]

    /// The scatter of ln N* about the line that noise within budgets does not explain; nil below
    /// four budgets or where there is none.
    ///
    /// Budgets differ in more than the noise of their runs: schedules, batch sizes, digitising.
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
          sum + Double.pow(standardDeviation(vertices.map { $0[slot] }), 2)
        } / Double(used.count)
      guard found > within, within > 0 else { return nil }
      return ((found - within).squareRoot(), (found / within).squareRoot())
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
            logTokens: zip(logCompute, logSize).map { $0 - Double.log(6) - $1 }) ?? draws[index]
      }
    }
  }

  /// Resamples the runs within budgets.
  ///
  /// Where every used budget has at least six runs and no run has several rows, runs are drawn with
  /// replacement. Otherwise residuals about the valley change sign at random, one sign a run, each
  /// enlarged by its leverage: drawing five points with replacement often leaves no parabola.
  func draws(_ valleys: [BudgetValley], options: IsoFLOPOptions) -> Resampled {
    let used = valleys.indices.filter { valleys[$0].isUsed }
    let byCases =
      !isClustered && !options.akima
      && used.allSatisfy { budgets[$0].rows.count >= 6 }
    let random = SplittableRandom(seed: options.seed)
    let centred = byCases ? [] : used.map { centredResiduals(budgets[$0].rows) }
    let runs = Array(Set(clusters)).sorted()
    let slotOfRun = Dictionary(
      runs.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var result = Resampled(
      method: byCases ? "bootstrap" : "wild-bootstrap", draws: [], vertices: [])
    for index in 0..<max(options.resamples, 0) {
      var generator = random.split(index)
      let signs = runs.map { _ in generator.nextUniform() < 0.5 ? -1.0 : 1.0 }
      var logSizes: [Double] = []
      for (slot, budget) in used.enumerated() {
        let rows = budgets[budget].rows
        let x = rows.map { logSize[$0] }
        let vertex: Double?
        if byCases {
          vertex = resampledVertex(rows, x: x, generator: &generator)
        } else {
          let y = rows.indices.map { position in
            let run = slotOfRun[clusters[rows[position]]] ?? 0
            return centred[slot].smooth[position]
              + signs[run] * centred[slot].residual[position]
          }
          vertex =
            Self.vertex(
              x: x, y: y, weights: [Double](repeating: 1, count: rows.count),
              akima: options.akima)?.x
        }
        if let vertex { logSizes.append(vertex) }
      }
      guard logSizes.count == used.count else { continue }
      let logCompute = used.map { Double.log(budgets[$0].compute) }
      let logTokens = zip(logCompute, logSizes).map { $0 - Double.log(6) - $1 }
      guard
        let draw = AllocationFit.regress(
          logCompute: logCompute, logSize: logSizes, logTokens: logTokens)
      else { continue }
      result.draws.append(draw)
      result.vertices.append(logSizes)
    }
    return result
  }

  /// The vertex of a parabola through runs drawn with replacement; draws without a valley inside
  /// twice the range of sizes are repeated.
  private func resampledVertex(
    _ rows: [Int], x: [Double], generator: inout SplittableRandom
  ) -> Double? {
    let y = rows.map { losses[$0] }
    guard let low = x.min(), let high = x.max() else { return nil }
    let middle = (low + high) / 2
    for _ in 0..<20 {
      let counts = generator.resampleCounts(of: rows.count)
      guard counts.filter({ $0 > 0 }).count >= 4,
        let found = Self.vertex(x: x, y: y, weights: counts, akima: false),
        abs(found.x - middle) <= high - low
      else { continue }
      return found.x
    }
    return nil
  }

  private func centredResiduals(_ rows: [Int]) -> (smooth: [Double], residual: [Double]) {
    let x = rows.map { logSize[$0] }
    let y = rows.map { losses[$0] }
    let weights = [Double](repeating: 1, count: rows.count)
    guard let parabola = Parabola(x: x, y: y, weights: weights) else {
      return (y, y.map { _ in 0 })
    }
    let smooth = x.map { parabola.value(at: $0) }
    let residual = rows.indices.map {
      (y[$0] - smooth[$0]) / max(1 - parabola.leverages[$0], 0.1).squareRoot()
    }
    return (smooth, residual)
  }

  func warnings(_ valleys: [BudgetValley], options: IsoFLOPOptions) -> [String] {
    valleys.compactMap { valley in
      let name = "budget \(plainNumber(valley.compute))"
      if valley.losses.count < options.minimumRuns || Set(valley.sizes).count < 3 {
        return
          "\(name) left out: \(valley.losses.count) runs, expected at least \(options.minimumRuns) of three sizes"
      }
      if valley.optimalSize.isNaN { return "\(name) left out: its parabola opens downwards" }
      guard !valley.isBracketed else { return nil }
      let place =
        "its optimum \(plainNumber(valley.optimalSize)) lies outside the sizes run, \(plainNumber(valley.sizes.first ?? .nan)) to \(plainNumber(valley.sizes.last ?? .nan))"
      return valley.isUsed ? "\(name): \(place)" : "\(name) left out: \(place)"
    }
  }
}
