internal import ArgumentParser
internal import Reports
internal import RunTables
internal import SamplingLaws

/// `allometry testtime OUTCOMES`.
struct TestTimeAnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Say what a table of recorded attempts shows; the default.",
    discussion: """
      Everything that the columns allow is computed: coverage and its
      extrapolation, votes, best of n, the verifier and the best number of
      samples under it, adaptive stopping, costs and frontiers, arms over the
      same problems, difficulty, steps. Intervals resample problems, never single
      attempts.

      Examples:
        allometry testtime outcomes.csv --report report.html
        allometry testtime outcomes.jsonl --map problem=task_id,correct=passed
        allometry testtime outcomes.csv --at 10000 --wrong-costs 1,4 --json
        allometry testtime outcomes.csv --architecture qwen3-8b --prompt-tokens 256
      """)

  @Argument(
    help: ArgumentHelp(
      "The table of attempts: CSV, TSV, JSON lines or JSON; - for standard input.",
      valueName: "outcomes"))
  var outcomes: String

  @OptionGroup(title: "Table options") var reading: OutcomeArguments
  @OptionGroup(title: "Interval options") var interval: BootstrapArguments
  @OptionGroup(title: "Cost options") var pricing: PricingArguments

  @Option(
    help: ArgumentHelp(
      "Extrapolate coverage to these numbers of attempts.", valueName: "k,k,…"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "What a wrong answer costs, in right ones; default 0,1,2,4,8.", valueName: "costs"))
  var wrongCosts: String?

  @Option(help: ArgumentHelp("What a sample costs, in right answers.", valueName: "cost"))
  var sampleCost: Double = 0

  @Option(help: ArgumentHelp("What a token costs, in right answers.", valueName: "cost"))
  var tokenCost: Double = 0

  @Option(
    help: ArgumentHelp(
      "Answers that cannot be read: discard, or singleton, a class each.", valueName: "word"))
  var unparseable: String = "discard"

  @Option(help: "The gain from one more sample that is not worth it.")
  var leastGain: Double = 0.005

  @Option(help: "The rate at which bad scores hand over, or the risk allowed.")
  var alpha: Double = 0.2

  @Flag(help: "High scores are bad, as of perplexity.")
  var highScoresAreBad = false

  @Option(help: "Steps of the whole task that votes are planned for; default the table's.")
  var steps: Double?

  @Option(help: "The success wanted of the whole task.")
  var target: Double = 0.95

  @Option(
    help: ArgumentHelp(
      "Bins of difficulty: a number of quantiles, or absolute pass rates such as 0.1,0.5.",
      valueName: "bins"))
  var bins: String = "5"

  @Flag(help: "Tell difficulty by scores, not by labels.")
  var difficultyByScore = false

  @Option(
    help: ArgumentHelp(
      "Write a report: one HTML file that needs no network.", valueName: "file.html"))
  var report: String?

  @OptionGroup var output: OutputArguments

  @Flag(help: "Print JSON (schema allometry.testtime/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      let settings = try self.settings()
      let page = try report.map { try OutputFile($0, .report, output) }
      let table = try reading.read(outcomes)
      let analysis = OutcomeAnalysis(table, settings: settings)
      try page?.write(
        TestTimeReport(analysis, command: "allometry testtime \(table.source)").html())
      if json {
        Console.print(try jsonText(analysis))
        return
      }
      Console.print(
        TestTimeSummaryText(
          analysis, width: Console.width, style: Console.isTerminal ? .ansi : .plain
        ).render(), terminator: "")
      if let report { Console.print("\nReport: \(report)") }
    }
  }

  private func settings() throws -> AnalysisSettings {
    var settings = AnalysisSettings()
    settings.bootstrap = try interval.bootstrap()
    settings.extrapolation = try at.map { try NumberList.positive($0, option: "--at") }
    let wrong = try wrongCosts.map { try NumberList.nonnegative($0, option: "--wrong-costs") }
    try OptionCheck.nonnegative(sampleCost, option: "--sample-cost")
    try OptionCheck.nonnegative(tokenCost, option: "--token-cost")
    settings.costs = ResamplingCosts(
      wrong: wrong ?? ResamplingCosts().wrong, perSample: sampleCost, perToken: tokenCost)
    settings.unparseable = try OptionCheck.choice(unparseable, option: "--unparseable")
    try OptionCheck.positive(leastGain, option: "--least-gain")
    settings.leastGain = leastGain
    try OptionCheck.share(alpha, option: "--alpha")
    settings.alpha = alpha
    settings.scoreDirection = highScoresAreBad ? .highIsBad : .lowIsBad
    try OptionCheck.positive(steps, option: "--steps")
    settings.steps = steps
    try OptionCheck.share(target, option: "--target")
    settings.target = target
    settings.bins = try difficultyBins()
    try pricing.apply(to: &settings)
    return settings
  }

  private func difficultyBins() throws -> DifficultyBins {
    let measure: DifficultyBins.Measure = difficultyByScore ? .score : .passRate
    if let count = Int(bins), (2...100).contains(count) {
      return DifficultyBins(measure: measure, edges: .quantiles(count))
    }
    let edges = try NumberList.positive(bins, option: "--bins")
    guard edges.allSatisfy({ $0 < 1 }), edges == Array(Set(edges)).sorted() else {
      throw CommandFailure(
        .usage,
        "--bins: found \"\(bins)\", expected a number of quantiles from 2 up, or ascending pass rates below 1 such as 0.1,0.5"
      )
    }
    return DifficultyBins(measure: measure, edges: .absolute(edges))
  }
}
