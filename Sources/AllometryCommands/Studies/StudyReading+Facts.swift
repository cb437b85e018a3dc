internal import LanguageModels
internal import Quantities
public import Reports
public import Studies
public import Training
internal import Treatments
public import Verdicts

extension StudyReading {
  /// Adds what the study file says: the question, the methods under test and the settings.
  ///
  /// - Parameters:
  ///   - file: the study file.
  ///   - data: the data, as runs name them.
  ///   - context: the length of sequences.
  ///   - verdict: how the verdict was reached.
  public mutating func add(
    file: StudyFile, data: DatasetRecord, context: Int, verdict: VerdictSettings
  ) {
    question = file.question ?? ""
    treatments = Self.treatments(file)
    facts += [
      FactGroup("Data", Self.dataFacts(data, file)),
      FactGroup(
        "Models and ladder",
        Self.ladderFacts(
          file, context: context, realised: arms.first?.tokensPerParameter ?? [])),
      FactGroup("Training", Self.recipeFacts(file.recipe)),
      FactGroup("Statistics", Self.verdictFacts(verdict)),
    ]
  }

  /// Adds what the study cost and what computed it.
  ///
  /// - Parameters:
  ///   - rows: the runs of the study.
  ///   - reused: how many of them other studies had computed; nil where it is not known.
  ///   - version: the version of the program.
  public mutating func add(costOf rows: [StudyRow], reused: Int?, version: String) {
    let outcomes = rows.compactMap(\.outcome)
    let seconds = outcomes.reduce(0) { $0 + $1.seconds }
    let operations = outcomes.filter { $0.status == .finished }.reduce(0) { $0 + $1.compute }
    func count(_ status: RunOutcome.Status) -> Int { outcomes.count { $0.status == status } }
    var cost = [
      ("runs", "\(rows.count), of which \(count(.finished)) finished"),
      ("diverged, failed", "\(count(.diverged)), \(count(.failed))"),
    ]
    if let reused { cost.append(("reused from other studies", "\(reused)")) }
    cost += [
      ("time of all runs", NumberFormat.duration(seconds)),
      ("training FLOPs of all runs", NumberFormat.flops(operations)),
    ]
    facts.append(FactGroup("Cost", cost.map { (name: $0.0, value: $0.1) }))
    let kernels = Set(outcomes.map(\.kernels)).subtracting([""]).sorted()
    facts.append(
      FactGroup(
        "Versions",
        [
          ("allometry", version), ("engine", "\(RunDefinition.engineVersion)"),
          ("instructions", kernels.isEmpty ? "unknown" : kernels.joined(separator: ", ")),
        ]))
  }

  /// The methods of the treated arms that the baseline does not have, each once.
  private static func treatments(_ file: StudyFile) -> [Treatment] {
    var order: [TreatmentChoice] = []
    var arms: [[String]] = []
    for arm in file.arms {
      for choice in arm.choices.dropFirst(file.baseline.choices.count) {
        let known = order.firstIndex {
          $0.card.name == choice.card.name && $0.options == choice.options
        }
        if let known {
          arms[known].append(arm.name)
        } else {
          order.append(choice)
          arms.append([arm.name])
        }
      }
    }
    return zip(order, arms).map { choice, arms in
      let card = choice.card
      let options = choice.options.values.sorted { $0.key < $1.key }
        .map { "\($0.key) = \($0.value.text)" }
      var summary = card.summary
      if !summary.hasSuffix(".") { summary += "." }
      summary += " It changes \(card.family.explanation)."
      if !options.isEmpty { summary += " Options here: \(options.joined(separator: ", "))." }
      if case .trainingSeesFuture(let reason) = card.causality {
        summary += " While training, earlier outputs may depend on later tokens: \(reason)."
      }
      return Treatment(
        arms: arms, title: "\(card.name): \(card.title)", summary: summary, claim: card.claim,
        citation: card.citation)
    }
  }

