internal import ArgumentParser
internal import Quantities
internal import Reports
internal import SamplingLaws

struct TestTimeExchangeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exchange",
    abstract: "Train a larger model, or infer more with a smaller one, at equal FLOPs?",
    usage: "allometry testtime exchange --parameters <M> [<options>]",
    discussion: """
      A model M times larger costs M times as much to train and to run; the small
      one may instead multiply its inference by k = M + 3(M − 1)/R, where R is the
      ratio of tokens inferred to tokens trained on [20].

      Examples:
        allometry testtime exchange --parameters 14 --ratio 0.79
        allometry testtime exchange --parameters 14 --samples 64
        allometry testtime exchange --parameters 14 --curve 1=0.2,16=0.4,64=0.5 \\
          --reach 0.45
      """)

  @Option(
    help: ArgumentHelp("M, the larger model's parameters over the smaller's.", valueName: "M"))
  var parameters: Double

  @Option(help: ArgumentHelp("R, tokens inferred over tokens trained on.", valueName: "R"))
  var ratio: [Double] = []

  @Option(
    help: ArgumentHelp(
      "k, the multiple of inference with which the small model is as good.", valueName: "k"))
  var samples: Double?

  @Option(
    help: ArgumentHelp(
      "The small model's accuracy by samples, 1=0.2,16=0.4, with a selector that can be had: coverage needs a perfect one.",
      valueName: "samples=accuracy"))
  var curve: String?

  @Option(
    help: ArgumentHelp(
      "With --curve, the larger model's accuracy with one sample.", valueName: "accuracy"))
  var reach: Double?

  @Flag(help: "Print JSON (schema allometry.testtime-exchange/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-exchange/1"
    var exchanges: [TrainTestExchange]
    /// R below which the small model is cheaper.
    var breakEvenRatio: Double?
    /// With --curve and --reach only.
    var breakEven: ExchangeBreakEven?
  }

  func run() throws {
    try reportingFailure {
      guard parameters >= 1, parameters.isFinite else {
        throw CommandFailure(
          .usage, "--parameters: found \(parameters), expected a ratio of at least 1")
      }
      try OptionCheck.positive(samples, option: "--samples")
      for one in ratio { try OptionCheck.positive(one, option: "--ratio") }
      let breakEven = try breakEven()
      let isAsked = samples != nil || breakEven != nil
      let ratios = ratio.isEmpty && !isAsked ? [0.16, 0.79, 22] : ratio
      let answer = Answer(
        exchanges: try ratios.map {
          try TrainTestExchange(parameterRatio: parameters, tokenRatio: $0)
        },
        breakEvenRatio: samples.map {
          TrainTestExchange.tokenRatio(multiplier: $0, parameterRatio: parameters)
        }, breakEven: breakEven)
      if json {
        try Console.print(json: answer)
        return
      }
      if !answer.exchanges.isEmpty {
        var table = Console.table([
          .number("inferred : trained"),
          .number("inference may grow"),
          .number("of it from training"),
        ])
        table.rows = answer.exchanges.map {
          [
            NumberFormat.significant($0.tokenRatio, 4),
            NumberFormat.significant($0.multiplier, 6) + " times",
            NumberFormat.percent($0.fromTraining / $0.multiplier),
          ]
        }
        Console.show(table)
      }
      if let samples, let limit = answer.breakEvenRatio {
        let text =
          limit.isFinite
          ? "With \(NumberFormat.significant(samples, 4)) times the inference the small model is cheaper as long as fewer than \(NumberFormat.significant(limit, 4)) tokens are inferred for each token trained on."
          : "With \(NumberFormat.significant(samples, 4)) times the inference the small model is cheaper however much is inferred."
        Console.say(text)
      }
      if let breakEven { Console.say(Self.sentence(breakEven)) }
    }
  }

  /// How a curve over samples compares with the larger model; nil where none is given.
  private func breakEven() throws -> ExchangeBreakEven? {
    guard let curve, let reach else {
      guard curve == nil, reach == nil else {
        throw CommandFailure(.usage, "--curve and --reach go together; found one of them")
      }
      return nil
    }
    let points = try NameList.pairs(curve, option: "--curve").map { count, accuracy in
      (
        samples: try NameList.number(count, option: "--curve"),
        accuracy: try NameList.number(accuracy, option: "--curve")
      )
    }.sorted { $0.samples < $1.samples }
    for share in points.map(\.accuracy) + [reach] where !(0...1).contains(share) {
      throw CommandFailure(
        .usage, "--curve and --reach: found \(share), expected accuracies from 0 to 1")
    }
    return try ExchangeBreakEven(
      samples: points.map(\.samples), accuracies: points.map(\.accuracy), largeAccuracy: reach,
      parameterRatio: parameters)
  }

  private static func sentence(_ found: ExchangeBreakEven) -> String {
    let accuracy = NumberFormat.percent(found.largeAccuracy.value)
    guard found.verdict != .notReached else {
      return
        "No number of samples on the curve reaches the larger model's \(accuracy): train the larger one."
    }
    let head =
      "The small model reaches \(accuracy) with \(NumberFormat.significant(found.samples.value, 3)) samples and is cheaper"
    return found.verdict == .smallAlways
      ? "\(head) however much is inferred."
      : "\(head) as long as fewer than \(NumberFormat.significant(found.tokenRatio.value, 4)) tokens are inferred for each token trained on."
  }
}
