internal import ArgumentParser

struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Does this method still help at scale? Train a ladder with and without it.",
    discussion: """
      A study trains a baseline and treatments over the same ladder of sizes, with
      the same seeds, and says what each treatment is worth at each size, what it
      will be worth at a larger one, and how sure that is.

      Examples:
        allometry study new --treatment gated-attention --budget 5m
        allometry study run gated-attention.yaml --dry-run
        allometry study run gated-attention.yaml
        allometry study status
        allometry study runs --state failed
        allometry study export gated-attention --out runs.csv
        allometry study check
      """,
    subcommands: [
      StudyNewCommand.self, StudyRunCommand.self, StudyStatusCommand.self,
      StudyRunsCommand.self, StudyReportCommand.self, StudyExportCommand.self,
      StudyCheckCommand.self,
    ])
}
