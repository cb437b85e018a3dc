import Foundation
import RunTables
import Testing

/// Reads the file that `ALLOMETRY_OUTCOMES_FILE` names and says how long it took.
@Suite struct OutcomeSpeedTests {
  static let path = ProcessInfo.processInfo.environment["ALLOMETRY_OUTCOMES_FILE"]

  @Test(.enabled(if: path != nil)) func bigFile() throws {
    let path = try #require(Self.path)
    let clock = ContinuousClock()
    let start = clock.now
    let table = try OutcomeTable.read(contentsOf: path)
    let taken = start.duration(to: clock.now)
    let arm = try #require(table.arms.first)
    print("\(table.attemptCount) attempts at \(arm.problemCount) problems in \(taken)")
    for column in ["correct", "tokens"] { print(column, digest(of: arm, column)) }
  }

  private func digest(of arm: OutcomeArm, _ column: String) -> Double {
    column == "correct"
      ? Double(arm.correct.reduce(0) { $0 + Int($1) })
      : Double(arm.tokens?.reduce(0.0) { $0 + Double($1) } ?? 0)
  }
}
