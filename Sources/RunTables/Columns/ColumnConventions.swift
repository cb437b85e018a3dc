import OrderedCollections

/// The column names of well-known exports, and which canonical column each of them is.
///
/// The canonical columns are `N` parameters, `D` training tokens, `C` training FLOPs, `loss` nats
/// per token, `step`, `lr`, `batch_tokens`, `seed`, `run`, `U` unique tokens, `experts`, `active`,
/// `streams`, `vocab`, `bits` and `metric.NAME`. A convention applies only where the canonical name
/// is absent, and each use is noted in ``RunTable/notes``.
public enum ColumnConventions {
  /// One spelling of a canonical column.
  public struct Alias: Sendable, Hashable {
    /// The name as an export writes it.
    public var name: String
    /// What its numbers are multiplied by, 1 for names of the same unit.
    public var factor: Double
    /// Columns that must be present as well, for names too common to be trusted alone.
    public var companions: [String]
  }

  /// A canonical column and its recognised spellings, the preferred one first.
  public struct Entry: Sendable, Hashable {
    /// The canonical name.
    public var canonical: String
    /// The spellings in order of priority.
    public var aliases: [Alias]
  }

  /// All conventions: the shared scaling-law tables, Open-Athena's isoFLOP points, Epoch's figure
  /// extraction, the assignments of courses, exports of Weights & Biases, MLflow, TensorBoard, the
  /// trainers of Hugging Face and lm-evaluation-harness, and everyday spellings.
  ///
  /// A name that has no exact match is compared word by word, without the prefixes of trackers
  /// (`metrics.`, `params.`, `config.`, `summary.`).
  public static let entries: [Entry] = [
    entry(
      "N",
      [
        "params_N", "Model Size", "params.n_params", "n_params", "num_params", "params",
        "parameters", "n_parameters", "num_parameters", "model params", "model_params",
        "total_parameter_count", "total_params", "total_parameters", "num_total_params",
        "param_count", "parameter_count", "params_count", "model_num_parameters",
        "model_parameters", "trainable_params", "trainable_parameters", "num_trainable_params",
        "n_trainable_params", "model/num_params", "N_params", "params_N_non_embedding",
        "non_embedding_params", "non_embedding_parameters", "num_non_embedding_params",
        "params_non_embedding",
      ]),
    entry(
      "D",
      [
        "train_tokens_D", "tokens_D", "throughput/total_tokens", "params.n_tokens",
        "metrics.n_tokens", "train_tokens", "training_tokens", "n_tokens", "num_tokens", "tokens",
        "total_tokens", "tokens_seen", "n_tokens_seen", "num_tokens_seen", "seen_tokens",
        "num_input_tokens_seen", "train/num_input_tokens_seen", "tokens_trained",
        "trained_tokens", "tokens_processed", "consumed_tokens", "consumed_train_tokens",
        "tokens_consumed", "token_count", "token_budget", "num_train_tokens", "n_train_tokens",
        "total_train_tokens", "total_training_tokens", "num_training_tokens", "train/tokens",
        "train/tokens_seen", "dataset_tokens",
      ]),
    entry(
      "C",
      [
        "train_flop_C", "flop_budget_C", "train_flop_6ND", "Training FLOP", "train_flops",
        "training_flops", "total_flops", "flops", "FLOPs", "compute", "compute_budget",
        "flop_budget", "flops_budget", "training_compute", "train_compute", "compute_flops",
        "compute_budget_flops", "total_compute", "isoflop_budget", "flop", "train_flop",
        "total_flop", "total_training_flops", "total_train_flops", "num_flops", "total_flos",
        "train/total_flos", "train/flops", "train/total_flops",
      ], scaled: [Alias(name: "throughput/total_training_Gflops", factor: 1e9, companions: [])],
      guarded: [Alias(name: "budget", factor: 1, companions: ["tokens", "params"])]),
    entry(
      "loss",
      [
        "loss_nats_per_token", "eval/loss", "val/loss", "validation/loss", "metrics.eval_loss",
        "metrics.val_loss", "metrics.loss", "val_loss", "validation_loss", "eval_loss",
        "valid_loss", "dev_loss", "test_loss", "final_val_loss", "final_validation_loss",
        "final_eval_loss", "final_test_loss", "best_val_loss", "min_val_loss", "loss/val",
        "loss/validation", "loss/eval", "loss/test", "val/ce_loss", "val_cross_entropy",
        "eval/cross_entropy", "eval_cross_entropy", "val_nll", "eval_nll", "validation_nll",
        "eval/lm_loss", "val/lm_loss", "final_loss", "cross_entropy", "cross_entropy_loss",
        "ce_loss", "lm_loss", "nll", "nll_loss", "train/loss", "train_loss",
        "metrics.train_loss", "training_loss", "final_train_loss", "loss/train",
        "train/cross_entropy", "train/ce_loss", "train/lm_loss",
      ]),
    entry(
      "step",
      [
        "_step", "global_step", "train_step", "trainer/global_step", "steps", "iteration",
        "iter", "train/global_step", "train/step", "num_steps", "training_step", "update",
        "num_updates",
      ]),
    entry(
      "lr",
      [
        "lr_logged", "learning_rate", "train/learning_rate", "train/lr",
        "optim/learning_rate_group0", "params.lr", "params.learning_rate", "metrics.lr", "peak_lr",
        "max_lr", "peak_learning_rate", "max_learning_rate", "lr-AdamW", "lr/group_0",
      ]),
    entry(
      "batch_tokens",
      [
        "batch_size_in_tokens", "batch_size_tokens", "tokens_per_batch", "tokens_per_step",
        "global_batch_tokens", "batch_tokens_per_step",
      ]),
    entry("seed", ["params.seed", "config.seed", "random_seed"]),
    entry(
      "run",
      [
        "Name", "tags.mlflow.runName", "run_name", "run_id", "run_uuid", "run.name", "run.id",
        "experiment_name", "exp_name",
      ]),
    entry("U", ["unique_tokens", "n_unique_tokens", "num_unique_tokens"]),
    entry("experts", ["num_experts", "n_experts"]),
    entry(
      "active",
      ["active_params", "active_parameters", "params_active", "num_active_params"]),
    entry("vocab", ["vocab_size", "vocabulary_size"]),
  ]

