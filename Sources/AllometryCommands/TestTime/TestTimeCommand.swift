internal import ArgumentParser

struct TestTimeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "testtime",
    abstract: "What does sampling more often bring, and what does it cost?",
    discussion: """
      A table of recorded attempts (CSV, JSON lines or JSON) has one row an
      attempt: problem and correct, and what there is of attempt, tokens,
      tokens_in, score, answer, verifier_pass, step_scores, round, step, stratum;
      model, strategy, verifier, budget and level tell arms apart. Names that
      harnesses use are known (doc_id, completion_id, exact_match, filtered_resps,
      …), lists of grades in a row are attempts, and filter tells gradings apart.

        allometry testtime outcomes.csv --report report.html

      No attempts yet? Plan the experiment on a planted world, or let models of
      your own make some:

        allometry testtime simulate --problems 200 --attempts 64
        allometry testtime run runs/policy --strategy parallel-sampling --out outcomes.csv
      """,
    subcommands: [
      TestTimeAnalyzeCommand.self, TestTimeSimulateCommand.self, TestTimeCurveCommand.self,
      TestTimeCostCommand.self, TestTimeAheadCommand.self, TestTimeExchangeCommand.self,
      TestTimeResampleCommand.self, TestTimeJudgeCommand.self, TestTimeRunCommand.self,
      TestTimeHanoiCommand.self, TestTimeThinkingCommand.self,
    ], defaultSubcommand: TestTimeAnalyzeCommand.self)
}
