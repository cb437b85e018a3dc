internal import Quantities
internal import Verdicts

/// How a study was done, as names and values in groups.
struct StudyFacts {
  /// Names and values under a heading.
  struct Group {
    var title: String
    var facts: [(name: String, value: String)]
  }

  let study: StudyResults

  /// All groups that have something to say, in the order of the page.
  var groups: [Group] {
    var groups: [Group] = []
    if let statement = study.statement {
      groups = [
        Group(title: "Data", facts: Self.facts(statement.data)),
        Group(title: "Models and ladder", facts: ladder(statement.ladder)),
        Group(title: "Training", facts: Self.facts(statement.recipe)),
      ]
    }
    groups.append(Group(title: "Statistics", facts: Self.facts(study.verdict.settings)))
    if let note = study.statement?.sizingNote {
      groups.append(Group(title: "Fitted to the time", facts: [("what was done", note)]))
    }
    groups.append(Group(title: "Cost", facts: cost))
    groups.append(Group(title: "Versions", facts: study.versions + [("instructions", kernels)]))
    return groups
  }

  private static func facts(_ data: StudyStatement.Data) -> [(name: String, value: String)] {
    var facts = [(name: "corpus", value: data.corpus), ("tokenizer", data.tokenizer ?? "none")]
    if let tokens = data.trainingTokens {
      facts.append(("training tokens there are", NumberFormat.scale(Double(tokens))))
    }
    facts.append(("held-out tokens", "at most \(NumberFormat.scale(Double(data.heldOutTokens)))"))
    if !data.notes.isEmpty { facts.append(("left out", data.notes.joined(separator: "; "))) }
    return facts
  }

  private func ladder(_ ladder: StudyStatement.Ladder) -> [(name: String, value: String)] {
    var facts = [
      (name: "architecture", value: ladder.architecture),
      ("sequence length", "\(ladder.context) tokens"),
      ("embeddings", ladder.tiesEmbeddings ? "tied to the output" : "not tied"),
    ]
    if let ratio = ladder.tokensPerParameter {
      facts.append(("training tokens", tokensText(asked: ratio)))
    } else if let tokens = ladder.tokens {
      facts.append(("training tokens", NumberFormat.scale(Double(tokens)) + " at every size"))
    }
    if ladder.lengths.count > 1 {
      let shares = ladder.lengths.map { NumberFormat.percent($0, decimals: 0) }
      facts.append(("lengths", "\(shares.joined(separator: ", ")) of them, branching off one run"))
    }
    facts.append(
      (
        "arms have in common",
        ladder.matchesTokens ? "the number of tokens" : "the training FLOPs"
      ))
    facts.append(("seeds", ladder.seeds.map { "\($0)" }.joined(separator: ", ")))
    let methods = ladder.baselineMethods
    facts.append(
      (
        "baseline",
        study.verdict.baseline
          + (methods.isEmpty ? "" : " with \(methods.joined(separator: ", "))")
      ))
    return facts
  }

  /// What the baseline was trained on, which a budget may have cut to less than was asked for.
  private func tokensText(asked: Double) -> String {
    func text(_ value: Double) -> String { NumberFormat.significant(value, 3) }
    let realised = study.verdict.arms.first?.training?.sizes.map(\.tokensPerParameter) ?? []
    guard let low = realised.min(), let high = realised.max() else {
      return "\(text(asked)) per parameter asked for"
    }
    let range = high / max(low, 1e-300) < 1.02 ? text(high) : "\(text(low)) to \(text(high))"
    let isCut = abs(high / asked - 1) > 0.02 || abs(low / asked - 1) > 0.02
    return "\(range) per parameter" + (isCut ? " (\(text(asked)) asked for)" : "")
  }

  private static func facts(_ recipe: StudyStatement.Recipe) -> [(name: String, value: String)] {
    var facts = [
      (name: "optimiser", value: recipe.optimizer),
      (
        "peak learning rates",
        recipe.learningRates.map { NumberFormat.significant($0, 3) }.joined(separator: ", ")
      ),
      ("schedule", recipe.schedule),
      ("warm-up", NumberFormat.percent(recipe.warmup, decimals: 0) + " of the shortest run"),
      ("batch", "\(recipe.batch) sequences"),
    ]
    if let decay = recipe.weightDecay {
      facts.append(("weight decay", NumberFormat.significant(decay, 3)))
    }
    facts.append(
      ("gradient clipping", recipe.clip > 0 ? NumberFormat.significant(recipe.clip, 3) : "none"))
    if recipe.zLoss > 0 { facts.append(("z-loss", NumberFormat.significant(recipe.zLoss, 3))) }
    return facts
  }

  private static func facts(_ settings: VerdictSettings) -> [(name: String, value: String)] {
    [
      ("comparison", "pairs of runs with the same seed, data and size"),
      ("intervals", NumberFormat.percent(settings.level, decimals: 0)),
      ("significance of tests", NumberFormat.significant(settings.significance, 3)),
      ("refits behind the bands of laws", "\(settings.refits)"),
      ("seed of the statistics", "\(settings.seed)"),
    ]
  }

  private var cost: [(name: String, value: String)] {
    let outcomes = study.rows.compactMap(\.outcome)
    let seconds = outcomes.reduce(0) { $0 + $1.seconds }
    let operations = outcomes.filter { $0.status == .finished }.reduce(0) { $0 + $1.compute }
    func count(_ status: RunOutcome.Status) -> Int { outcomes.count { $0.status == status } }
    return [
      ("runs", "\(study.rows.count), of which \(count(.finished)) finished"),
      ("diverged, failed", "\(count(.diverged)), \(count(.failed))"),
      ("time of all runs", NumberFormat.duration(seconds)),
      ("training FLOPs of all runs", NumberFormat.flops(operations)),
    ]
  }

  private var kernels: String {
    let names = Set(study.rows.compactMap(\.outcome?.kernels)).subtracting([""]).sorted()
    return names.isEmpty ? "unknown" : names.joined(separator: ", ")
  }
}
