/// A column that is no part of the analysis, but whose values decide whether rows belong together.
struct LabelColumn: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// The set that a problem is from: its number may come again in another set.
    case set
    /// What the problem says: a number with two contents stands for two problems.
    case content
    /// The right answer: two of them for one problem are told.
    case target
    /// What attempts were made with: several values are told, since they are pooled.
    case pooled
  }

  var name: String
  var kind: Kind

  /// The kind of a column by its name in lower case; nil for a column that decides nothing.
  static func kind(of name: String) -> Kind? {
    if sets.contains(name) { return .set }
    if contents.contains(name) { return .content }
    if targets.contains(name) { return .target }
    return pooled.contains(name) ? .pooled : nil
  }

  static let sets: Set<String> = [
    "dataset", "dataset_name", "data_set", "dataset_id", "data_source", "source_dataset",
    "set", "benchmark", "benchmark_name", "bench", "task", "task_name", "subtask", "subject",
    "subject_name", "subset", "subset_name", "split", "config_name", "suite", "eval_name",
    "eval_set", "test_set", "category", "domain", "year", "exam", "competition", "contest",
    "contest_id", "language", "lang", "doc.subject", "doc.category", "doc.dataset", "doc.task",
    "metadata.dataset", "metadata.subject", "metadata.task",
  ]
  static let contents: Set<String> = [
    "doc_hash", "question_hash", "problem_hash", "question", "question_text", "question_content",
    "problem_text", "problem_statement", "doc.question", "doc.problem", "doc.query", "doc.goal",
    "doc.ctx", "doc.task_id", "doc.id",
  ]
  private static let targets: Set<String> = [
    "target", "gold", "gold_answer", "ground_truth", "reference", "reference_answer",
    "expected_answer", "correct_answer", "target_hash",
  ]
  private static let pooled: Set<String> = [
    "run", "run_id", "run_name", "experiment", "experiment_name", "experiment_id", "job",
    "job_id", "top_p", "prompt", "prompt_hash", "system_prompt", "config", "settings", "variant",
    "condition", "group", "version",
  ]
}
