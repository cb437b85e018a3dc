internal import ArgumentParser
internal import Quantities
internal import Reports
internal import Training

/// What a run that is to go on has otherwise than it began, told by the options that decide it.
enum RunDifference {
  /// A run goes on with what it began with, or not at all.
  static func failure(_ folder: String, _ difference: String) -> CommandFailure {
    CommandFailure(
      .badConfiguration,
      "\(folder): the run in this folder began \(difference); use the same options, another --out, "
        + "or --resume to go on as it began")
  }

  /// What differs, if anything does: "with --steps 100, but this command comes with --steps 200".
  static func sentence(old: RunRecord, new: RunRecord, command: TrainCommand) throws -> String? {
    let settings = try new.recipe.differences(from: old.recipe)
    let isOtherData = old.data.withoutNotes != new.data.withoutNotes
    let isOtherModel = old.model != new.model
    guard isOtherData || isOtherModel || !settings.isEmpty else { return nil }
    let keys = settings.map(\.key)
    if let began = try? TrainCommand.parse(old.arguments) {
      // A folder may be named by an option or by another spelling of the same numbers: only options
      // whose part of the run is another now are to blame.
      let blamed = zip(began.decidingOptions, command.decidingOptions).filter { was, now in
        guard was.values != now.values else { return false }
        switch was.part {
        case .data: return isOtherData || isOtherModel
        case .model: return isOtherModel || keys.contains("sequenceLength")
        case .recipe(let names):
          return keys.contains { key in names.contains { key.hasPrefix($0) } }
        }
      }
      if !blamed.isEmpty {
        return "\(joined(blamed.map(\.0))), but this command comes \(joined(blamed.map(\.1)))"
      }
    }
    if isOtherData {
      return "with other data (\(old.data.name), \(old.data.hash)), found \(new.data.name), "
        + "\(new.data.hash) behind the same options: the files have changed"
    }
    if isOtherModel { return "with another model" }
    return settings.first.map { "with \($0.key) \($0.other), found \($0.value)" }
  }

  /// The budgets where one was a time and the other is not, or another time.
  static func budgets(old: RunRecord, command: TrainCommand) -> String {
    let began =
      (try? TrainCommand.parse(old.arguments)).map { $0.budgetOption.text }
      ?? old.timeBudget.map { "with a time of \(NumberFormat.duration($0))" }
      ?? "with a number of steps"
    return "\(began), but this command comes \(command.budgetOption.text)"
  }

  private static func joined(_ options: [DecidingOption]) -> String {
    let given = options.flatMap(\.words)
    let absent = options.filter(\.values.isEmpty).map(\.name)
    let parts =
      (given.isEmpty ? [] : ["with \(listed(given))"])
      + (absent.isEmpty ? [] : ["without \(listed(absent))"])
    return parts.joined(separator: " and ")
  }

  private static func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}

/// An option that decides what comes out of a run, as it was given.
struct DecidingOption {
  enum Part {
    case data
    case model
    /// Settings of the recipe, by the beginning of their keys.
    case recipe([String])
  }

  var name: String
  var part: Part
  /// What it was given, as written; none where it was not, an empty word for a flag.
  var values: [String]

  /// "--steps 100", as often as it was given.
  var words: [String] { values.map { $0.isEmpty ? name : "\(name) \($0)" } }
  /// "with --steps 100", "without --steps".
  var text: String {
    values.isEmpty ? "without \(name)" : "with " + words.joined(separator: " ")
  }
}

extension TrainCommand {
  /// The option that says how long to train, whichever it is.
  var budgetOption: DecidingOption {
    let given: [(String, String?)] = [
      ("--steps", recipe.steps.map { "\($0)" }), ("--training-tokens", recipe.trainingTokens),
      ("--time", recipe.time),
    ]
    let part = DecidingOption.Part.recipe(["steps", "tokens"])
    for case (let name, let value?) in given {
      return DecidingOption(name: name, part: part, values: [value])
    }
    if let file = recipe.recipe {
      return DecidingOption(name: "--recipe", part: part, values: [file])
    }
    return DecidingOption(name: "--time", part: part, values: ["3m (the default)"])
  }

  /// Every option that decides what comes out, in the order of the help; the same options in the
  /// same places for every command.
  var decidingOptions: [DecidingOption] {
    func option(_ name: String, _ part: DecidingOption.Part, _ value: (any Sendable)?)
      -> DecidingOption
    {
      DecidingOption(name: name, part: part, values: value.map { ["\($0)"] } ?? [])
    }
    func flag(_ name: String, _ isSet: Bool) -> DecidingOption {
      DecidingOption(name: name, part: .model, values: isSet ? [""] : [])
    }
    return [
      option("--text", .data, data.text),
      DecidingOption(name: "--include", part: .data, values: data.files.include),
      DecidingOption(name: "--exclude", part: .data, values: data.files.exclude),
      option("--tokens", .data, data.tokens), option("--token-bits", .data, data.tokenBits),
      option("--validation-tokens", .data, data.validationTokens),
      option("--language", .data, data.language), option("--task", .data, data.task),
      option("--knobs", .data, data.knobs), option("--tokenizer", .data, data.tokenizer),
      option("--vocabulary", .data, data.vocabulary),
      option("--preset", .model, model.preset), option("--parameters", .model, model.parameters),
      option("--layers", .model, model.layers), option("--width", .model, model.width),
      option("--heads", .model, model.heads), option("--kv-heads", .model, model.kvHeads),
      option("--context", .model, model.context), flag("--untied-head", model.untiedHead),
      flag("--qk-norm", model.qkNorm), option("--window", .model, model.window),
      option("--experts", .model, model.experts),
      option("--experts-per-token", .model, model.expertsPerToken),
      option("--mup-base-width", .model, model.mupBaseWidth),
      option("--model", .model, model.model), option("--from", .model, model.from),
      budgetOption,
      option("--batch", .recipe(["batchSize"]), recipe.batch),
      option("--learning-rate", .recipe(["optimizer"]), recipe.learningRate),
      option("--optimizer", .recipe(["optimizer"]), recipe.optimizer),
      option("--schedule", .recipe(["schedule.kind"]), recipe.schedule),
      option("--warmup", .recipe(["schedule.warmup"]), recipe.warmup),
      option("--weight-decay", .recipe(["optimizer"]), recipe.weightDecay),
      option("--clip", .recipe(["clipNorm"]), recipe.clip),
      option("--z-loss", .recipe(["zLoss"]), recipe.zLoss),
      option("--accumulation", .recipe(["accumulation"]), recipe.accumulation),
      option("--seed", .recipe(["seed"]), recipe.seed),
      option("--recipe", .recipe([""]), recipe.recipe),
    ]
  }
}
