internal import RunTables

extension OutcomeTable {
  /// Words in the names of strategies whose attempts depend on each other.
  private static let searches = [
    "beam", "tree-search", "tree search", "dvts", "mcts", "lookahead", "sequential-revision",
    "ahead-by-k", "best-first", "gated-retry",
  ]

  /// With searches marked as candidates by the names of strategies, and a sentence on each, where
  /// the file does not say what rows are.
  func knowingCandidates() -> (table: OutcomeTable, cautions: [String]) {
    guard let place = armColumns.firstIndex(of: "strategy") else { return (self, []) }
    var table = self
    var named: [String] = []
    for index in arms.indices where arms[index].kind == .sample {
      let arm = arms[index]
      let name = arm.key[place].lowercased()
      guard Self.searches.contains(where: { name.contains($0) }),
        (0..<arm.problemCount).contains(where: { arm.rows(ofProblem: $0).count > 1 })
      else { continue }
      table.arms[index].kind = .candidate
      if !named.contains(arm.key[place]) { named.append(arm.key[place]) }
    }
    return (
      table,
      named.isEmpty
        ? []
        : [
          "The rows of \(named.joined(separator: ", ")) are taken for candidates of a search, by the "
            + "name of the strategy; a column row_kind with sample, candidate or answer says it."
        ]
    )
  }

  /// Whether rows are attempts within the budgets of their arms and not the answers that came of
  /// them.
  var hasAttemptsOfBudgets: Bool {
    if arms.contains(where: { $0.kind == .candidate }) { return true }
    guard let place = armColumns.firstIndex(of: "budget") else { return false }
    var isAny = false
    for arm in arms where arm.kind != .answer {
      guard let budget = Double(arm.key[place]) else { return false }
      let counts = (0..<arm.problemCount).map { arm.rows(ofProblem: $0).count }
      let asMany = counts.count { Double($0) == budget }
      guard 2 * asMany > counts.count else { return false }
      if budget > 1 { isAny = true }
    }
    return isAny
  }

  /// The arms of answers alone, without the column that says so; the table itself without any.
  var answersOnly: OutcomeTable {
    guard arms.contains(where: { $0.kind == .answer }) else { return self }
    var table = self
    table.arms = arms.filter { $0.kind == .answer }
    if let place = armColumns.firstIndex(of: "row_kind") {
      table.armColumns.remove(at: place)
      for index in table.arms.indices { table.arms[index].key.remove(at: place) }
    }
    return table
  }
}
