internal import ArgumentParser
internal import Corpora
internal import Files
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Tensors
internal import Training

struct TrainingRun {
  private var plan: RunPlan
  private let command: TrainCommand
  private let pool: ThreadPool

  init(_ plan: RunPlan, command: TrainCommand, pool: ThreadPool) {
    self.plan = plan
    self.command = command
    self.pool = pool
  }

  private var reportPath: String { command.report ?? "\(plan.folder)/report.html" }

  /// Trains to the end or until it is asked to stop.
  func run() throws {
    var record = plan.record
    try prepareFolder()
    // The lock goes away with the process, however it ends.
    let lock = try lockFolder()
    defer { withExtendedLifetime(lock) {} }
    if record.status == .finished, record.result != nil {
      Console.error("The run in \(plan.folder) has finished already.")
      // What a kill at its end kept from being written is written now.
      if command.report != nil || !FileManager.default.fileExists(atPath: reportPath) {
        try writeReport(record)
      }
      try addRow(record)
      return try show(record)
    }
    announce(record)
    record.status = .running
    try record.write(to: plan.folder)
    // By now it is known which files are inputs and which are the run's own.
    _ = try OutputFile(reportPath, .report, command.output)
    if let path = command.appendTo { try RunRows(path: path).check() }

    let model = try startingModel()
    let objective = LanguageModelObjective(model)
    let trainer = try Trainer(
      objective, recipe: plan.recipe, source: try plan.data.source(plan.recipe),
      validation: try plan.data.validation(plan.recipe), pool: pool, folder: plan.folder,
      unchanged: plan.data.checkUnchanged)
    let progress = TrainingProgressLine()
    let clock = ContinuousClock()
    let start = clock.now
    Self.letInterruptsThrough()
    let outcome = try trainer.run(
      stop: StopRequest.onInterrupt(), checkpointSeconds: 60, report: progress.report)
    progress.finish()
    record.seconds += (clock.now - start) / .seconds(1)
    switch outcome {
    case .stopped(let step):
      record.status = .stopped
      try record.write(to: plan.folder)
      Console.error(
        "Stopped after step \(step) of \(plan.recipe.steps). Go on with:\n"
          + "  allometry train --resume --out \(plan.folder)")
      throw ExitCode(130)
    case .diverged(let step, let what):
      record.status = .diverged
      try record.write(to: plan.folder)
      throw CommandFailure(
        .badConfiguration,
        "the \(what.rawValue) was not finite at step \(step + 1); lower --learning-rate or raise "
          + "--warmup, in another --out")
    case .finished:
      record.result = try judge(model)
      try plan.data.checkUnchanged()
      record.status = .finished
      try record.write(to: plan.folder)
      try writeReport(record)
      try addRow(record)
      try show(record)
    }
  }

  /// Adds the row of the run to the table that was named, unless it is there.
  private func addRow(_ record: RunRecord) throws {
    guard let path = command.appendTo else { return }
    try RunRows(path: path).add(record, run: plan.folder)
  }

  /// A parent may have blocked the signals that ask a run to stop, as Foundation's `Process` does.
  private static func letInterruptsThrough() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in StopRequest.signals { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private func startingModel() throws -> LanguageModel<Float> {
    if let folder = plan.startingFolder { return try RunLocation.model(in: folder) }
    return try LanguageModel<Float>(plan.model, seed: plan.recipe.seed)
  }

  private func prepareFolder() throws {
    let files = FileManager.default
    do {
      try files.createDirectory(atPath: plan.folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(.cannotCreate, "\(plan.folder): the folder cannot be made")
    }
    guard files.isWritableFile(atPath: plan.folder) else {
      throw CommandFailure(.cannotCreate, "\(plan.folder): the folder cannot be written to")
    }
    if !plan.isKnown, files.fileExists(atPath: "\(plan.folder)/recipe.json") {
      throw CommandFailure(
        .badData, "\(plan.folder): found the files of a run without run.json; use another --out")
    }
    guard let tokenizer = plan.data.tokenizer else { return }
    let path = "\(plan.folder)/tokenizer.json"
    let text = (tokenizer as? BytePairTokenizer)?.json() ?? ByteTokenizer.json
    // A file that was damaged since the run began is made anew: the run knows its tokenizer.
    guard RegularFile.contents(atPath: path) != Data(text.utf8) else { return }
    try writeFile(text, to: path)
  }

  private func lockFolder() throws -> FileLock {
    let path = "\(plan.folder)/.lock"
    do throws(FileError) {
      if let lock = try FileLock(path) { return lock }
    } catch  where error.problem == .cannotOpen {
      throw CommandFailure(.cannotCreate, "\(path): the file cannot be written")
    } catch {
      throw CommandFailure(.cannotCreate, "\(path): the file \(error.message)")
    }
    throw CommandFailure(
      .cannotCreate, "\(plan.folder): another process is training the run in this folder")
  }

  private func announce(_ record: RunRecord) {
    let model = plan.model
    let recipe = plan.recipe
    var lines = [
      "\(NumberFormat.scale(Double(record.parameterCount))) parameters (\(model.layers.count) "
        + "layer\(model.layers.count == 1 ? "" : "s") of width \(model.width)), \(plan.data.record.name), "
        + "\(recipe.steps) steps of \(recipe.tokensPerStep) tokens, \(pool.threadCount) "
        + "thread\(pool.threadCount == 1 ? "" : "s"): \(plan.folder)"
    ]
    if let calibration = plan.calibration, let time = record.timeBudget {
      lines.append(
        "A step takes \(NumberFormat.duration(calibration.secondsPerStep)) here, so "
          + "\(recipe.steps) steps are about \(NumberFormat.duration(time)).")
    }
    lines += plan.data.record.notes.map { "Note: \($0)." }
    for line in lines { Console.error(line) }
  }

  /// The losses on held-out data, of the model and of what it has to beat.
  private func judge(_ model: LanguageModel<Float>) throws -> RunResult {
    var result = RunResult()
    let baselines = Baselines(data: plan.data, recipe: plan.recipe)
    let held = try HeldOutLoss(of: model, on: plan.data, recipe: plan.recipe, pool: pool)
    result.validationLoss = held.loss
    result.validationTokens = held.tokens
    result.validationBytes = held.bytes
    result.bitsPerByte = held.bitsPerByte
    if !command.noBaselines { result.baselines = try baselines.losses() }
    if case .task(let task) = plan.data.content {
      result.accuracy = try TaskAccuracy(
        task, model: model, examples: 512, seed: TaskAccuracy.seed(after: plan.recipe.seed),
        pool: pool)
    }
    return result
  }

  private func writeReport(_ record: RunRecord) throws {
    try OutputFile(reportPath, .report, command.output)
      .write(RunReport(record: record, folder: plan.folder).html())
  }

  private func show(_ record: RunRecord) throws {
    if command.json {
      Console.print(try record.json())
    } else {
      Console.print(
        RunSummary(record: record, folder: plan.folder, report: reportPath).text(), terminator: "")
    }
  }
}
