internal import ArgumentParser
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Tensors
internal import Training

/// Everything about a run that is decided before it starts.
struct RunPlan {
  var folder: String
  var data: Dataset
  var model: ModelConfiguration
  /// The folder whose weights the run starts from; nil for random ones.
  var startingFolder: String?
  var recipe: TrainingRecipe
  var record: RunRecord
  var isKnown: Bool
  var calibration: Calibration?

  init(_ command: TrainCommand, arguments: [String], pool: ThreadPool) throws {
    let folder = command.out ?? Self.name(command)
    self.folder = folder
    if !command.dryRun { try Self.checkFolder(folder) }
    let old = command.dryRun ? nil : try RunRecord.read(folder)
    isKnown = old != nil
    var dataArguments = command.data
    let start = try command.model.from.map { try RunLocation($0) }
    if dataArguments.tokenizer == nil, let tokenizer = start?.tokenizer,
      dataArguments.tokens == nil, dataArguments.language == nil, dataArguments.task == nil
    {
      dataArguments.tokenizer = tokenizer
      // One that is damaged would cut text otherwise than the model learnt it.
      _ = try start?.loadTokenizer()
    }
    let described = try dataArguments.description()
    if !command.dryRun, let around = InputFiles.folder(around: "\(folder)/run.json") {
      throw CommandFailure(
        .cannotCreate,
        "\(folder): the run would become a part of \(around), which it is trained on; name a place "
          + "outside of it with --out")
    }
    data = try Dataset(
      described, keptTokenizer: "\(folder)/tokenizer.json")
    startingFolder = start?.checkpoint

    let file = try command.recipe.file()
    let wantedLength = command.model.context ?? data.sequenceLength
    if let length = wantedLength, length < data.shortestSequence {
      throw CommandFailure(
        .usage,
        "--context: found \(length), expected at least \(data.shortestSequence), the longest "
          + "example of the task")
    }
    let usual = file?.sequenceLength ?? TrainingDefaults.context
    if let start {
      model = try start.model().configuration
    } else {
      model = try command.model.configuration(
        vocabulary: data.vocabularyCount, context: wantedLength ?? usual)
    }
    guard model.vocabularyCount >= data.vocabularyCount else {
      throw CommandFailure(
        .badData,
        "the model has \(model.vocabularyCount) tokens, but the data have \(data.vocabularyCount)")
    }
    try model.validate()
    let length = wantedLength ?? min(usual, model.contextLength)
    recipe = try command.recipe.base(sequenceLength: length)
    guard recipe.sequenceLength <= model.contextLength else {
      throw CommandFailure(
        .usage,
        "sequences of \(recipe.sequenceLength) tokens do not fit into the model's context of "
          + "\(model.contextLength)")
    }
    try Self.checkMemory(model, recipe)
    // What is wrong with the data is said before the trial, not after it.
    _ = try data.source(recipe)
    let batches = try data.validationBatches(recipe)

    let time = try command.recipe.timeBudget()
    if let old, old.timeBudget != time {
      throw RunDifference.failure(
        folder, RunDifference.budgets(old: old, command: command))
    }
    if let old, time != nil {
      recipe.budget = old.recipe.budget
    } else if time != nil || command.dryRun {
      let trial = try Calibration(model, recipe: recipe, data: data, pool: pool)
      calibration = trial
      if let time { recipe.budget = .steps(trial.steps(in: time)) }
    }
    recipe = try command.recipe.completed(recipe, validationBatches: batches)

    let costs = ModelCosts(model)
    record =
      old
      ?? RunRecord(
        version: ReportOrigin.version, status: .running, arguments: arguments,
        timeBudget: time, data: data.record, model: model, parameterCount: costs.parameterCount,
        nonEmbeddingParameterCount: costs.nonEmbeddingParameterCount, recipe: recipe,
        kernels: InstructionSet.name, threads: pool.threadCount, started: Date())
    record.kernels = InstructionSet.name
    record.threads = pool.threadCount
    if let old {
      var new = record
      new.data = data.record
      new.model = model
      new.recipe = recipe
      if let difference = try RunDifference.sentence(old: old, new: new, command: command) {
        throw RunDifference.failure(folder, difference)
      }
    }
  }

  /// A folder that cannot be made is refused before the work that would fill it.
  private static func checkFolder(_ folder: String) throws {
    let files = FileManager.default
    var place = URL(fileURLWithPath: folder)
    while !files.fileExists(atPath: place.path), place.path != "/" {
      place.deleteLastPathComponent()
    }
    var isFolder: ObjCBool = false
    _ = files.fileExists(atPath: place.path, isDirectory: &isFolder)
    guard isFolder.boolValue, files.isWritableFile(atPath: place.path) else {
      throw CommandFailure(
        .cannotCreate,
        "\(folder): the folder cannot be made or written to; name another with --out")
    }
  }

  /// A model that cannot fit is refused before the system kills the process.
  private static func checkMemory(_ model: ModelConfiguration, _ recipe: TrainingRecipe) throws {
    let bytes = TrainingMemory.bytes(
      parameters: ModelCosts(model).parameterCount, vocabulary: model.vocabularyCount,
      recipe: recipe)
    let memory = TrainingMemory.available
    guard bytes > memory else { return }
    throw CommandFailure(
      .usage,
      "the model and its optimiser need at least \(NumberFormat.bytes(bytes)) of memory, but this "
        + "machine has \(NumberFormat.bytes(memory))")
  }

  /// A folder's name from the options alone, so that the same command finds it again.
  private static func name(_ command: TrainCommand) -> String {
    func last(_ path: String) -> String {
      // The folder that one is in has a name, too.
      URL(fileURLWithPath: path).standardizedFileURL.deletingPathExtension().lastPathComponent
    }
    let data = command.data
    let model = command.model
    var parts = [
      data.task ?? data.language ?? (data.text ?? data.tokens).map(last) ?? "toolchain"
    ]
    if let from = model.from ?? model.model {
      parts.append(last(from))
    } else {
      parts.append(model.preset ?? TrainingDefaults.preset.rawValue)
      if model.layers != nil || model.width != nil {
        let rule = ModelShape.widthPerLayer
        let layers = model.layers ?? max((model.width ?? rule) / rule, 1)
        parts.append("\(layers)x\(model.width ?? layers * rule)")
      } else {
        parts.append(model.parameters ?? TrainingDefaults.parameters)
      }
    }
    parts.append("seed\(command.recipe.seed ?? 0)")
    return "runs/" + parts.joined(separator: "-")
  }
}
