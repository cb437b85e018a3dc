public import RunTables

/// An arm with what it stands for in a choice of strategies.
public struct AllocationArm: Sendable {
  /// The strategy, such as best-of-N or beam search.
  public var strategy: String
  /// The budget: samples, tokens or what else is counted, positive.
  public var budget: Double
  /// The verifier that guides it; empty for a strategy without.
  public var verifier: String
  /// The recorded attempts.
  public var arm: OutcomeArm

  /// Says what an arm stands for.
  public init(strategy: String, budget: Double, verifier: String = "", arm: OutcomeArm) {
    self.strategy = strategy
    self.budget = budget
    self.verifier = verifier
    self.arm = arm
  }

  /// The arms of a table by their columns `strategy`, `verifier` and `budget` (or `level`).
  ///
  /// Every other column that tells arms apart is part of the strategy; the verifier `none` is none.
  ///
  /// - Throws: without a column of budgets, for budgets that are not positive numbers, and where rows are
  ///   the attempts within a budget and not its answers.
  public static func arms(of table: OutcomeTable) throws(PlanningError) -> [AllocationArm] {
    let columns = table.armColumns
    guard let budget = ["budget", "level"].compactMap({ columns.firstIndex(of: $0) }).first else {
      throw .missingColumn("budget")
    }
    try PlanningError.require(
      !table.hasAttemptsOfBudgets,
      "The rows are the attempts that each strategy drew within its budget, not the answers that it gave: "
        + "give the table of answers, which `allometry testtime run` writes with --answers.")
    let verifier = columns.firstIndex(of: "verifier")
    var result: [AllocationArm] = []
    for arm in table.arms {
      guard let amount = Double(arm.key[budget]), amount > 0, amount.isFinite else {
        throw .invalidSetting(
          "The budget `\(arm.key[budget])` is not a positive number; allocation compares budgets.")
      }
      let rest = columns.indices.filter { $0 != budget && $0 != verifier }
      let name = rest.map { arm.key[$0] }.joined(separator: " · ")
      result.append(
        AllocationArm(
          strategy: name.isEmpty ? "all attempts" : name, budget: amount,
          verifier: verifier.map { Self.verifier(arm.key[$0]) } ?? "", arm: arm))
    }
    return result
  }

  private static func verifier(_ word: String) -> String {
    ["none", "no", "-", "–", "null"].contains(word.lowercased()) ? "" : word
  }

  static func verifiers(_ arms: [AllocationArm]) -> [String] {
    var names: [String] = []
    for arm in arms where !arm.verifier.isEmpty && !names.contains(arm.verifier) {
      names.append(arm.verifier)
    }
    return names.isEmpty ? [""] : names
  }
}

/// How problems are sorted by difficulty.
public struct DifficultyBins: Sendable, Hashable, Codable {
  /// What difficulty is measured by.
  public enum Measure: String, Sendable, Hashable, Codable {
    case passRate
    /// The mean score of the baseline arm's attempts: no labels are needed.
    case score
    /// The stratum that the table gives each problem; every stratum is a bin.
    case stratum
  }

  /// Where bins end.
  public enum Edges: Sendable, Hashable, Codable {
    case quantiles(Int)
    case absolute([Double])
  }

  /// What difficulty is measured by.
  public var measure: Measure
  /// Where bins end.
  public var edges: Edges

  /// Settings; five quantiles of the pass rate by default [20].
  public init(measure: Measure = .passRate, edges: Edges = .quantiles(5)) {
    self.measure = measure
    self.edges = edges
  }

  /// Hard below 10 %, easy from 50 % [204].
  public static let absolute = DifficultyBins(edges: .absolute([0.1, 0.5]))

  /// The number of bins.
  public var count: Int {
    switch edges {
    case .quantiles(let count): count
    case .absolute(let edges): edges.count + 1
    }
  }

  /// The bin of each problem, the hardest 0; the random `ties` order equal values.
  func bins(_ values: [Double], ties: [UInt64]) -> [Int] {
    switch edges {
    case .absolute(let edges):
      return values.map { value in edges.count { value >= $0 } }
    case .quantiles(let count):
      let order = values.indices.sorted { (values[$0], ties[$0]) < (values[$1], ties[$1]) }
      var bins = [Int](repeating: 0, count: values.count)
      for (rank, index) in order.enumerated() { bins[index] = rank * count / values.count }
      return bins
    }
  }

  func name(_ bin: Int) -> String {
    switch edges {
    case .quantiles(let count):
      return "\(bin + 1) of \(count)"
        + (bin == 0 ? " (hardest)" : bin == count - 1 ? " (easiest)" : "")
    case .absolute(let edges):
      if edges.isEmpty { return "all" }
      if bin == 0 { return "below \(edges[0])" }
      return bin == edges.count ? "from \(edges[bin - 1])" : "\(edges[bin - 1]) to \(edges[bin])"
    }
  }
}
