import OrderedCollections

extension RunTable {
  /// The `--map` that would fit, for canonical columns that the table lacks: `--map 'N=size,loss=ce'`.
  ///
  /// A column is proposed when a word of its name says what it holds; perplexities and bits are
  /// proposed with the formula that gives nats. Nil where no column comes near.
  ///
  /// - Parameter missing: the canonical names, such as `N` and `loss`.
  public func suggestedMap(for missing: [String]) -> String? {
    var used: Set<String> = []
    let pairs = missing.compactMap { target -> String? in
      guard let source = proposal(for: target, except: used) else { return nil }
      used.insert(source.name)
      return "\(target)=\(source.expression)"
    }
    guard !pairs.isEmpty else { return nil }
    let text = pairs.joined(separator: ",")
    let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "_=,.-/".contains($0) }
    return "--map \(isPlain ? text : "'\(text)'")\(longFormFilter(pairs))"
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
        return words.contains(clue) && !words.contains("stderr") && !words.contains("per")
      }.min { $0.count < $1.count }
      guard let name = found else { continue }
      let quoted = Self.mapName(name)
      switch clue {
      case "ppl", "perplexity": return (name, "log(\(Self.expressionName(name)))")
      case "bpb", "bpc", "bpt", "bits": return (name, "\(Self.expressionName(name))*log(2)")
      default: return (name, quoted)
      }
    }
    if target == "D", hasColumn("step"), hasColumn("batch_tokens") {
      return ("step", "step*batch_tokens")
    }
    return nil
  }

  /// A name as a map holds it.
  static func mapName(_ name: String) -> String {
    name.contains(where: { ",=\"".contains($0) })
      ? "\"\(name.replacing("\"", with: "\"\""))\"" : name
  }

  /// A name as an expression holds it.
  static func expressionName(_ name: String) -> String {
    name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." } ? name : "`\(name)`"
  }
}

extension ColumnConventions {
  /// Whether a name is canonical and has its meaning already.
  static func isCanonical(_ name: String) -> Bool {
    entries.contains { $0.canonical == name }
  }
}
