import Foundation
import RunTables
import Testing

/// Everything that a table says but for its source, in a form that two tables can be compared by.
func picture(_ table: OutcomeTable) -> String {
  "\(table.armColumns) \(table.notes)\n" + table.arms.map { picture($0) }.joined(separator: "\n")
}

/// Everything that an arm says; missing numbers compare equal.
func picture(_ arm: OutcomeArm) -> String {
  [
    "\(arm.key) \(arm.problems) \(arm.starts) \(arm.correct)", "tokens \(show(arm.tokens))",
    "prompt \(show(arm.promptTokens))", "scores \(show(arm.scores))",
    "answers \(show(arm.answers))", "passes \(show(arm.passes))",
    "step scores \(show(arm.stepScores?.starts)) \(show(arm.stepScores?.values))",
    "rounds \(show(arm.rounds))", "steps \(show(arm.steps))",
    "numbers \(show(arm.attemptNumbers))", "strata \(show(arm.strata))",
    "constants \(arm.constants.sorted { $0.key < $1.key })",
  ].joined(separator: "\n")
}

private func show<Value>(_ values: [Value]?) -> String { values.map { "\($0)" } ?? "nil" }

/// Reads a table of one arm.
func oneArm(
  _ text: String, source: String = "a.csv", options: OutcomeOptions = OutcomeOptions()
) throws -> OutcomeArm {
  let table = try OutcomeTable.parse(text, source: source, options: options)
  #expect(table.arms.count == 1)
  return try #require(table.arms.first)
}
