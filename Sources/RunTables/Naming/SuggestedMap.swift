import Files
import OrderedCollections

extension RunTable {
  /// The `--map` that would fit for canonical columns that the table lacks, `--map
  /// 'N=size,loss=ce'`; nil where no column comes near.
  ///
  /// A column is proposed when a word of its name says what it holds; perplexities and bits with
  /// the formula that gives nats.
  public func suggestedMap(for missing: [String]) -> String? {
    var used: Set<String> = []
    let pairs = missing.compactMap { target -> String? in
      guard let source = proposal(for: target, except: used) else { return nil }
      used.insert(source.name)
      return "\(target)=\(source.expression)"
    }
    guard !pairs.isEmpty else { return nil }
    let text = pairs.joined(separator: ",")
    // What is proposed must be what the option takes.
    guard (try? ColumnMap.parse(text)) != nil else { return nil }
    let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "_=,.-/".contains($0) }
    let quoted = text.replacing("'", with: "'\\''")
    return "--map \(isPlain ? text : "'\(quoted)'")\(longFormFilter(pairs))"
  }

  /// The `--where` that a table with one row a value needs as well, where a column names the value.
  private func longFormFilter(_ pairs: [String]) -> String {
    guard pairs.contains(where: { $0.lowercased() == "loss=value" }) else { return "" }
    for name in columnNames where ["key", "metric", "tag"].contains(name.lowercased()) {
      guard case .text? = columns[name], let keys = try? unique(name) else { continue }
      let losses = keys.filter { ColumnWords($0).list.contains("loss") }
      let held = losses.first { !ColumnWords($0).list.contains("train") } ?? losses.first
      if let held { return " --where \"\(Self.expressionName(name))=='\(held)'\"" }
    }
    return ""
  }

  /// Words that give a column away, the surest first.
  private static let clues: [String: [String]] = [
    "N": ["params", "parameters", "param", "parameter", "weights", "size", "n"],
    "D": ["tokens", "token", "toks", "tok", "d"],
    "C": ["flops", "flop", "flos", "compute", "budget", "c"],
    "loss": [
      "loss", "nll", "ce", "xent", "entropy", "ppl", "perplexity", "bpb", "bpc", "bpt", "bits",
      "value",
    ],
    "step": ["step", "steps", "iteration", "iterations", "iter", "iters", "updates", "it"],
    "lr": ["lr", "learning"],
    "batch_tokens": ["batch"],
    "U": ["unique"],
    "run": ["run", "name", "experiment", "id", "job", "model"],
  ]

  private func proposal(
    for target: String, except used: Set<String>
  ) -> (name: String, expression: String)? {
    guard let clues = Self.clues[target] else { return nil }
    let names = columnNames.filter { name in
      guard !used.contains(name), !ColumnConventions.isCanonical(name) else { return false }
      return target == "run" || (try? numbers(name)) != nil
    }
    for clue in clues {
      // The shortest name with the word says it with the least beside it.
      let found = names.filter { name in
        let words = ColumnWords(name).list
        return
          (words.contains(clue)
          || UnitName(name)?.tokens.contains { $0.lowercased() == clue } ?? false)
          && !words.contains("stderr") && (!words.contains("per") || words.contains("bits"))
      }.min { $0.count < $1.count }
      guard let name = found else { continue }
      return (name, Self.proposedExpression(name, as: target))
    }
    return target == "D" ? tokensProposal(names) : nil
  }

  private static func proposedExpression(_ name: String, as target: String) -> String {
    let expression = expressionName(name)
    if target == "loss" {
      let words = Set(ColumnWords(name).list)
      if !words.isDisjoint(with: ["ppl", "perplexity"]) { return "log(\(expression))" }
      if !words.isDisjoint(with: ["bpb", "bpc", "bpt", "bits", "bit"]) {
        return "\(expression)*log(2)"
      }
    }
    if ColumnConventions.countColumns.contains(target), let unit = UnitName(name) {
      return "\(expression)*\(unit.spelling)"
    }
    return mapName(name)
  }

  /// Tokens from what trainers log instead: steps and the size of a batch, or tokens per parameter.
  private func tokensProposal(_ names: [String]) -> (name: String, expression: String)? {
    func column(_ words: [String]) -> String? {
      words.lazy.compactMap { word in columnNames.first { ColumnWords($0).joined == word } }.first
    }
    let ratios = [
      "tokens_per_param", "tokens_per_parameter", "token_param_ratio", "tokens_param_ratio",
      "data_to_param_ratio", "tok_per_param", "tpp",
    ]
    if let ratio = column(ratios), hasColumn("N") {
      return (ratio, "\(Self.expressionName(ratio))*N")
    }
    guard let step = column(["step", "steps", "iteration", "iter", "global_step"]) else {
      return nil
    }
    if hasColumn("batch_tokens") {
      return (step, "\(Self.expressionName(step))*batch_tokens")
    }
    let batches = ["global_batch_size", "total_batch_size", "batch_size", "train_batch_size"]
    let lengths = [
      "seq_len", "seq_length", "sequence_length", "context_length", "block_size", "max_seq_len",
      "context", "seqlen", "max_seq_length",
    ]
    guard let batch = column(batches), let length = column(lengths) else { return nil }
    let product = [step, batch, length].map(Self.expressionName).joined(separator: "*")
    return (step, product)
  }

  static func mapName(_ name: String) -> String {
    name.contains(where: { ",=\"".contains($0) })
      ? CSVText.quoted(name) : name
  }

  static func expressionName(_ name: String) -> String {
    name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." } ? name : "`\(name)`"
  }
}

extension ColumnConventions {
  static func isCanonical(_ name: String) -> Bool {
    entries.contains { $0.canonical == name }
  }
}
