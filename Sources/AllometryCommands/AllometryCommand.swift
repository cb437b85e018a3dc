public import ArgumentParser
internal import Reports

/// The command `allometry`.
public struct AllometryCommand: ParsableCommand {
  /// What the command is called and which subcommands it has.
  public static let configuration = CommandConfiguration(
    commandName: "allometry",
    abstract: "Will this method still help at scale, and what should I do with my compute?",
    discussion: """
      Start with a table of training runs (CSV, JSON lines or JSON):

        allometry fit runs.csv --report report.html
        allometry fit runs.csv --law chinchilla --json > fit.json
        allometry plan fit.json --compute 5.76e23
        allometry forecast fit.json --at N=7e9,D=1.4e11

      Or let a study make them, and say whether a method still helps at scale:

        allometry study new --treatment gated-attention --budget 5m
        allometry study run gated-attention.yaml

      Or say what recorded attempts at problems show:

        allometry testtime outcomes.csv --report report.html

      Or train a single model:

        allometry train --time 3m --out runs/first --append-to runs.csv

      Exit status: 0 success, 64 wrong usage, 65 bad data, 66 missing input,
      69 not supported, 70 internal error, 71 no memory, 73 cannot create output,
      74 input or output failed, 75 store busy, 78 wrong configuration, 130 stopped
      by Ctrl-C.
      """,
    version: ReportOrigin.version,
    subcommands: [
      FitCommand.self, ForecastCommand.self, ChainCommand.self, ScoreCommand.self,
      PlanCommand.self, DesignCommand.self, CompareCommand.self,
      TrendsCommand.self, SweepCommand.self, ChooseCommand.self, CheckCommand.self,
      CapabilitiesCommand.self, LawsCommand.self, StudyCommand.self, TreatmentsCommand.self,
      TrainCommand.self, GenerateCommand.self,
      EvaluateCommand.self, TestTimeCommand.self,
    ])

  /// Creates the command.
  public init() {}

  /// Runs the command with the arguments of the process and ends it.
  public static func start() {
    ProcessStart.openStandardDescriptors()
    ProcessStart.receiveSignals()
    if let problem = ProcessStart.unreadableArgument() {
      Console.error("allometry: \(problem)")
      exit(withError: ExitCode(CommandFailure.Status.usage.rawValue))
    }
    if let problem = ProcessStart.emptyArgument(CommandLine.arguments) {
      Console.error("allometry: \(problem)")
      exit(withError: ExitCode(CommandFailure.Status.usage.rawValue))
    }
    if let mistyped = MistypedCommand.find(
      in: CommandLine.arguments, root: AllometryCommand.self)
    {
      Console.error(mistyped.sentence)
      exit(withError: ExitCode(CommandFailure.Status.usage.rawValue))
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // Arguments are quoted in messages: none of them may reach the terminal as it is.
      let message = fullMessage(for: error)
      let status = exitCode(for: error)
      if !message.isEmpty {
        if status == .success { Console.print(message) } else { Console.error(message) }
      }
      exit(withError: status)
    }
  }
}
