internal import Quantities
internal import RunTables
internal import SamplingLaws
internal import Statistics

/// The attempts of a trained model at held-out problems, as the curves and metrics of its run keep
/// them.
public enum SampledAttempts {
  /// The curve that says, attempt after attempt and problem after problem, whether it is right.
  public static let correctName = "samples.correct"
  /// The curve of the class of each answer.
  public static let answerName = "samples.answer"
  /// The metric with the arithmetic of one attempt.
  public static let operationsName = "sample_operations"
  /// The metric with the tokens of one attempt.
  public static let tokensName = "sample_tokens"
  /// The metric with the number of problems.
  public static let problemsName = "sample_problems"

  /// The attempts of a run; nil where it was not sampled.
  static func arm(of row: StudyRow, curves: [StepCurve]) -> OutcomeArm? {
    guard let correct = curves.first(where: { $0.name == correctName })?.values,
      let answers = curves.first(where: { $0.name == answerName })?.values,
      let count = row.outcome?.metrics[problemsName].map({ Int(saturating: $0) }), count > 0,
      correct.count == answers.count, correct.count.isMultiple(of: count)
    else { return nil }
    let attempts = correct.count / count
    var arm = OutcomeArm(
      key: [row.arm, row.size, "\(row.seed)"], problems: (0..<count).map { "\($0)" },
      starts: (0...count).map { $0 * attempts }, correct: correct.map { $0 > 0 ? 1 : 0 })
    arm.answers = answers.map { Int32($0) }
    if let tokens = row.outcome?.metrics[tokensName] {
      arm.tokens = [Float](repeating: Float(tokens), count: correct.count)
    }
    return arm
  }
}
