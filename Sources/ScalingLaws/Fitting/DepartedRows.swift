internal import Optimization
internal import Quantities
internal import Statistics

extension Fit {
  /// Whether every row lies on the law to rounding, so that there is no scatter to measure by.
  ///
  /// A table that was computed from the law, and not measured, is like this. As many parameters as
  /// rows always pass through the rows, which says nothing.
  public var isExact: Bool {
    guard independentRows > freeParameters.count else { return false }
    return residuals.indices.allSatisfy { row in
      guard observations.weights[row] > 0 else { return true }
      let scale =
        objective.residual == .linear ? max(abs(observations.response[row]), 1e-300) : 1
      return abs(residuals[row]) <= Self.exactness * scale
    }
  }

  /// The relative residual below which a row lies on its law.
  static let exactness = 1e-9

  /// How many robust standard deviations part a row that left the law from one that scatters.
  static let departure = 6.0

  /// Rows that lie so far from the law that they are no part of its scatter, worst first.
  ///
  /// The yardstick is the median of the absolute residuals, without the smallest p, which a fit of
  /// p parameters may bring to zero. Where more than a tenth of the rows lie outside, none is
  /// singled out.
  static func departed(
    residuals: [Double], weights: [Double], parameters: Int
  ) -> [Int] {
    let used = residuals.indices.filter { weights[$0] > 0 && residuals[$0].isFinite }
    guard used.count >= parameters + 5 else { return [] }
    let sizes = used.map { abs(residuals[$0]) }.sorted()
    let yardstick = 1.4826 * median(Array(sizes.dropFirst(parameters)))
    let limit = max(departure * yardstick, exactness)
    let outside = used.filter { abs(residuals[$0]) > limit }
      .sorted { (-abs(residuals[$0]), $0) < (-abs(residuals[$1]), $1) }
    return outside.count <= max(2, used.count / 10) ? outside : []
  }
}

extension Fit {
  /// The rows that left the law by name, and the filter that drops them; nil where none did.
  public var departureSentence: String? {
    guard let first = departedRows.first else { return nil }
    let shown = departedRows.prefix(5).map {
      "\(observations.name(of: $0)) (\(responseColumn) \(NumberFormat.sentence(observations.response[$0], digits: 4)) where the law says \(NumberFormat.sentence(predictions[$0], digits: 4)))"
    }
    let more = departedRows.count > 5 ? " and \(departedRows.count - 5) more" : ""
    let isOne = departedRows.count == 1
    let filter =
      departureFilter.map { ". To fit without \(isOne ? "it" : "them"): --where '\($0)'" } ?? ""
    let times = abs(residuals[first]) / max(residualScatter, 1e-300)
    return
      "\(isOne ? "one row" : "\(departedRows.count) rows") left the law and \(isOne ? "is" : "are") no part of its scatter: \(shown.joined(separator: ", "))\(more), up to \(NumberFormat.sentence(times, digits: 2)) times the scatter of the others\(filter)"
  }

  private var responseColumn: String { observations.responseName ?? law.card.response.column }

  /// A filter of the command line that keeps all rows but those that left the law; nil where none
  /// can be written.
  public var departureFilter: String? {
    guard !departedRows.isEmpty else { return nil }
    let left = Set(departedRows)
    let others = observations.response.indices.filter { !left.contains($0) }
      .map { observations.response[$0] }
    let outside = departedRows.map { observations.response[$0] }
    if let low = others.min(), let high = others.max(), let nearest = outside.min(),
      let farthest = outside.max()
    {
      if nearest > high, let limit = Self.plainest(above: high, upTo: nearest) {
        return "\(responseColumn)<\(limit)"
      }
      if farthest < low, farthest > 0, let limit = Self.plainest(above: farthest, upTo: low) {
        return "\(responseColumn)>=\(limit)"
      }
    }
    if let names = observations.runNames, departedRows.allSatisfy({ !names[$0].isEmpty }) {
      let isNumeric = observations.columns["run"] != nil
      var seen: Set<String> = []
      let runs = departedRows.map { names[$0] }.filter { seen.insert($0).inserted }
      // A quote in a name would end the filter's own.
      guard runs.allSatisfy({ !$0.contains("\"") && !$0.contains("'") }) else { return nil }
      return runs.map { isNumeric ? "run!=\($0)" : "run!=\"\($0)\"" }.joined(separator: " && ")
    }
    let columns = law.card.columns.map(\.name).filter { observations.columns[$0] != nil }
    let kept = Set(others)
    return departedRows.map { row in
      // An outcome that no other row has names its row; seventeen shares need not be listed.
      guard kept.contains(observations.response[row]) else {
        return "\(responseColumn)!=\(observations.response[row])"
      }
      let cells =
        columns.map { "\($0)==\(observations.columns[$0]?[row] ?? .nan)" }
        + ["\(responseColumn)==\(observations.response[row])"]
      return "!(\(cells.joined(separator: " && ")))"
    }.joined(separator: " && ")
  }

  /// The number with the fewest digits above one number and up to another.
  private static func plainest(above low: Double, upTo high: Double) -> String? {
    guard low > 0, high > low else { return nil }
    let middle = (low * high).squareRoot()
    for digits in 1...12 {
      let text = NumberFormat.sentence(middle, digits: digits)
      if let value = Double(text), value > low, value <= high { return text }
    }
    return nil
  }
}

extension Fitter {
  /// The rows that left the law, sought about a robust fit: least squares bends to the very rows
  /// that are looked for.
  func departedRows(at estimate: [Double], residuals: [Double]) -> [Int] {
    var residuals = residuals
    let used = residuals.indices.filter { observations.weights[$0] > 0 }
    if objective.delta == nil, used.count <= Self.scoutedRows {
      let typical = median(used.map { abs(residuals[$0]) })
      guard typical > 0, typical.isFinite else { return [] }
      let robust = Objective(residual: objective.residual, loss: .huber(delta: 0.1 * typical))
      var problem = ResidualProblem(
        kernel: kernel, table: LaneTable(observations: observations, columns: columns, rows: used),
        space: space, objective: robust, response: observations.response,
        weights: observations.weights)
      let minimum = refit(&problem, from: estimate)
      if minimum.value.isFinite {
        var all = self.problem(weights: [Double](repeating: 1, count: observations.count))
        let predictions = all.rowPredictions(
          at: space.physical(minimum.point), count: observations.count)
        residuals = zip(predictions, observations.response).map {
          objective.residual(prediction: $0, outcome: $1)
        }
      }
    }
    return Fit.departed(
      residuals: residuals, weights: observations.weights, parameters: space.free.count)
  }

  /// The standard deviation of a single run about the law, see ``Fit/residualScatter``.
  func runScatter(of fit: Fit, sums: LackOfFit.Sums?) -> Double {
    if let sums, sums.pureErrorFreedom > 0, let noise = RunNoise(sums) {
      return noise.runDeviation
    }
    let left = Set(fit.departedRows)
    let used = fit.residuals.indices.filter {
      observations.weights[$0] > 0 && !left.contains($0)
    }
    let sum = used.reduce(0) { $0 + fit.residuals[$1] * fit.residuals[$1] }
    return (sum / Double(max(used.count - space.free.count, 1))).squareRoot()
  }
}
