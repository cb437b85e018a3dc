internal import ArgumentParser
internal import Reports
internal import RunTables
internal import SamplingLaws

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
        allometry testtime outcomes.csv --at 10,100,10000 --wrong-costs 1,4 --json
        allometry testtime samples.jsonl --answers exact --no-answer None
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
      "Say pass@k at these k: exactly up to the recorded number, extrapolated beyond.",
      valueName: "k,k,…"))
  var at: String?

  @Option(
    help: ArgumentHelp(
      "Numbers of samples for curves of votes and scores; default powers of two.",
      valueName: "n,n,…"))
  var samples: String?

  @Option(
    help: ArgumentHelp(
      "Rules of adaptive stopping: ahead=2,posterior=0.9,first-pass=8.", valueName: "rules"))
  var stop: String?

  @Option(
    help: ArgumentHelp(
      "The temperature of the softmax of scores as weights of votes.", valueName: "T"))
  var voteTemperature: Double = 1

  @Option(
    help: ArgumentHelp(
      "Also let only this share of the attempts, those with the best scores, vote.",
      valueName: "share"))
  var topShare: Double?

  @Option(
    help: ArgumentHelp(
      "Success rates that horizons are found for; default 0.5,0.8,0.9.", valueName: "shares"))
  var horizon: String?

  @Option(
    help: ArgumentHelp(
      "The strategy that others are compared with and that tells difficulty; default the first.",
      valueName: "strategy"))
  var baseline: String?

  @OptionGroup var costs: ErrorCostArguments

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

  @Option(
    help: ArgumentHelp(
      "The arm, or its model, that takes over the worst-scored attempts of the others.",
      valueName: "arm"))
  var handOverTo: String?

  @Option(help: "The cost of a token of the arms that hand over.")
  var draftCost: Double = 1

  @Option(help: "The cost of a token of the arm that takes over.")
  var targetCost: Double = 1

  @Option(
    help: ArgumentHelp(
      "Replay a rule of repeats: least, most and the scatter that asks for more, 3:10:0.5.",
      valueName: "least:most:scatter"))
  var repeatRule: String?

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

  @OptionGroup var output: ReportArguments

  @Flag(help: "Print JSON (schema allometry.testtime/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      let settings = try self.settings()
      let page = try output.page()
      let table = try reading.read(outcomes)
      let analysis = OutcomeAnalysis(table, settings: settings)
      if let handOverTo, analysis.cascades.isEmpty {
        throw CommandFailure(
          .usage,
          "--hand-over-to: found \(handOverTo), expected an arm to take over from others with scores; \(analysis.omissions.last?.reason ?? "there is no other arm")"
        )
      }
      if let baseline, analysis.allocations.isEmpty {
        throw CommandFailure(
          .usage,
          "--baseline: found \(baseline), expected a strategy to compare others with; \(analysis.omissions.last?.reason ?? "the table has no strategies")"
        )
      }
      try page?.write(
        TestTimeReport(analysis, command: "allometry testtime \(table.source)", origin: .now)
          .html())
      if json {
        try Console.print(json: analysis)
        return
      }
      Console.print(
        TestTimeSummaryText(
          analysis, width: Console.width, style: Console.style
        ).render(), terminator: "")
      output.announce()
    }
  }

  private func settings() throws -> AnalysisSettings {
    var settings = AnalysisSettings()
    settings.bootstrap = try interval.bootstrap()
    settings.samples =
      try at.map { try NumberList.counts($0, option: "--at").map { Double($0) } } ?? []
    settings.grid = try samples.map { try NumberList.counts($0, option: "--samples") }
    settings.stoppingRules = try stop.map { try Self.rules($0) }
    try OptionCheck.positive(voteTemperature, option: "--vote-temperature")
    settings.voteTemperature = voteTemperature
    if let topShare {
      try OptionCheck.share(topShare, option: "--top-share")
      settings.topShare = topShare
    }
    if let horizon {
      settings.horizons = try NumberList.positive(horizon, option: "--horizon")
      for rate in settings.horizons { try OptionCheck.share(rate, option: "--horizon") }
    }
    settings.baseline = baseline
    let wrong = try costs.wrong()
    let perSample = try costs.perSample()
    try OptionCheck.nonnegative(tokenCost, option: "--token-cost")
    settings.costs = ResamplingCosts(
      wrong: wrong ?? ResamplingCosts().wrong, perSample: perSample, perToken: tokenCost)
    if let wrong { settings.thresholdCosts = wrong }
    settings.unparseable = try OptionCheck.choice(unparseable, option: "--unparseable")
    try OptionCheck.positive(leastGain, option: "--least-gain")
    settings.leastGain = leastGain
    try OptionCheck.share(alpha, option: "--alpha")
    settings.alpha = alpha
    settings.scoreDirection = highScoresAreBad ? .highIsBad : .lowIsBad
    try OptionCheck.positive(steps, option: "--steps")
    settings.steps = steps
    try OptionCheck.share(target, option: "--target")
    settings.taskSuccess = target
    settings.target = handOverTo
    try OptionCheck.positive(draftCost, option: "--draft-cost")
    try OptionCheck.positive(targetCost, option: "--target-cost")
    settings.draftCost = draftCost
    settings.targetCost = targetCost
    settings.repeatRule = try repeatRule.map { try Self.repeatRule($0) }
    settings.bins = try difficultyBins()
    try pricing.apply(to: &settings)
    return settings
  }

  /// `3:10:0.5`.
  private static func repeatRule(_ text: String) throws -> RepeatRule {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let least = Int(parts[0]), let most = Int(parts[1]),
      let scatter = Double(parts[2]), least >= 1, most >= least, scatter >= 0, scatter.isFinite
    else {
      throw CommandFailure(
        .usage,
        "--repeat-rule: found \"\(text)\", expected least:most:scatter such as 3:10:0.5")
    }
    return RepeatRule(minimum: least, maximum: most, threshold: scatter)
  }

  /// `ahead=2,posterior=0.9,first-pass=8`.
  private static func rules(_ text: String) throws -> [StoppingRule] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let sides = part.split(separator: "=").map(String.init)
      let number = sides.count == 2 ? Double(sides[1]) : nil
      let count = number.flatMap { Int(exactly: $0) }.flatMap { $0 >= 1 ? $0 : nil }
      switch (sides.first, number, count) {
      case ("ahead", _, let count?): return .aheadBy(count)
      case ("posterior", let number?, _) where number >= 0.5 && number < 1:
        return .posterior(number)
      case ("first-pass", _, let count?): return .firstPass(limit: count)
      default:
        throw CommandFailure(
          .usage,
          "--stop: found \"\(part)\", expected ahead=VOTES, posterior=PROBABILITY from 0.5 or first-pass=SAMPLES"
        )
      }
    }
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
