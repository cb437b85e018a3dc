internal import ArgumentParser
internal import Cards
internal import Corpora
internal import LanguageModels
internal import Quantities
internal import Reports
internal import RunTables
internal import Strategies
internal import Tensors
internal import Training

struct TestTimeRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Let a trained model of ours solve problems by several strategies, at equal cost.",
    discussion: """
      The task must be one that is written in steps (stepwise-arithmetic,
      countdown, stepwise-parity, dictionary-sum); the model one that was trained
      on it. A process verifier is trained on the model's own samples.
      sequential-revision and iterative-deepening run on copies of the model that
      go on learning what these need. Budgets are solutions whose tokens may be
      generated for a problem; tokens and FLOPs are measured, the verifier's
      included. --strategies lists the strategies with their options.

      Examples:
        allometry train --task stepwise-arithmetic --knobs steps=4,digits=2 \\
          --layers 2 --width 64 --steps 2000 --out runs/policy
        allometry testtime run runs/policy --task stepwise-arithmetic \\
          --knobs steps=4,digits=2 --strategy parallel-sampling \\
          --strategy beam-search:width=4 --budgets 4,16 \\
          --out attempts.csv --answers answers.csv
        allometry testtime answers.csv
      """)

  @Argument(
    help: ArgumentHelp(
      "A run's folder, or one of its checkpoints.", valueName: "checkpoint"))
  var checkpoint: String?

  @OptionGroup var threading: ThreadArguments

  @Option(help: ArgumentHelp("The task that the model was trained on.", valueName: "name"))
  var task: String = "stepwise-arithmetic"

  @Option(help: ArgumentHelp("The task's knobs: steps=4,digits=2.", valueName: "knobs"))
  var knobs: String?

  @Option(
    help: ArgumentHelp(
      "A strategy, with options after a colon: beam-search:width=4,aggregate=min; may be repeated.",
      valueName: "name[:options]"))
  var strategy: [String] = []

  @Option(help: ArgumentHelp("Solutions for each problem.", valueName: "n,n,…"))
  var budgets: String = "1,4,16"

  @Option(help: "The number of problems.")
  var problems: Int = 200

  @Option(help: "The temperature of sampling.")
  var temperature: Double = 1

  @Option(
    help: ArgumentHelp(
      "process (trained on the model's own samples), oracle, random (the null of every search), or none.",
      valueName: "kind"))
  var verifier: String = "process"

  @Option(
    help: ArgumentHelp(
      "What its steps are judged by: exact, outcome, or a number of rollouts a step.",
      valueName: "labels"))
  var labels: String = "exact"

  @Option(help: "Problems that the verifier is trained on, apart from those measured.")
  var verifierProblems: Int = 500

  @Option(help: "Training steps of the verifier.")
  var verifierSteps: Int = 600

  @Option(help: "Training steps of the copies for revisions and looks back.")
  var trainingSteps: Int = 600

  @Option(help: "Problems whose wrong attempts a copy learns to revise.")
  var trainingProblems: Int = 500

  @Option(help: "The seed of problems and samples.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Write every attempt: CSV. The answers go beside it, to NAME-answers.csv.",
      valueName: "file.csv"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write the answer that each strategy gave to each problem, and all that it cost: CSV.",
      valueName: "file.csv"))
  var answers: String?

  @Option(
    help: ArgumentHelp(
      "Attempts of other chance that tell each problem's difficulty, where the task does not.",
      valueName: "count"))
  var difficultyAttempts: Int = 8

  @OptionGroup var output: OutputArguments

  @Flag(help: "List strategies and their options.")
  var strategies = false

  @Flag(help: "Print JSON (schema allometry.testtime-run/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-run/1"
    var task: String
    var arms: [StrategyArm]
    /// What training the verifier cost: samples it learned from, and its own training.
    var verifierSamples: StrategyCost?
    var verifierTrainingOperations: Double?
    var trainings: [Training] = []
    /// What rounds of revision did, for each arm that revises.
    var revisions: [Revision]?

    /// Transitions of one arm.
    struct Revision: Encodable {
      var strategy: String
      var budget: Int
      var transitions: RevisionTransitions
    }

    /// A copy of the model that has learnt something more.
    struct Training: Encodable {
      var model: String
      var lesson: StrategyLesson
      var steps: Int
      var operations: Double
    }
  }

  private static let verifiers = ["process", "oracle", "random", "none"]

  /// Held-out problems come from another stream than training's and the verifier's.
  private static let problemStream: UInt64 = 0x7465_7374
  private static let verifierStream: UInt64 = 0x7665_7269
  private static let difficultyStream: UInt64 = 0x6469_6666
  private static let lessonStream: UInt64 = 0x6C65_7373

  func run() throws {
    try reportingFailure {
      if strategies {
        Console.print(Self.listing)
        return
      }
      let choices = try self.choices()
      let budgets = try NumberList.positive(self.budgets, option: "--budgets").map {
        Int(saturating: $0)
      }
      try check()
      let knobs = try NameList.numbers(knobs, option: "--knobs")
      guard let task = try TaskCatalog.task(named: task, knobs) as? any StepwiseTask else {
        throw OptionCheck.unknown(task, among: Self.taskNames, option: "--task")
      }
      // Listing the strategies needs none.
      guard let checkpoint else {
        throw CommandFailure(.usage, "found no checkpoint, expected the folder of a trained run")
      }
      let pool = try threading.pool()
      let loaded = try LoadedModel(checkpoint)
      // What the model was read from is known by now.
      let tables = try [(out, "--out"), (answersPath, "--answers")].map { path, option in
        try path.map { try OutputFile($0, .table, output, option: option) }
      }
      let rule = SamplingRule(temperature: temperature)
      let policy = try Policy(loaded.model, task: task, name: loaded.name, rule: rule, pool: pool)
      var answer = Answer(task: self.task, arms: [])
      let judge = try judge(of: policy, task, &answer)
      let drawn = try drawnProblems(for: policy, task)
      var report = StrategyReport()
      // Strategies with a lesson of their own run on a copy that has learnt it.
      for lesson in [nil, .revisions, .looksBack] as [StrategyLesson?] {
        let own = choices.filter { $0.card.lesson == lesson }
        if own.isEmpty { continue }
        let runner = try lesson.map { try self.taught($0, policy, own, &answer) } ?? policy
        let found = try StrategyTrial(
          benches: [Bench(Sampler(runner, seed: seed), verifier: judge)], choices: own,
          budgets: budgets, problems: drawn
        ).run { arm in
          Console.progress(
            "\(arm.strategy), budget \(arm.budget): \(NumberFormat.percent(arm.accuracy))")
        }
        if lesson == .revisions {
          answer.revisions = zip(found.arms, found.attempts.arms).map {
            Answer.Revision(
              strategy: $0.strategy, budget: $0.budget, transitions: RevisionTransitions($1))
          }
        }
        report.arms += found.arms
        report.attempts.arms += found.attempts.arms
        report.answers.arms += found.answers.arms
      }
      Console.progress("")
      answer.arms = report.arms
      for table in tables { try table?.check() }
      if let out { try report.attempts.writeCSV(to: out) }
      if let answersPath { try report.answers.writeCSV(to: answersPath) }
      if json {
        try Console.print(json: answer)
      } else {
        print(answer)
      }
    }
  }

  /// A copy of the policy that has learnt what some strategies need.
  private func taught(
    _ lesson: StrategyLesson, _ policy: Policy, _ choices: [StrategyChoice],
    _ answer: inout Answer
  ) throws -> Policy {
    let context =
      lesson == .revisions ? choices.map { $0.options.whole("context") }.max() ?? 4 : 4
    let steps = trainingSteps
    let found = try lesson.taught(
      to: Sampler(policy, seed: seed &+ Self.lessonStream), context: context,
      problems: trainingProblems, recipe: recipe(steps: steps, length: policy.task.longestExample),
      seed: Self.lessonStream
    ) { event in
      if case .step(let progress) = event {
        Console.progress("\(lesson.rawValue): step \(progress.step) of \(steps)")
      }
    }
    Console.progress("")
    answer.trainings.append(
      Answer.Training(
        model: found.policy.name, lesson: lesson, steps: steps, operations: found.operations))
    return found.policy
  }

  private func recipe(steps: Int, length: Int) -> TrainingRecipe {
    var recipe = TrainingRecipe(batchSize: 64, sequenceLength: length)
    recipe.budget = .steps(steps)
    recipe.seed = seed
    recipe.validation.every = 0
    recipe.schedule = Schedule(
      warmup: steps / 10, ScheduleName.linear.shape(steps: steps, decay: 0.2))
    recipe.optimizer = OptimizerName.muon.usualSettings
    return recipe
  }

  /// Where answers are written: beside the attempts unless another place is named.
  private var answersPath: String? {
    if let answers { return answers }
    guard let out, out != "-" else { return nil }
    return out.hasSuffix(".csv") ? "\(out.dropLast(4))-answers.csv" : "\(out)-answers.csv"
  }

  /// The problems; where the task does not tell their difficulty, attempts that no strategy sees do.
  private func drawnProblems(for policy: Policy, _ task: any StepwiseTask) throws -> [Problem] {
    var drawn = Problem.draw(problems, from: task, seed: Self.problemStream &+ seed)
    guard difficultyAttempts > 0, out != nil || answers != nil,
      drawn.allSatisfy({ $0.stratum == nil })
    else { return drawn }
    let samples = try Sampler(policy, seed: seed &+ Self.difficultyStream)
      .samples(difficultyAttempts, of: drawn)
    for index in drawn.indices {
      let right = samples[index].count(where: \.isCorrect)
      drawn[index].stratum = "\(right) of \(difficultyAttempts) right"
    }
    return drawn
  }

  private func check() throws {
    try OptionCheck.atLeast(1, problems, option: "--problems")
    try OptionCheck.atLeast(0, difficultyAttempts, option: "--difficulty-attempts")
    try OptionCheck.atLeast(1, verifierProblems, option: "--verifier-problems")
    try OptionCheck.atLeast(1, verifierSteps, option: "--verifier-steps")
    try OptionCheck.atLeast(1, trainingSteps, option: "--training-steps")
    try OptionCheck.atLeast(1, trainingProblems, option: "--training-problems")
    guard Self.verifiers.contains(verifier) else {
      throw OptionCheck.unknown(verifier, among: Self.verifiers, option: "--verifier")
    }
    _ = try stepLabels()
  }

  private func stepLabels() throws -> StepLabels {
    switch labels {
    case "exact": return .exact
    case "outcome": return .outcome
    default:
      guard let count = Int(labels), count > 0 else {
        throw CommandFailure(
          .usage, "--labels: found \"\(labels)\", expected exact, outcome or a number of rollouts")
      }
      return .rollouts(count)
    }
  }

  private static var taskNames: [String] {
    TaskCatalog.all.filter { $0 is any StepwiseTask.Type }.map { $0.card.name }
  }

  /// `name` or `name:option=value,option=value`.
  private func choices() throws -> [StrategyChoice] {
    try (strategy.isEmpty ? ["parallel-sampling"] : strategy).map { text in
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      let options =
        parts.count > 1 ? try NameList.pairs(parts[1], option: "--strategy") : [:]
      return try StrategyCatalog.choice(named: parts[0], options)
    }
  }

  private func judge(
    of policy: Policy, _ task: any StepwiseTask, _ answer: inout Answer
  ) throws -> (any Verifier)? {
    if verifier == "none" { return nil }
    if verifier == "oracle" { return OracleVerifier() }
    if verifier == "random" { return RandomVerifier(seed: seed) }
    let sampler = Sampler(policy, seed: seed &+ Self.verifierStream)
    let examples = try VerifierExamples(
      from: sampler,
      problems: Problem.draw(verifierProblems, from: task, seed: Self.verifierStream),
      attempts: 8, labels: try stepLabels())
    let configuration = ProcessVerifier.configuration(
      like: policy.model.configuration, for: task)
    let steps = verifierSteps
    let trained = try ProcessVerifier.trained(
      on: examples, task: task, configuration: configuration, startingFrom: policy.model,
      recipe: recipe(steps: steps, length: task.longestExample), pool: policy.pool
    ) { event in
      if case .step(let progress) = event {
        Console.progress("verifier: step \(progress.step) of \(steps)")
      }
    }
    Console.progress("")
    answer.verifierSamples = examples.cost
    answer.verifierTrainingOperations =
      ModelCosts(configuration).trainingOperationsPerToken(length: task.longestExample)
      * Double(steps * 64 * task.longestExample)
    return trained
  }

  private func print(_ answer: Answer) {
    var table = Console.table([
      "strategy", .number("n"),
      .number("accuracy"), .number("any"),
      .number("tokens"), .number("verifier's"),
      .number("FLOPs"),
    ])
    table.rows = answer.arms.map {
      [
        $0.strategy, "\($0.budget)",
        "\(NumberFormat.percent($0.accuracy)) ± \(NumberFormat.fixed(100 * $0.standardError, 1))",
        NumberFormat.percent($0.coverage), NumberFormat.scale($0.meanCost.generatedTokens),
        NumberFormat.scale($0.meanCost.verifierTokens),
        NumberFormat.flops($0.meanCost.operations),
      ]
    }
    Console.show(table)
    Console.say(
      "\(problems) problems of \(answer.task). Tokens and FLOPs a problem; any: a right one is among the attempts. ±: the standard error over problems."
    )
    if let cost = answer.verifierTrainingOperations {
      Console.say(
        "Training the verifier took \(NumberFormat.flops(cost)) FLOPs, which are not in the table.")
    }
    for training in answer.trainings {
      Console.say(
        "\(training.model) is a copy of the model trained for \(training.lesson.rawValue): \(training.steps) steps, \(NumberFormat.flops(training.operations)) FLOPs, which are not in the table."
      )
    }
    for revision in answer.revisions ?? [] where revision.transitions.accuracyByRound.count > 1 {
      let found = revision.transitions
      let rounds = found.accuracyByRound.map { NumberFormat.percent($0) }
      Console.say(
        "\(revision.strategy), n = \(revision.budget): right by round \(rounds.joined(separator: ", ")); a round loses \(NumberFormat.percent(found.lossRate)) of right attempts and repairs \(NumberFormat.percent(found.repairRate)) of wrong ones."
      )
    }
    if let out {
      Console.say("Attempts: \(out), for pass@k and votes of independent samples.")
    }
    if let answersPath {
      Console.say(
        "Answers: \(answersPath), for accuracy at a budget and strategies by difficulty. Next: allometry testtime \(answersPath)"
      )
    }
  }

  private static var listing: String {
    StrategyCatalog.cards.map { card in
      let options = card.options.map { "    \($0.name)=\($0.text)  \($0.meaning)" }
      let needs =
        card.needsVerifier
        ? " (needs a verifier)" : card.lesson.map { " (trains a copy for \($0.rawValue))" } ?? ""
      let head = "\(card.name)\(needs)"
      return
        ([head, Console.wrap("  \(card.summary) \(card.source)")] + options)
        .joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
