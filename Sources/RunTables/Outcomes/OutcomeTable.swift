/// Recorded attempts at problems: what a model with a strategy answered, whether it was right, and
/// what it cost.
///
/// One arm is one model with one strategy at one budget; a table without such columns has one arm.
public struct OutcomeTable: Sendable {
  /// The file name, `standard input`, or whatever the maker of the table called it.
  public var source: String
  /// The columns that tell arms apart, in the order of ``OutcomeArm/key``: some of `model`,
  /// `strategy`, `verifier`, `budget` and `level`, and what the user named.
  public var armColumns: [String]
  /// The arms in order of first appearance; at least one, each with at least one attempt.
  public var arms: [OutcomeArm]
  /// What was inferred or passed over, a sentence each.
  public var notes: [String]

  /// Puts a table together.
  public init(
    source: String, armColumns: [String] = [], arms: [OutcomeArm], notes: [String] = []
  ) {
    self.source = source
    self.armColumns = armColumns
    self.arms = arms
    self.notes = notes
  }

  /// The number of rows.
  public var attemptCount: Int { arms.reduce(0) { $0 + $1.attemptCount } }
}
