internal import ArgumentParser
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Strategies
internal import Tensors

struct TestTimeThinkingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thinking",
    abstract: "Parallel thinking: does a model learn to sum up paths that do not see each other?",
    usage: "allometry testtime thinking [<options>]",
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

  @OptionGroup var experiment: ExperimentArguments

  @Flag(help: "Print JSON (schema allometry.testtime-thinking/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-thinking/1"
    var problems: Int
    var rows: [MajorityMeasurement]
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
      let pool = try experiment.pool()
      var answer = Answer(problems: problems, rows: [])
      for count in counts { answer.rows.append(try row(paths: count, pool)) }
      Console.progress("")
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func row(paths count: Int, _ pool: ThreadPool) throws -> MajorityMeasurement {
    let source = MajorityBatches(
      answerCount: answers, paths: count, tagCount: count + 1, reliability: reliability,
      seed: experiment.seed)
    let thinking = try source.trainedThinking(
      steps: trainingSteps, seed: experiment.seed, pool: pool,
      report: ExperimentArguments.progress("\(count) paths", steps: trainingSteps))
    guard let thinking else {
      throw CommandFailure(.internalError, "training with \(count) paths diverged")
    }
    return source.measure(thinking, problems: problems, pool: pool)
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
