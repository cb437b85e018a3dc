internal import ArgumentParser
internal import Corpora
internal import Foundation
internal import LanguageModels
internal import Quantities
internal import Reports
internal import Strategies
internal import Tensors

struct TestTimeHanoiCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hanoi",
    abstract: "A long task without an error: the tower of Hanoi by first-to-ahead-by-k votes.",
    usage: "allometry testtime hanoi [<options>]",
    discussion: """
      A small model is trained on single moves. Noise of a known strength gives it
      a known error; games are then played with several leads k, and what they won
      and cost is set beside the formulas of [81], worked out from the model's own
      probabilities at every state. At last one long game is played without noise.
      Every reply is decoded.

      Examples:
        allometry testtime hanoi
        allometry testtime hanoi --disks 6 --games 100 --long-disks 12
      """)

  @Option(help: "Disks of the games that are compared with the formulas.")
  var disks: Int = 7

  @Option(help: "Games for each lead.")
  var games: Int = 200

  @Option(help: ArgumentHelp("The leads that decide a step.", valueName: "k,k,…"))
  var margins: String = "1,2,3"

  @Option(help: "The share of draws that are uniform noise among pegs.")
  var noise: Double = 0.2

  @Option(help: "Disks of the long game; 17 are 131,071 steps. 0 for none.")
  var longDisks: Int = 17

  @Option(help: "The lead of the long game.")
  var longMargin: Int = 3

  @Option(help: "Training steps of the model.")
  var trainingSteps: Int = 2500

  @OptionGroup var experiment: ExperimentArguments

  @Flag(help: "Print JSON (schema allometry.testtime-hanoi/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-hanoi/1"
    var parameters: Int
    var trainingSeconds: Double
    var games: [FirstToAheadReport]
    var long: FirstToAheadReport?
    var longSeconds: Double?
  }

  func run() throws {
    try reportingFailure {
      let leads = try NumberList.positive(margins, option: "--margins").map { Int(saturating: $0) }
      try OptionCheck.atLeast(1, games, option: "--games")
      try OptionCheck.atLeast(1, trainingSteps, option: "--training-steps")
      try OptionCheck.atLeast(1, longMargin, option: "--long-margin")
      guard (0...20).contains(longDisks) else {
        throw CommandFailure(.usage, "--long-disks: found \(longDisks), expected 0 to 20")
      }
      guard (1...20).contains(disks) else {
        throw CommandFailure(.usage, "--disks: found \(disks), expected 1 to 20")
      }
      guard noise >= 0, noise < 1 else {
        throw CommandFailure(.usage, "--noise: found \(noise), expected a share below 1")
      }
      let pool = try experiment.pool()
      let largest = max(disks, longDisks)
      let notation = try HanoiStep(["disks": Double(largest)])
      let clock = ContinuousClock()
      let start = clock.now
      let model = try trained(notation, largest, pool)
      var answer = Answer(
        parameters: ModelCosts(model.configuration).parameterCount,
        trainingSeconds: (clock.now - start) / .seconds(1), games: [])
      let game = HanoiGame(disks: disks, notation: notation)
      // Tokens 5, 6 and 7 are the pegs: noise makes wrong moves, some of which are legal.
      let noisy = StepSampling(noise: noise, noiseTokens: [5, 6, 7])
      let exact = ModelSteps(model, game, sampling: noisy, method: .remembered, pool: pool)
      for lead in leads {
        let source = ModelSteps(model, game, sampling: noisy, pool: pool)
        Console.progress("\(games) games with a lead of \(lead)")
        var report = FirstToAheadByK(margin: lead, games: games, seed: experiment.seed).run(
          game, source)
        report.expected = exact.expectation(margin: lead)
        answer.games.append(report)
      }
      if longDisks > 0 {
        let long = HanoiGame(disks: longDisks, notation: notation)
        let begin = clock.now
        answer.long = FirstToAheadByK(
          margin: longMargin, segments: min(64, long.stepCount), seed: experiment.seed
        ).run(long, ModelSteps(model, long, pool: pool)) {
          Console.progress("\($0) of \(long.stepCount) steps")
        }
        answer.longSeconds = (clock.now - begin) / .seconds(1)
      }
      Console.progress("")
      if json {
        try Console.print(json: answer)
      } else {
        print(answer)
      }
    }
  }

  private func trained(
    _ notation: HanoiStep, _ largest: Int, _ pool: ThreadPool
  ) throws -> LanguageModel<Float> {
    let batches = HanoiBatches(
      notation, disks: min(3, largest)...largest, seed: experiment.seed)
    let model = try batches.trainedModel(
      steps: trainingSteps, seed: experiment.seed, pool: pool,
      report: ExperimentArguments.progress("training", steps: trainingSteps))
    guard let model else {
      throw CommandFailure(.internalError, "the step model's training diverged")
    }
    return model
  }

  private func print(_ answer: Answer) {
    let first = answer.games.first?.expected
    Console.say(
      "A model of \(NumberFormat.scale(Double(answer.parameters))) parameters, trained in \(NumberFormat.duration(answer.trainingSeconds)); with noise \(NumberFormat.significant(noise, 2)) a vote is right with probability \(NumberFormat.significant(first?.meanRight ?? .nan, 4)) on average and \(NumberFormat.significant(first?.leastRight ?? .nan, 4)) at worst, over \(1 << disks - 1) steps."
    )
    var table = Console.table([
      .number("k"), .number("won"),
      .number("95% interval"), .number("formula"),
      .number("votes a step"), .number("formula"),
      .number("replies"),
    ])
    table.rows = answer.games.map { report in
      let interval = report.successInterval()
      return [
        "\(report.settings.margin)", NumberFormat.percent(report.success),
        "\(NumberFormat.percent(interval.lowerBound)) to \(NumberFormat.percent(interval.upperBound))",
        report.expected.map { NumberFormat.percent($0.success) } ?? "–",
        "\(NumberFormat.fixed(report.votesPerStep, 3)) ± \(NumberFormat.fixed(1.96 * report.votesPerStepError, 3))",
        report.expected.map { NumberFormat.fixed($0.votesPerStep, 3) } ?? "–",
        NumberFormat.fixed(report.repliesPerStep, 3),
      ]
    }
    Console.show(table)
    guard let long = answer.long, let seconds = answer.longSeconds else { return }
    let ending =
      long.wins == 1
      ? "without an error"
      : "with its first error at step \((long.firstErrors.first ?? 0) + 1)"
    Console.say(
      "\(longDisks) disks, \(long.stepCount) steps, without noise and with a lead of \(longMargin): \(ending), \(NumberFormat.fixed(long.repliesPerStep, 4)) replies a step, \(NumberFormat.scale(Double(long.cost.replies))) replies in \(NumberFormat.duration(seconds))."
    )
  }
}
