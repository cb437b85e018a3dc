internal import ArgumentParser
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Strategies
internal import Tensors
internal import Training

/// `allometry testtime thinking`.
struct TestTimeThinkingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thinking",
    abstract: "Parallel thinking: does a model learn to sum up paths that do not see each other?",
    discussion: """
      Paths of thought that share their positions, and a summary that sees all of them
      [61]. Each path names the right answer with a known probability; a small model is
      trained to give the answer after the paths, and what its summary gets right is
      set beside an exact majority vote over the same paths and beside a single path,
      with the arithmetic that each costs. Models are trained for each number of paths.

      Examples:
        allometry testtime thinking
        allometry testtime thinking --paths 2,8 --reliability 0.5 --training-steps 400
      """)

  @Option(help: ArgumentHelp("Numbers of paths.", valueName: "p,p,…"))
  var paths: String = "1,2,4,8"

  @Option(help: "Different answers.")
  var answers: Int = 4

  @Option(help: "The probability that a path is right for sure; otherwise it names any answer.")
  var reliability: Double = 0.35

  @Option(help: "Problems that are measured.")
  var problems: Int = 1000

  @Option(help: "Training steps of each model.")
  var trainingSteps: Int = 200

  @Option(help: "The seed.")
  var seed: UInt64 = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; results do not depend on them.", valueName: "count"))
  var threads: Int?

  @Flag(help: "Print JSON (schema allometry.testtime-thinking/1).")
  var json = false

  /// What JSON holds.
  struct Answer: Encodable {
    /// One number of paths.
    struct Row: Encodable {
      var paths: Int
      /// The share of problems whose summary is right.
      var summary: Double
      /// The same for a majority vote over the paths, ties broken at random.
      var majority: Double
      /// The same for one of the paths.
      var singlePath: Double
      /// The standard error of the difference of summary and majority, problem by problem.
      var standardError: Double
      /// Floating-point operations of paths and summary.
      var operations: Double
    }

    var schema = "allometry.testtime-thinking/1"
    var problems: Int
    var rows: [Row]
  }

  func run() throws {
    try reportingFailure {
      let counts = try NumberList.counts(paths, option: "--paths")
      for (value, least, option) in [
        (answers, 2, "--answers"), (problems, 2, "--problems"),
        (trainingSteps, 1, "--training-steps"),
      ] { try OptionCheck.atLeast(least, value, option: option) }
      guard counts.allSatisfy({ $0 <= 64 }) else {
        throw CommandFailure(.usage, "--paths: found \(counts.max() ?? 0), expected at most 64")
      }
      guard reliability >= 0, reliability <= 1 else {
        throw CommandFailure(
          .usage, "--reliability: found \(reliability), expected a share from 0 to 1")
      }
      try OptionCheck.atLeast(1, threads, option: "--threads")
      let pool = ThreadPool(threads: threads ?? ThreadPool.processorCount)
      var answer = Answer(problems: problems, rows: [])
      for count in counts { answer.rows.append(try row(paths: count, pool)) }
      Console.progress("")
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func row(paths count: Int, _ pool: ThreadPool) throws -> Answer.Row {
    let source = MajorityBatches(
      answerCount: answers, paths: count, tagCount: count + 1, reliability: reliability,
      seed: seed)
    var configuration = ModelConfiguration.llama(
      width: 32, layers: 2, heads: 4, vocabulary: source.vocabularyCount,
      context: source.layout.length + 1)
    configuration.tiesEmbeddings = false
    let thinking = try ParallelThinking(
      try LanguageModel<Float>(configuration, seed: seed), tagCount: count + 1,
      firstTag: source.firstTag)
    try train(thinking, source, pool)
    // Rows far beyond those of training.
    let rows = (0..<problems).map { source.row((1 << 40) + $0) }
    let named = thinking.summaryTokens(
      rows.map { [$0.tokens[0]] },
      paths: rows.map { row in
        (0..<count).map { Array(row.tokens[1 + 3 * $0..<4 + 3 * $0]) }
      }, summaries: rows.map { _ in [source.summaryMark] }, pool: pool)
    var (summary, majority, single) = (0.0, 0.0, 0.0)
    var differences: [Double] = []
    for (row, token) in zip(rows, named) {
      let votes = (0..<answers).map { answer in row.votes.count { $0 == answer } }
      let leaders = votes.indices.filter { votes[$0] == votes.max() }
      let own = Int(token) - 1 == row.right ? 1.0 : 0
      let vote = leaders.contains(row.right) ? 1 / Double(leaders.count) : 0
      summary += own
      majority += vote
      single += Double(votes[row.right]) / Double(count)
      differences.append(own - vote)
    }
    let total = Double(problems)
    let mean = differences.reduce(0, +) / total
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let settings = ThinkingSettings(
      paths: count, pathLimit: 3, endToken: source.endToken, summaryMark: source.summaryMark,
      summaryLength: 1)
    return Answer.Row(
      paths: count, summary: summary / total, majority: majority / total,
      singlePath: single / total,
      standardError: (squares / (total - 1) / total).squareRoot(),
      operations: thinking.operations(prompt: 1, path: 3, settings))
  }

  private func train(
    _ thinking: ParallelThinking<Float>, _ source: MajorityBatches, _ pool: ThreadPool
  ) throws {
    let steps = trainingSteps
    var recipe = TrainingRecipe(
      batchSize: 64, sequenceLength: source.layout.length, budget: .steps(steps),
      optimizer: .adamW(AdamWSettings(learningRate: 4e-3, weightDecay: 0)),
      schedule: Schedule(warmup: steps / 10, .cosine(floor: 0.05)))
    recipe.validation.every = 0
    recipe.seed = seed
    let outcome = try Trainer(
      ParallelThinkingObjective(thinking, layout: source.layout), recipe: recipe, source: source,
      pool: pool
    ).run { event in
      if case .step(let progress) = event, progress.step.isMultiple(of: 20) {
        Console.progress("\(source.paths) paths: step \(progress.step) of \(steps)")
      }
    }
    guard outcome == .finished else {
      throw CommandFailure(.internalError, "training with \(source.paths) paths diverged")
    }
  }

  private func print(_ answer: Answer) {
    var table = Console.table([
      .number("paths"), .number("one path"),
      .number("majority"), .number("summary"),
      .number("summary less majority"),
      .number("FLOPs"),
    ])
    table.rows = answer.rows.map { row in
      [
        "\(row.paths)", NumberFormat.percent(row.singlePath), NumberFormat.percent(row.majority),
        NumberFormat.percent(row.summary),
        "\(NumberFormat.fixed(100 * (row.summary - row.majority), 1)) ± \(NumberFormat.fixed(196 * row.standardError, 1))",
        NumberFormat.flops(row.operations),
      ]
    }
    Console.show(table)
    Console.say(
      "\(answer.problems) problems of \(answers) answers that no model was trained on. ±: 95% of the difference at the same problems, in points. FLOPs of paths and summary, keys and values of the paths being kept."
    )
  }
}
