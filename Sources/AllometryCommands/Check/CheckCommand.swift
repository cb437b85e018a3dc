internal import ArgumentParser

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look for a known trap: in a recipe, a metric, a test set or the data.",
    discussion: """
      recipe asks a table of runs for the causes that make labs read different
      compute-optimal sizes; emergence whether the metric makes a jump; items where
      an accuracy loses its tie to compute; passes what many samples say of tasks
      that one sample fails; transfer whether more pre-training data help a task;
      survival how long runs take where some were stopped before the end;
      superposition whether loss falls with width because features are crowded.

      Examples:
        allometry check recipe runs.csv --let vocab=50257
        allometry check emergence evals.csv --length 5
      """,
    subcommands: [
      CheckRecipeCommand.self, CheckEmergenceCommand.self, CheckItemsCommand.self,
      CheckPassesCommand.self, CheckTransferCommand.self, CheckSurvivalCommand.self,
      CheckSuperpositionCommand.self,
    ])
}
