internal import ArgumentParser
internal import Quantities
internal import Reports
internal import SamplingLaws

struct TestTimeResampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resample",
    abstract: "How often to sample until an imperfect verifier accepts, from a few rates alone.",
    usage: "allometry testtime resample --type <share:rate> ... --soundness <s> [...]",
    discussion: """
      Problems of a few types, easy and hard, are sampled until the verifier accepts,
      at most K times. From how often each type is solved and how often the verifier
      errs follow the best K, what it is worth, and the accuracy that no number of
      samples exceeds [155].

      Examples:
        allometry testtime resample --type 0.58:0.87 --type 0.42:0.13 \\
          --completeness 1 --soundness 0.75 --wrong-costs 0.7,1,2
        allometry testtime resample --type 1:0.3 --soundness 0.9 --sample-cost 0.01
      """)

  @Option(
    help: ArgumentHelp(
      "A type of problem: its share and the chance that one sample is right, 0.58:0.87; repeat.",
      valueName: "share:rate"))
  var type: [String]

  @Option(help: "P(accepted | right).")
  var completeness: Double = 1

  @Option(help: "P(rejected | wrong).")
  var soundness: Double

  @OptionGroup var costs: ErrorCostArguments

  @Option(help: ArgumentHelp("Also say what these limits K are worth.", valueName: "k,k,…"))
  var at: String?

  @Flag(help: "Print JSON (schema allometry.testtime-resample/1).")
  var json = false

  struct Answer: Encodable {
    struct Row: Encodable {
      var costWrong: Double
      /// K*; absent where more samples are always worth more.
      var best: Int?
      var isUnbounded: Bool
      var gain: Double
      /// What the limits that were asked for are worth.
      var gains: [Double]
    }

    var schema = "allometry.testtime-resample/1"
    var types: [ResamplingModel.ProblemType]
    var completeness: Double
    var soundness: Double
    var costPerSample: Double
    var limits: [Int]
    var rows: [Row]
    /// P(right | accepted) of each type.
    var precisions: [Double]
    /// What accuracy tends to without a limit.
    var unlimitedAccuracy: Double
  }

  func run() throws {
    try reportingFailure {
      let model = try self.model()
      let wrong = try costs.wrong() ?? ResamplingCosts().wrong
      let limits = try at.map { try NumberList.counts($0, option: "--at") } ?? []
      guard limits.allSatisfy({ $0 <= 1_000_000 }) else {
        throw CommandFailure(.usage, "--at: found \(limits.max() ?? 0), expected at most 1000000")
      }
      let answer = Answer(
        types: model.types, completeness: completeness, soundness: soundness,
        costPerSample: costs.sampleCost, limits: limits,
        rows: wrong.map { wrong in
          var model = model
          model.costWrong = wrong
          let best = model.optimalSamples
          return Answer.Row(
            costWrong: wrong, best: best, isUnbounded: best == nil, gain: model.gain(best),
            gains: limits.map { model.gain($0) })
        }, precisions: model.types.map { model.precision($0) },
        unlimitedAccuracy: model.unlimitedAccuracy)
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func model() throws -> ResamplingModel {
    for (value, option) in [(completeness, "--completeness"), (soundness, "--soundness")] {
      guard value >= 0, value <= 1 else {
        throw CommandFailure(.usage, "\(option): found \(value), expected a share from 0 to 1")
      }
    }
    let costPerSample = try costs.perSample()
    let types = try type.map { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
      guard parts.count == 2, let share = parts[0], let rate = parts[1], share > 0, share <= 1e9,
        (0...1).contains(rate)
      else {
        throw CommandFailure(
          .usage,
          "--type: found \"\(text)\", expected a share above 0 and a rate from 0 to 1, such as 0.58:0.87"
        )
      }
      return (share: share, rate: rate)
    }
    guard !types.isEmpty else {
      throw CommandFailure(.usage, "--type: found none, expected share:rate such as 1:0.3")
    }
    // Shares need not be exact: 58 and 42 are meant as 0.58 and 0.42.
    let total = types.reduce(0) { $0 + $1.share }
    return ResamplingModel(
      types: types.map { .init(prior: $0.share / total, solveRate: $0.rate) },
      completeness: completeness, soundness: soundness, costPerSample: costPerSample)
  }

  private func print(_ answer: Answer) {
    var table = Console.table(
      [
        .number("a wrong answer costs"),
        .number("best limit"), .number("worth"),
      ] + answer.limits.map { .number("K = \($0)") })
    table.rows = answer.rows.map { row in
      [
        NumberFormat.significant(row.costWrong, 4), row.best.map { "\($0)" } ?? "none",
        NumberFormat.fixed(row.gain, 4),
      ] + row.gains.map { NumberFormat.fixed($0, 4) }
    }
    Console.show(table)
    let precisions = zip(answer.types, answer.precisions).map { type, precision in
      "\(NumberFormat.percent(precision)) where one sample is right \(NumberFormat.percent(type.solveRate)) of the time"
    }
    Console.say(
      "Worth in right answers a problem; a limit of 0 means not to answer, none that more samples are always worth more. What is accepted is right in \(precisions.joined(separator: ", ")); without a limit accuracy tends to \(NumberFormat.percent(answer.unlimitedAccuracy))."
    )
  }
}
