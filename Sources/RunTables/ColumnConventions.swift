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
  /// extraction, Weights & Biases and MLflow exports, and everyday spellings.
  public static let entries: [Entry] = [
    entry(
      "N",
      [
        "params_N", "Model Size", "params.n_params", "n_params", "num_params", "params",
        "parameters", "n_parameters", "num_parameters", "model params", "model_params",
        "total_parameter_count", "params_N_non_embedding",
      ]),
    entry(
      "D",
      [
        "train_tokens_D", "tokens_D", "throughput/total_tokens", "params.n_tokens",
        "metrics.n_tokens", "train_tokens", "training_tokens", "n_tokens", "num_tokens", "tokens",
      ]),
    entry(
      "C",
      [
        "train_flop_C", "flop_budget_C", "train_flop_6ND", "Training FLOP", "train_flops",
        "training_flops", "total_flops", "flops", "FLOPs", "compute",
      ], scaled: [Alias(name: "throughput/total_training_Gflops", factor: 1e9, companions: [])],
      guarded: [Alias(name: "budget", factor: 1, companions: ["tokens", "params"])]),
    entry(
      "loss",
      [
        "loss_nats_per_token", "eval/loss", "val/loss", "validation/loss", "metrics.eval_loss",
        "metrics.val_loss", "metrics.loss", "val_loss", "validation_loss", "eval_loss",
        "final_loss", "train/loss", "train_loss", "metrics.train_loss",
      ]),
    entry("step", ["_step", "global_step", "train_step", "trainer/global_step"]),
    entry(
      "lr",
      [
        "lr_logged", "learning_rate", "train/learning_rate", "train/lr",
        "optim/learning_rate_group0", "params.lr", "params.learning_rate", "metrics.lr", "peak_lr",
      ]),
    entry("batch_tokens", ["batch_size_in_tokens", "batch_size_tokens", "tokens_per_batch"]),
    entry("seed", ["params.seed", "config.seed", "random_seed"]),
    entry("run", ["Name", "tags.mlflow.runName", "run_name", "run_id", "run_uuid"]),
    entry("U", ["unique_tokens", "n_unique_tokens"]),
    entry("experts", ["num_experts", "n_experts"]),
    entry("active", ["active_params", "active_parameters", "params_active"]),
    entry("vocab", ["vocab_size", "vocabulary_size"]),
  ]

  private static func entry(
    _ canonical: String, _ names: [String], scaled: [Alias] = [], guarded: [Alias] = []
  ) -> Entry {
    let plain = names.map { Alias(name: $0, factor: 1, companions: []) }
    return Entry(canonical: canonical, aliases: plain + scaled + guarded)
  }

  /// The columns that hold counts, in which a lower-case `m` means million.
  private static let countNames: Set<String> = {
    var names: Set<String> = ["n", "d", "c", "u"]
    for entry in entries where ["N", "D", "C", "U"].contains(entry.canonical) {
      names.formUnion(entry.aliases.map { $0.name.lowercased() })
    }
    return names
  }()

  /// How the cells of a column of this name are read.
  static func cellRules(forColumn name: String) -> CellRules {
    CellRules(
      allowsLowerM: countNames.contains(name.lowercased()), allowsThousands: true)
  }

  /// A text column under a new name, as numbers if that name's rules make all of it numbers.
  static func retyped(_ column: Column, as name: String) -> Column {
    guard case .text(let values) = column else { return column }
    let rules = cellRules(forColumn: name)
    guard rules.allowsLowerM else { return column }
    var numbers: [Double] = []
    for value in values {
      guard let number = rules.value(of: value) else { return column }
      numbers.append(number)
    }
    return .numbers(numbers)
  }
}

extension RunTable {
  /// The table with the columns of well-known exports under their canonical names.
  ///
  /// Where a canonical name is absent, the first present spelling of ``ColumnConventions/entries``
  /// takes its place, letter case being ignored only when no spelling matches exactly. The note
  /// names the spellings that were present and not chosen. Former names stay understood.
  public func recognizingConventions() -> RunTable {
    var table = self
    var taken: Set<String> = []
    for entry in ColumnConventions.entries where table.columns[entry.canonical] == nil {
      let free = Array(columns.keys).filter { !taken.contains($0) && table.columns[$0] != nil }
      var found = Self.matches(entry, among: free, companions: Set(columns.keys))
      guard !found.isEmpty else { continue }
      let (name, factor) = found.removeFirst()
      taken.insert(name)
      table = table.replacingNames { $0 == name ? [entry.canonical] : [$0] }
      var note = "column \(name) read as \(entry.canonical)"
      if factor != 1 {
        if case .numbers(let values)? = table.columns[entry.canonical],
          let scaled = try? table.adding(entry.canonical, .numbers(values.map { $0 * factor }))
        {
          table = scaled
        }
        note += " (times \(Column.spelling(factor)))"
      } else {
        table.remember(name, for: entry.canonical)
      }
      if !found.isEmpty {
        note += " (also present and not used: \(found.map(\.name).joined(separator: ", ")))"
      }
      table.notes.append(note)
    }
    return table
  }

  /// The columns that are a spelling of an entry, best first.
  private static func matches(
    _ entry: ColumnConventions.Entry, among names: [String], companions: Set<String>
  ) -> [(name: String, factor: Double)] {
    let present = Set(names)
    var found = entry.aliases.compactMap { alias in
      present.contains(alias.name) && alias.companions.allSatisfy(companions.contains)
        ? (name: alias.name, factor: alias.factor) : nil
    }
    if found.isEmpty {
      // The last resort: letter case is ignored, the canonical name itself coming first.
      let canonical = ColumnConventions.Alias(name: entry.canonical, factor: 1, companions: [])
      for alias in [canonical] + entry.aliases where alias.companions.isEmpty {
        for name in names where name.lowercased() == alias.name.lowercased() {
          found.append((name, alias.factor))
        }
      }
    }
    return found
  }
}