  private static func dataFacts(
    _ data: DatasetRecord, _ file: StudyFile
  ) -> [(name: String, value: String)] {
    var facts = [
      (name: "corpus", value: data.words),
      ("tokenizer", data.tokenizer ?? "none"),
    ]
    if let tokens = data.trainingTokens {
      facts.append(("training tokens there are", NumberFormat.scale(Double(tokens))))
    }
    facts.append(
      ("held-out tokens", "at most \(NumberFormat.scale(Double(file.recipe.evaluationTokens)))"))
    if !data.notes.isEmpty { facts.append(("left out", data.notes.joined(separator: "; "))) }
    return facts
  }

  private static func ladderFacts(
    _ file: StudyFile, context: Int, realised: [Double]
  ) -> [(name: String, value: String)] {
    let ladder = file.ladder
    var facts = [
      (name: "architecture", value: file.model.preset.rawValue),
      ("sequence length", "\(context) tokens"),
      ("embeddings", file.model.tiesEmbeddings ? "tied to the output" : "not tied"),
    ]
    if let ratio = ladder.tokensPerParameter {
      facts.append(("training tokens", Self.tokensText(realised, asked: ratio)))
    } else if let tokens = ladder.tokens {
      facts.append(("training tokens", NumberFormat.scale(Double(tokens)) + " at every size"))
    }
    if ladder.lengths.count > 1 {
      let shares = ladder.lengths.map { NumberFormat.percent($0, decimals: 0) }
      facts.append(
        ("lengths", "\(shares.joined(separator: ", ")) of them, branching off one run"))
    }
    facts.append(
      (
        "arms have in common",
        ladder.match == .tokens ? "the number of tokens" : "the training FLOPs"
      ))
    facts.append(("seeds", ladder.seeds.map { "\($0)" }.joined(separator: ", ")))
    facts.append(("baseline", file.baseline.name + used(file.baseline.choices)))
    return facts
  }

  /// What the baseline was trained on, which a budget may have cut to less than was asked for.
  private static func tokensText(_ realised: [Double], asked: Double) -> String {
    func text(_ value: Double) -> String { NumberFormat.significant(value, 3) }
    guard let low = realised.min(), let high = realised.max() else {
      return "\(text(asked)) per parameter asked for"
    }
    let range = high / max(low, 1e-300) < 1.02 ? text(high) : "\(text(low)) to \(text(high))"
    let isCut = abs(high / asked - 1) > 0.02 || abs(low / asked - 1) > 0.02
    return "\(range) per parameter" + (isCut ? " (\(text(asked)) asked for)" : "")
  }

  private static func used(_ choices: [TreatmentChoice]) -> String {
    choices.isEmpty ? "" : " with \(choices.map(\.card.name).joined(separator: ", "))"
  }

  private static func recipeFacts(
    _ recipe: StudyFile.RecipeSection
  ) -> [(name: String, value: String)] {
    var facts = [
      (name: "optimiser", value: recipe.optimizer.rawValue),
      (
        "peak learning rates",
        recipe.learningRates.map { NumberFormat.significant($0, 3) }.joined(separator: ", ")
      ),
      ("schedule", recipe.schedule.rawValue),
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

  private static func verdictFacts(
    _ settings: VerdictSettings
  ) -> [(name: String, value: String)] {
    [
      ("comparison", "pairs of runs with the same seed, data and size"),
      ("intervals", NumberFormat.percent(settings.level, decimals: 0)),
      ("significance of tests", NumberFormat.significant(settings.significance, 3)),
      ("refits behind the bands of laws", "\(settings.refits)"),
      ("seed of the statistics", "\(settings.seed)"),
    ]
  }
}

extension TreatmentCard.Family {
  /// What a family changes, after "it changes".
  var explanation: String {
    switch self {
    case .attention: "how information moves between tokens"
    case .recurrence: "attention, for a recurrence or beside one"
    case .experts: "the model into one with routed parts"
    case .depth: "which layers run, in which order or how often"
    case .weights: "the form of weight matrices"
    case .optimization: "how the model is trained"
    case .data: "which text is trained on"
    }
  }
}
