/// A column that tables of outcomes may have; the raw value is its canonical name.
public enum OutcomeColumn: String, Sendable, Hashable, Codable, CaseIterable {
  /// The label of the problem; required.
  case problem
  /// The number or name of the attempt; file order by default.
  case attempt
  /// Whether the attempt is right; required.
  case correct
  case tokens
  case promptTokens = "tokens_in"
  case score
  /// The answer, compared as text within its problem.
  case answer
  case passes = "verifier_pass"
  case stepScores = "step_scores"
  /// The round of a sequential strategy, from 0.
  case round
  /// The step that a row stands for, from 0.
  case step
  case stratum
  /// How many attempts at the problem are right, in a table that counts them.
  case rightCount = "num_correct"
  /// How many there were, in such a table.
  case attemptCount = "num_samples"

  /// The other names under which the column is recognised, the preferred one first.
  ///
  /// `passed` is a name of `correct` only in a table without a column of ``passes``, and is
  /// therefore not listed.
  public var aliases: [String] {
    switch self {
    case .problem:
      [
        "problem_id", "task_id", "question_id", "item", "doc_id", "item_id", "instance_id",
        "example_id", "problem_idx", "question_idx", "prompt_id", "unique_id", "qid", "id",
        "question",
      ]
    case .attempt:
      [
        "attempt_id", "sample", "sample_id", "sample_idx", "repeat", "epoch", "completion_id",
        "sample_index", "completion_idx", "completion_index", "attempt_idx", "attempt_index",
        "trial", "trial_id", "rollout", "rollout_id", "rollout_idx", "generation_id",
        "generation_idx", "response_id", "response_idx", "repetition", "replicate", "repeat_id",
        "repeat_idx",
      ]
    case .correct:
      [
        "is_correct", "acc", "accuracy", "success", "exact_match", "em", "acc_norm",
        "correctness", "is_right", "grade", "graded_list", "grades", "is_correct_list",
        "resolved", "solved",
      ]
    case .tokens:
      [
        "tokens_out", "output_tokens", "completion_tokens", "n_tokens", "generated_tokens",
        "num_tokens", "token_count", "n_output_tokens", "response_tokens",
        "usage.completion_tokens", "usage.output_tokens",
      ]
    case .promptTokens:
      ["prompt_tokens", "input_tokens", "usage.prompt_tokens", "usage.input_tokens"]
    case .score:
      ["reward", "verifier_score", "value", "rm_score", "reward_score", "scores", "rewards"]
    case .answer: Self.predictions + ["answers"]
    case .passes: ["pass", "base_pass", "verified"]
    case .stepScores: ["prm_scores", "step_rewards"]
    case .round: []
    case .step: ["step_index"]
    case .stratum: ["difficulty", "level_of_difficulty", "subject"]
    case .rightCount:
      [
        "n_correct", "correct_count", "num_right", "n_right", "num_passed", "n_passed",
        "passed_count", "num_pass", "n_pass", "pass_count", "passes", "num_success", "n_success",
        "num_successes", "n_successes", "successes", "num_solved", "n_solved", "corrects", "c",
      ]
    case .attemptCount:
      [
        "n_samples", "num_attempts", "n_attempts", "num_generations", "n_generations",
        "num_completions", "n_completions", "num_trials", "n_trials", "num_rollouts", "n_rollouts",
        "sample_count", "attempt_count", "total_samples", "total_attempts", "samples", "attempts",
        "generations", "trials", "total", "count", "n",
      ]
    }
  }

  static let shares = [
    "pass@1", "pass_at_1", "pass@1,none", "pass@1,create_test", "mean_correct",
    "avg_correct", "correct_rate", "success_rate", "pass_rate", "solve_rate",
  ]

  static let modelNames: Set<String> = [
    "model_name", "model_id", "model_name_or_path", "model_path", "model_version", "modelname",
    "llm",
  ]

  /// Columns that tell arms apart where they have several values.
  static let softArmColumns: Set<String> = [
    "checkpoint", "checkpoint_name", "ckpt", "policy", "policy_name", "method", "method_name",
    "approach", "agent", "engine", "algorithm", "technique", "sampler", "decoding", "temperature",
    "temp", "prompt_name", "prompt_template", "prompt_type", "prompt_version", "template",
    "provider", "quantization", "adapter",
  ]

  /// Names of the attempts' answers; beside one of them a column `answer` is that of the right
  /// answers.
  static let predictions = [
    "prediction", "final_answer", "extracted_answer", "pred", "predicted_answer", "model_answer",
    "parsed_answer", "pred_answer", "model_prediction", "filtered_resps", "predictions", "preds",
    "pred_answers", "extracted_answers",
  ]

  /// The columns that tell arms apart wherever they are present.
  ///
  /// `level` is one only where a problem was tried at several; otherwise it is the stratum of the
  /// problem.
  public static let armColumns = ["model", "strategy", "verifier", "budget", "level"]

  /// Columns that tell gradings of the same attempts apart, each of which is an arm.
  public static let gradingColumns = ["filter", "metric", "grader", "scorer"]

  static let kindColumn = "row_kind"

  /// The columns that are kept in ``OutcomeArm/constants`` where an arm has one value of them.
  public static let constantColumns = [
    "n_params", "N", "params", "parameters", "layers", "heads", "kv_heads", "head_dim",
    "verifier_params",
  ]
}
