/// A column that tables of outcomes may have; the raw value is its canonical name.
public enum OutcomeColumn: String, Sendable, Hashable, Codable, CaseIterable {
  /// The label of the problem; required.
  case problem
  /// The number or name of the attempt; file order by default.
  case attempt
  /// Whether the attempt is right; required.
  case correct
  /// Tokens generated.
  case tokens
  /// Tokens of the prompt.
  case promptTokens = "tokens_in"
  /// The verifier's score.
  case score
  /// The answer, compared as text within its problem.
  case answer
  /// Whether a pass-or-fail verifier let the attempt pass.
  case passes = "verifier_pass"
  /// The scores of the steps by a process verifier.
  case stepScores = "step_scores"
  /// The round of a sequential strategy, from 0.
  case round
  /// The step that a row stands for, from 0.
  case step
  /// The stratum of the problem.
  case stratum

  /// The other names under which the column is recognised, the preferred one first.
  ///
  /// `passed` is a name of `correct` only in a table without a column of ``passes``, and is
  /// therefore not listed.
  public var aliases: [String] {
    switch self {
    case .problem: ["problem_id", "task_id", "question_id", "item", "doc_id"]
    case .attempt: ["attempt_id", "sample", "sample_id", "sample_idx", "repeat", "epoch"]
    case .correct: ["is_correct", "acc", "accuracy", "success"]
    case .tokens:
      ["tokens_out", "output_tokens", "completion_tokens", "n_tokens", "generated_tokens"]
    case .promptTokens: ["prompt_tokens", "input_tokens"]
    case .score: ["reward", "verifier_score", "value"]
    case .answer: ["prediction", "final_answer", "extracted_answer", "pred"]
    case .passes: ["pass", "base_pass", "verified"]
    case .stepScores: ["prm_scores"]
    case .round: []
    case .step: ["step_index"]
    case .stratum: ["difficulty", "level_of_difficulty", "subject"]
    }
  }

  /// The columns that tell arms apart wherever they are present.
  public static let armColumns = ["model", "strategy", "verifier", "budget", "level"]

  /// The columns that are kept in ``OutcomeArm/constants`` where an arm has one value of them.
  public static let constantColumns = [
    "n_params", "N", "params", "parameters", "layers", "heads", "kv_heads", "head_dim",
    "verifier_params",
  ]
}
