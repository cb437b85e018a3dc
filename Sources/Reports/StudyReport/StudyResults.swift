public import Verdicts

/// A study as its page and its terminal text tell it: its runs, the verdict on them, what was asked
/// and how it was done.
public struct StudyResults: Sendable {
  /// What the study is called.
  public var name: String
  /// What the runs say.
  public var verdict: StudyVerdict
  /// All runs, ended or not, those of learning-rate sweeps included.
  public var rows: [StudyRow]
  /// What was asked, of which methods, and how; nil where nobody kept it.
  public var statement: StudyStatement?
  /// Training losses of runs, for pictures.
  private(set) var curves: [TrainingCurve] = []
  /// What computed the study: names and versions.
  public var versions: [(name: String, value: String)] = []
  /// The verdict as JSON; empty for none.
  public var json = ""
  /// The command that made the page.
  public var command = ""

  /// The training loss of one run along its tokens.
  struct TrainingCurve {
    var arm: String
    var rung: Int
    var seed: UInt64
    /// Tokens seen, ascending.
    var tokens: [Double]
    /// A loss for each, in nats per token.
    var losses: [Double]
  }

  /// A study without statement and curves.
  public init(name: String, verdict: StudyVerdict, rows: [StudyRow]) {
    self.name = name
    self.verdict = verdict
    self.rows = rows
  }

  /// Adds the training losses of finished and diverged runs, at the longest length.
  ///
  /// - Parameter read: the curves of a run that has ended.
  public mutating func addCurves(_ read: (StudyRow) throws -> [StepCurve]) rethrows {
    let last = rows.map(\.branch).max() ?? 0
    var tokensPerStep: [Int: Double] = [:]
    var found: [(row: StudyRow, curve: StepCurve)] = []
    for row in rows where row.purpose == .comparison && row.branch == last && row.outcome != nil {
      guard let curve = try read(row).first(where: { $0.name == "loss" }),
        let end = curve.steps.last, end > 0
      else { continue }
      found.append((row, curve))
      if row.outcome?.status == .finished {
        tokensPerStep[row.rung] = Double(row.tokens) / Double(end)
      }
    }
    curves = found.compactMap { row, curve in
      // A run that diverged does not say how far its steps would have led.
      let isWhole = row.outcome?.status == .finished
      let own = curve.steps.last.map { Double(row.tokens) / Double($0) }
      guard let perStep = isWhole ? own : tokensPerStep[row.rung] else { return nil }
      return TrainingCurve(
        arm: row.arm, rung: row.rung, seed: row.seed,
        tokens: curve.steps.map { (Double($0) * perStep).rounded() }, losses: curve.values)
    }
  }
}
