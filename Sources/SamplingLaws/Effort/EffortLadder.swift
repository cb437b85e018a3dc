public import RunTables

/// Arms that differ in their level of effort alone, ascending.
public struct EffortLadder: Sendable {
  /// What the arms have in common: the values of the table's other columns.
  public var name: String
  /// The label of each level.
  public var labels: [String]
  /// The arm of each level.
  public var arms: [OutcomeArm]
  /// How the order was found, where it was not by number.
  public var warnings: [String]

  /// Puts a ladder together from arms in ascending order.
  public init(name: String = "", labels: [String], arms: [OutcomeArm], warnings: [String] = []) {
    precondition(labels.count == arms.count, "\(labels.count) labels of \(arms.count) arms")
    self.name = name
    self.labels = labels
    self.arms = arms
    self.warnings = warnings
  }

  /// The ladders of a table by a column of levels, by default `level` or else `budget`.
  ///
  /// Levels that are numbers are ordered by number, others by the mean number of their tokens.
  ///
  /// - Throws: without such a column, and where no arms differ in it.
  public static func ladders(of table: OutcomeTable, by column: String? = nil)
    throws(PlanningError) -> [EffortLadder]
  {
    let wanted = column.map { [$0] } ?? ["level", "budget"]
    guard let place = wanted.compactMap({ table.armColumns.firstIndex(of: $0) }).first else {
      throw .missingColumn(wanted[0])
    }
    try PlanningError.require(
      table.armColumns[place] != "budget" || !table.hasAttemptsOfBudgets,
      "The rows are the attempts that each strategy drew within its budget, not the answers that it gave: "
        + "give the table of answers, which `allometry testtime run` writes with --answers.")
    var names: [String] = []
    var groups: [[OutcomeArm]] = []
    for arm in table.arms {
      var rest = arm.key
      rest.remove(at: place)
      let name = rest.joined(separator: " · ")
      if let known = names.firstIndex(of: name) {
        groups[known].append(arm)
      } else {
        names.append(name)
        groups.append([arm])
      }
    }
    let ladders = zip(names, groups).filter { $1.count > 1 }.map { name, arms in
      ladder(name, arms, place)
    }
    if ladders.isEmpty {
      throw .tooFew("No two arms differ in `\(table.armColumns[place])` alone.")
    }
    return ladders
  }

  private static func ladder(_ name: String, _ arms: [OutcomeArm], _ place: Int) -> EffortLadder {
    let numbers = arms.map { Double($0.key[place]) ?? .nan }
    let isNumeric = numbers.allSatisfy(\.isFinite)
    let keys = isNumeric ? numbers : arms.map(meanTokens)
    let order = arms.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    return EffortLadder(
      name: name, labels: order.map { arms[$0].key[place] }, arms: order.map { arms[$0] },
      warnings: isNumeric
        ? [] : ["Levels are not numbers; they are ordered by their mean number of tokens."])
  }

  private static func meanTokens(_ arm: OutcomeArm) -> Double {
    let known = (arm.tokens ?? []).filter { !$0.isNaN }
    return known.isEmpty ? 0 : known.reduce(0) { $0 + Double($1) } / Double(known.count)
  }
}
