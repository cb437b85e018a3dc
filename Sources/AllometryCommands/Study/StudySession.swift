internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Store
internal import Studies
internal import Training
internal import Treatments
internal import Verdicts

/// A study file with everything that its commands need: data, ladder, plan, store.
struct StudySession {
  let file: StudyFile
  /// The text of the study file, as the store keeps it.
  let text: String
  let data: Dataset
  let sizer: StudySizer
  private(set) var workers: Int
  /// Whether the number of workers was asked for.
  private let hasChosenWorkers: Bool

  /// What the store keeps about how a study is carried out.
  struct Settings: Codable {
    /// The time that the ladder was settled for, in seconds; nil for any.
    var budget: Double?
    /// The ladder.
    var sizing: StudySizing
    /// The data that the ladder was settled on.
    var data: DatasetRecord
    /// The length of sequences.
    var context: Int
    /// What relative paths of the file are relative to.
    var folder: String
  }

  /// Reads a study file and its data. Nil workers are the number of cores, or fewer where memory
  /// does not suffice for so many; learned tokenizers and tokens are kept in `cache`.
  init(_ path: String, workers: Int?, cache: String?) throws {
    let bytes = try readFile(path)
    guard let text = String(data: bytes, encoding: .utf8) else {
      throw CommandFailure(.badData, "\(path): the file is not UTF-8 text")
    }
    self.text = text
    file = try StudyFile(
      text: text, name: path, folder: (path as NSString).deletingLastPathComponent)
    for path in file.corpus.paths { InputFiles.note(path) }
    do throws(DatasetError) {
      data = try Dataset(file.corpus, cacheFolder: cache)
    } catch {
      let failure = CommandFailure(error)
      // Settings of a study are keys, not options.
      throw CommandFailure(
        failure.status == .usage ? .badData : failure.status, "\(path): corpus: \(error)")
    }
    hasChosenWorkers = workers != nil
    self.workers = workers ?? ProcessInfo.processInfo.activeProcessorCount
    sizer = try StudySizer(file, data: data, workers: self.workers)
  }

  /// The ladder: the one that the store keeps for the same file, data and time (in seconds; nil for
  /// what the file says), or a new one. With `measures` times are told even where nothing depends
  /// on them.
  func settings(
    in store: RunStore?, budget: Double?, measures: Bool, quietly: Bool
  ) throws -> Settings {
    let budget = budget ?? file.budget
    if let store, let known = try? store.study(file.name), known.file == text,
      let kept = try? JSONDecoder().decode(Settings.self, from: Data(known.settings.utf8)),
      kept.budget == budget, kept.data.withoutNotes == data.record.withoutNotes,
      !measures || !kept.sizing.speeds.isEmpty
    {
      return kept
    }
    let line = SizingProgressLine(quietly: quietly)
    defer { line.finish() }
    return Settings(
      budget: budget,
      sizing: try sizer.settle(
        budget: budget, measures: measures, quickly: measures, report: line.report),
      data: data.record, context: sizer.context, folder: file.folder)
  }

  /// Says on standard error what was left out of a text of the user's own.
  func tellNotes() {
    if case .toolchain = file.corpus.source { return }
    for note in data.record.notes { Console.error("Note: \(note).") }
  }

  /// Takes fewer workers than cores where memory does not suffice for so many of the largest runs,
  /// unless their number was asked for.
  mutating func fitWorkers(_ plan: StudyPlan) throws {
    guard !hasChosenWorkers,
      let memory = try StudyMemory(plan, vocabulary: data.vocabularyCount),
      memory.bytes(workers: workers) > TrainingMemory.available
    else { return }
    workers = max(min(workers, memory.workers(in: TrainingMemory.available)), 1)
  }

  /// What is to be said of the memory that a study takes; nil where there is enough.
  func memoryShortage(_ plan: StudyPlan) throws -> String? {
    guard let memory = try StudyMemory(plan, vocabulary: data.vocabularyCount) else { return nil }
    let available = TrainingMemory.available
    let fitting = memory.workers(in: available)
    let needed = memory.bytes(workers: workers)
    guard needed > available else { return nil }
    let machine = "this machine has \(NumberFormat.bytes(available))"
    guard fitting > 0 else {
      return "\(memory.largest.arm) at size \(memory.largest.size) needs at least "
        + "\(NumberFormat.bytes(memory.most)) of memory, but \(machine)"
    }
    return "\(workers) of the largest runs side by side need at least "
      + "\(NumberFormat.bytes(needed)) of memory, but \(machine); use --workers \(fitting)"
  }

  /// Makes sure that every arm can be built at every size and fed with the data, before any is
  /// trained; a dry run builds no model.
  func check(_ plan: StudyPlan, in path: String, trains: Bool) throws {
    if file.sampling != nil {
      guard case .task(let task) = data.content, task is any StepwiseTask else {
        throw CommandFailure(
          .badData,
          "\(path): sampling: expected a corpus that is a task written in steps (\(TaskCatalog.all.filter { $0 is any StepwiseTask.Type }.map { $0.card.name }.joined(separator: ", "))), found \(data.record.name)"
        )
      }
    }
    if trains, let shortage = try memoryShortage(plan) {
      throw CommandFailure(.badConfiguration, "\(path): \(shortage)")
    }
    var seen: Set<String> = []
    for run in try plan.runs(knowing: [:]) where run.row.seed == file.ladder.seeds[0] {
      // Lengths and learning rates are of one model.
      guard seen.insert("\(run.row.rung) \(run.row.arm)").inserted else { continue }
      do {
        if trains {
          let _: LanguageModel<Float> = try run.arm.model(run.definition.model, seed: 0)
        } else {
          try run.arm.configuration(run.definition.model).validate()
        }
        _ = try run.arm.source(of: data, recipe: run.recipe)
      } catch {
        throw CommandFailure(
          .badData,
          "\(path): \(run.row.arm) at size \(run.row.size): \(CommandFailure(error).message)")
      }
    }
  }

  /// The settings as the store keeps them.
  static func json(_ settings: Settings) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(settings), as: UTF8.self)
  }

  /// The loss that no model goes below, where the data are one language of known entropy.
  private var entropyRate: Double? {
    guard case .language(let language) = data.content else { return nil }
    return language.entropyRate
  }

  /// How the verdict is to be reached.
  func verdictSettings(_ plan: StudyPlan) throws -> VerdictSettings {
    let target: VerdictSettings.Target? =
      switch file.target {
      case .compute(let value): .trainingOperations(value)
      case .parameters(let value): .activeParameters(value)
      case nil: nil
      }
    let usesMuP = try plan.arms.allSatisfy { arm in
      try plan.rungs.allSatisfy { try arm.configuration($0.model).parametrization != .standard }
    }
    return VerdictSettings(
      laws: file.laws.filter { $0 != "auto" }, target: target, threads: workers,
      usesMuP: usesMuP,
      sampling: file.sampling.map { SampledAxis(samples: $0.samples, selectors: $0.selectors) },
      guessingLoss: log(Double(data.vocabularyCount)), entropyRate: entropyRate)
  }
}