  private static func entry(
    _ canonical: String, _ names: [String], scaled: [Alias] = [], guarded: [Alias] = []
  ) -> Entry {
    let plain = names.map { Alias(name: $0, factor: 1, companions: []) }
    return Entry(canonical: canonical, aliases: plain + scaled + guarded)
  }

  /// In these, lower-case letters are units.
  private static let countNames: Set<String> = {
    var names: Set<String> = ["n", "d", "c", "u"]
    for entry in entries where countColumns.contains(entry.canonical) {
      names.insert(entry.canonical.lowercased())
      names.formUnion(entry.aliases.map { ColumnWords($0.name).joined })
    }
    return names
  }()

  static let countColumns: Set<String> = ["N", "D", "C", "U", "batch_tokens", "active"]

  static func cellRules(forColumn name: String) -> CellRules {
    CellRules(isCount: isCount(name))
  }

  private static func isCount(_ name: String) -> Bool {
    let words = ColumnWords(name)
    if countNames.contains(words.joined) || countNames.contains(words.withoutTracker.joined) {
      return true
    }
    return !words.list.isEmpty
      && words.list.contains { ["size", "params", "parameters", "tokens", "scale"].contains($0) }
  }

  static func commaMeaning(of name: String) -> CommaColumn.Meaning {
    let words = ColumnWords(name)
    let joined = words.withoutTracker.joined
    let whole: Set<String> = ["step", "seed", "experts", "vocab", "width", "layers", "heads"]
    let isWhole = entries.contains { entry in
      whole.contains(entry.canonical)
        && (joined == entry.canonical
          || entry.aliases.contains { ColumnWords($0.name).joined == joined })
    }
    // With a unit in the name, `2,345` may be 2.345 billions.
    if UnitName(name) != nil { return .unknown }
    if countNames.contains(joined) || whole.contains(joined) || isWhole { return .count }
    let ratios: Set<String> = [
      "loss", "nll", "entropy", "lr", "rate", "acc", "accuracy", "score", "stderr", "error", "bpb",
      "bits", "metric", "em", "f1",
    ]
    return words.list.contains(where: ratios.contains) ? .ratio : .unknown
  }

  /// A text column under a new name, as numbers if that name's rules make all of it numbers.
  static func retyped(_ column: Column, as name: String) -> Column {
    guard case .text(let values) = column else { return column }
    let rules = cellRules(forColumn: name)
    // Whether points separate thousands is decided with the whole file in view.
    let point = UInt8(ascii: ".")
    guard rules.isCount, !values.contains(where: { CommaColumn.isGrouped($0, by: point) }) else {
      return column
    }
    var numbers: [Double] = []
    for value in values {
      guard let number = rules.value(of: value) else { return column }
      numbers.append(number)
    }
    return .numbers(numbers)
  }
}
