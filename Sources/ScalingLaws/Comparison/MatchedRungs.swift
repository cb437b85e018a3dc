/// The rungs of two tables: runs that agree in every column that the law reads.
///
/// What counts as independent is the rung: a size is often a little better or worse than its law
/// for reasons of its own, which more seeds do not average out.
struct MatchedRungs: Sendable {
  struct Cell: Sendable {
    var rows: [Int]
  }
  /// A rung that both arms have.
  struct Match: Sendable {
    var baseline: Int
    var treatment: Int
  }

  let baseline: [Cell]
  let treatment: [Cell]
  let matches: [Match]
  var isMatched: Bool {
    !matches.isEmpty && matches.count == baseline.count && matches.count == treatment.count
  }
  var hasRepeats: Bool { (baseline + treatment).contains { $0.rows.count > 1 } }
  /// The number of rungs of both arms together, each arm's counted.
  var cellCount: Int { baseline.count + treatment.count }

  /// Finds rungs within two per cent, for budgets are rarely hit exactly and a treatment may add a
  /// few parameters; `pairs` are runs that belong together whatever their scale.
  init(
    _ first: Observations, _ second: Observations, law: any Law,
    pairs: [(baseline: Int, treatment: Int)]
  ) {
    let names = law.card.columns.map(\.name)
    let left = Self.cells(first, law: law)
    let right = Self.cells(second, law: law)
    baseline = left
    treatment = right
    var cellOfRow = [Int: Int](minimumCapacity: second.count)
    for (position, cell) in right.enumerated() {
      for row in cell.rows { cellOfRow[row] = position }
    }
    let partners = Dictionary(
      pairs.map { ($0.baseline, $0.treatment) }, uniquingKeysWith: { first, _ in first })
    var free = Set(right.indices)
    var found: [Match] = []
    for (position, cell) in left.enumerated() {
      let linked = cell.rows.compactMap { partners[$0] }.compactMap { cellOfRow[$0] }
      let likely = linked.first { free.contains($0) }
      let point = Self.point(first, cell.rows[0], names)
      let match =
        likely
        ?? free.sorted().first {
          Self.agree(point, Self.point(second, right[$0].rows[0], names))
        }
      if let match {
        found.append(Match(baseline: position, treatment: match))
        free.remove(match)
      }
    }
    matches = found
  }

  private static func point(_ rows: Observations, _ row: Int, _ names: [String]) -> [Double] {
    names.map { rows.columns[$0]?[row] ?? .nan }
  }

  private static func agree(_ first: [Double], _ second: [Double]) -> Bool {
    zip(first, second).allSatisfy { abs($0 - $1) <= 0.02 * max(abs($0), abs($1)) }
  }

  /// Rows of one rung, rungs in the order of their first rows.
  private static func cells(_ rows: Observations, law: any Law) -> [Cell] {
    let names = law.card.columns.map(\.name)
    let places = DesignPoints(rows, law: law).rows().map { place in
      place.filter { rows.weights[$0] > 0 }
    }.filter { !$0.isEmpty }
    // Tables of hundreds of places are curves, whose neighbours are no repeats of each other.
    guard places.count <= 400 else { return places.map { Cell(rows: $0) } }
    var merged: [(point: [Double], rows: [Int])] = []
    for place in places {
      let point = point(rows, place[0], names)
      if let known = merged.firstIndex(where: { agree($0.point, point) }) {
        merged[known].rows += place
      } else {
        merged.append((point, place))
      }
    }
    return merged.map { Cell(rows: $0.rows) }
  }

  private init(baseline: [Cell], treatment: [Cell], matches: [Match]) {
    self.baseline = baseline
    self.treatment = treatment
    self.matches = matches
  }

  /// Rungs joined to larger ones, all rungs of one size whatever their lengths, by the group of
  /// each rung that both arms have, numbered from 0.
  func joined(by groupOfMatch: [Int]) -> MatchedRungs {
    var first: [Cell] = []
    var second: [Cell] = []
    for group in 0...(groupOfMatch.max() ?? 0) {
      let members = matches.indices.filter { groupOfMatch[$0] == group }.map { matches[$0] }
      guard !members.isEmpty else { continue }
      first.append(Cell(rows: members.flatMap { baseline[$0.baseline].rows }))
      second.append(Cell(rows: members.flatMap { treatment[$0.treatment].rows }))
    }
    return MatchedRungs(
      baseline: first, treatment: second,
      matches: first.indices.map { Match(baseline: $0, treatment: $0) })
  }
}
