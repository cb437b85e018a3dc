internal import Cards
internal import LanguageModels
internal import Reports
internal import Studies
internal import Training
internal import Treatments

extension StudyStatement {
  /// What a study file says.
  ///
  /// - Parameters:
  ///   - file: the study file.
  ///   - settings: how the store keeps it to be carried out.
  init(_ file: StudyFile, _ settings: StudySession.Settings) {
    self.init()
    question = file.question.flatMap { $0.isEmpty ? nil : $0 }
    methods = Self.methods(file)
    data.corpus = settings.data.words
    data.tokenizer = settings.data.tokenizer
    data.trainingTokens = settings.data.trainingTokens
    data.heldOutTokens = file.recipe.evaluationTokens
    data.notes = settings.data.notes
    ladder.architecture = file.model.preset.rawValue
    ladder.context = settings.context
    ladder.tiesEmbeddings = file.model.tiesEmbeddings
    ladder.tokensPerParameter = file.ladder.tokensPerParameter
    ladder.tokens = file.ladder.tokens
    ladder.lengths = file.ladder.lengths
    ladder.matchesTokens = file.ladder.match == .tokens
    ladder.seeds = file.ladder.seeds
    ladder.baselineMethods = file.baseline.choices.map(\.card.name)
    recipe.optimizer = file.recipe.optimizer.rawValue
    recipe.learningRates = file.recipe.learningRates
    recipe.schedule = file.recipe.schedule.rawValue
    recipe.warmup = file.recipe.warmup
    recipe.batch = file.recipe.batch
    recipe.weightDecay = file.recipe.weightDecay
    recipe.clip = file.recipe.clip
    recipe.zLoss = file.recipe.zLoss
    sizingNote = settings.sizing.note
  }

  /// The methods of the treated arms that the baseline does not have, each once.
  private static func methods(_ file: StudyFile) -> [Method] {
    var choices: [TreatmentChoice] = []
    var methods: [Method] = []
    for arm in file.arms {
      for choice in arm.choices.dropFirst(file.baseline.choices.count) {
        let known = choices.firstIndex {
          $0.card.name == choice.card.name && $0.options == choice.options
        }
        if let known {
          methods[known].arms.append(arm.name)
        } else {
          choices.append(choice)
          methods.append(Method(choice, arm: arm.name))
        }
      }
    }
    return methods
  }
}

extension StudyStatement.Method {
  /// What the card of a treatment says, with its options here.
  init(_ choice: TreatmentChoice, arm: String) {
    self.init()
    let card = choice.card
    arms = [arm]
    name = card.name
    title = card.title
    summary = card.summary
    changes = card.family.explanation
    options = choice.options.values.sorted { $0.key < $1.key }
      .map { "\($0.key) = \($0.value.text)" }
    if case .trainingSeesFuture(let reason) = card.causality { seesFuture = reason }
    claim = card.claim
    citation = card.citation
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
