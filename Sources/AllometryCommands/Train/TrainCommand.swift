internal import ArgumentParser
internal import Foundation
internal import Tensors

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a language model here and now, and say what its loss is worth.",
    discussion: """
      Without options it trains a small decoder for three minutes on the
      toolchain's own headers and interfaces. The same command again goes on
      where the run was stopped or killed, with the same bits. The end compares
      the loss with an n-gram model and gzip on the same held-out text.

      Examples:
        allometry train --time 3m --out runs/first
        allometry train --text book.txt --tokenizer bpe --vocabulary 512
        allometry train --parameters 0.9M --steps 2000 --optimizer muon
        allometry train --language markov --knobs order=2,tokens=16 --time 1m
        allometry train --task copy --layers 2 --width 64 --steps 3000
        allometry train --dry-run --layers 8 --width 512
        allometry train --resume --out runs/first
      """)

  @OptionGroup(title: "Data options") var data: DataArguments
  @OptionGroup(title: "Model options") var model: ModelArguments
  @OptionGroup(title: "Recipe options") var recipe: RecipeArguments

  @Option(
    help: ArgumentHelp(
      "The folder of the run; default runs/ and a name made of the options.", valueName: "folder"))
  var out: String?

  @OptionGroup var threading: ThreadArguments

  @Option(
    help: ArgumentHelp(
      "Where the report goes; default report.html in the folder.",
      valueName: "file.html"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Add a row for this run to a table for allometry fit.", valueName: "runs.csv"))
  var appendTo: String?

  @OptionGroup var output: OutputArguments

  @Flag(help: "Go on with the run in --out by its own settings, without other options.")
  var resume = false

  @Flag(help: "Leave out the n-gram model and gzip.")
  var noBaselines = false

  @Flag(help: "Say what the run would cost, and train nothing.")
  var dryRun = false

  @Flag(help: "Print run.json at the end (schema allometry.run/1).")
  var json = false

  /// The arguments as run.json keeps them.
  static var argumentsOfProcess: [String] {
    Array(CommandLine.arguments.drop { $0 != configuration.commandName }.dropFirst())
  }

  func run() throws {
    try reportingFailure {
      var command = self
      var arguments = Self.argumentsOfProcess
      if resume {
        arguments = try recordedArguments()
        command = try merged(arguments)
      }
      try command.check()
      let pool = try command.threading.pool()
      let plan = try RunPlan(command, arguments: arguments, pool: pool)
      if dryRun {
        try DryRun(plan, pool: pool).print(json: json)
      } else {
        try TrainingRun(plan, command: command, pool: pool).run()
      }
    }
  }

  /// Makes sure that single options are possible and go together, before any work.
  private func check() throws {
    try data.check()
    try model.check()
    try recipe.check()
    try threading.check()
    // What it starts from is no place for an output.
    if let from = model.from { _ = try RunLocation(from) }
    if let report { _ = try OutputFile(report, .report, output) }
    if let appendTo { try RunRows(path: appendTo).check() }
  }

  /// The arguments that the run in the folder began with.
  private func recordedArguments() throws -> [String] {
    guard let out else {
      throw CommandFailure(.usage, "--resume: expected --out FOLDER, the run to go on with")
    }
    guard let record = try RunRecord.read(out) else {
      throw CommandFailure(.missingInput, "\(out): there is no run to go on with")
    }
    return record.arguments
  }

  /// The command that the run began with, with what may differ taken from this one.
  private func merged(_ arguments: [String]) throws -> TrainCommand {
    guard var command = try? TrainCommand.parse(arguments) else {
      throw CommandFailure(
        .badData, "\(out ?? ""): run.json has options that this version does not know")
    }
    command.out = out
    command.threading.threads = threading.threads ?? command.threading.threads
    command.report = report ?? command.report
    command.appendTo = appendTo ?? command.appendTo
    command.output = output
    command.noBaselines = noBaselines || command.noBaselines
    command.json = json
    command.resume = false
    return command
  }
}
