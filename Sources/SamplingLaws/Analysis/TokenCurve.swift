internal import RunTables

/// Each problem's accuracy against tokens, of an arm over samples or of a strategy over budgets.
struct TokenCurve: Sendable {
  var name: String
  var labels: [String]
  /// Mean tokens a problem of each column, ascending.
  var tokens: [Double]
  var matrix: ProblemMatrix

  init?(_ curves: ProblemCurves, name: String) {
    guard let tokens = curves.tokens, tokens.count > 1, tokens.allSatisfy(\.isFinite) else {
      return nil
    }
    self.name = name
    labels = curves.labels
    self.tokens = tokens
    matrix = curves.matrix
  }

  static func strategies(of table: OutcomeTable) -> [TokenCurve] {
    guard let arms = try? AllocationArm.arms(of: table) else { return [] }
    var names: [String] = []
    for arm in arms where !names.contains(Self.name(arm)) { names.append(Self.name(arm)) }
    return names.compactMap { name in
      let own = arms.filter { Self.name($0) == name && $0.arm.tokens != nil }
      guard own.count > 1, let aligned = try? ProblemAlignment(own.map(\.arm.problems)) else {
        return nil
      }
      let cells = aligned.labels.indices.map { problem in
        own.indices.map {
          CellMeans(own[$0].arm, rows: own[$0].arm.rows(ofProblem: aligned.places[$0][problem]))
        }
      }
      let known = cells.indices.filter { problem in
        cells[problem].allSatisfy { !$0.accuracy.isNaN && !$0.tokens.isNaN }
      }
      guard !known.isEmpty else { return nil }
      let means = own.indices.map { arm in
        known.reduce(0) { $0 + cells[$1][arm].tokens } / Double(known.count)
      }
      let order = means.indices.sorted { means[$0] < means[$1] }
      guard zip(order, order.dropFirst()).allSatisfy({ means[$0] < means[$1] }) else { return nil }
      var matrix = ProblemMatrix(columnCount: order.count, problems: known.count)
      for problem in known { matrix.append(order.map { cells[problem][$0].accuracy }) }
      return TokenCurve(
        name: name, labels: known.map { aligned.labels[$0] }, tokens: order.map { means[$0] },
        matrix: matrix)
    }
  }

  private static func name(_ arm: AllocationArm) -> String {
    arm.verifier.isEmpty ? arm.strategy : "\(arm.strategy) · \(arm.verifier)"
  }

  private init(name: String, labels: [String], tokens: [Double], matrix: ProblemMatrix) {
    self.name = name
    self.labels = labels
    self.tokens = tokens
    self.matrix = matrix
  }

  /// Some problems get the larger number of samples, so that the mean cost is as wanted.
  private func place(_ wanted: Double) -> (lower: Int, upper: Int, share: Double) {
    guard let upper = tokens.firstIndex(where: { $0 >= wanted }), upper > 0 else {
      return (0, 0, 0)
    }
    let share = (wanted - tokens[upper - 1]) / (tokens[upper] - tokens[upper - 1])
    return (upper - 1, upper, share)
  }

  /// The difference at equal tokens, problem by problem; nil where tokens do not overlap.
  static func comparison(
    _ first: TokenCurve, _ second: TokenCurve, bootstrap: ProblemBootstrap
  ) -> PairedComparison? {
    let low = max(first.tokens.first ?? 0, second.tokens.first ?? 0)
    let high = min(first.tokens.last ?? 0, second.tokens.last ?? 0)
    guard high >= low, low > 0 else { return nil }
    // What either has recorded, so that one of the two is never interpolated.
    let levels = Set((first.tokens + second.tokens).filter { $0 >= low && $0 <= high }).sorted()
    guard !levels.isEmpty else { return nil }
    func numbers(_ curve: TokenCurve) -> (Int) -> [Double] {
      let places = levels.map { curve.place($0) }
      return { problem in
        places.map {
          (1 - $0.share) * curve.matrix[problem, $0.lower] + $0.share
            * curve.matrix[problem, $0.upper]
        }
      }
    }
    var found = try? PairedComparison(
      labels: (first.labels, second.labels), names: (first.name, second.name),
      samples: levels.map { Int($0.rounded()) }, bootstrap: bootstrap, first: numbers(first),
      second: numbers(second))
    found?.isAtEqualTokens = true
    return found
  }

  static func comparisons(
    _ curves: [TokenCurve], most: Int, bootstrap: ProblemBootstrap
  ) -> [PairedComparison] {
    curves.indices.flatMap { first in
      curves.indices.filter { $0 > first && (curves.count <= most || first == 0) }.compactMap {
        comparison(curves[$0], curves[first], bootstrap: bootstrap)
      }
    }
  }
}
