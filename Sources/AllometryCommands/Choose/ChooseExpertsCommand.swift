internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChooseExpertsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experts",
    abstract: "What a number of experts is worth in dense parameters, and where it ends.",
    usage: "allometry choose experts <fit.json> --parameters <N> [<options>]",
    discussion: """
      By a saved fit of the routed law [L10]: the dense model of equal loss for each
      number of experts at a size N (that of the dense model of equal work per
      token), and the size from which more experts no longer help. How a budget is
      divided between active and idle parameters: allometry choose sparsity.

      Examples:
        allometry fit routed.csv --law routed --json > routed.json
        allometry choose experts routed.json --parameters 1.3B
      """)

  @OptionGroup var saved: SavedFitArguments

  @Option(help: ArgumentHelp("N of the dense model of equal work.", valueName: "N"))
  var parameters: String

  @Option(help: ArgumentHelp("The numbers of experts.", valueName: "values"))
  var experts: String = "2,4,8,16,32,64,128,256,512"

  @Flag(help: "Print JSON (schema allometry.experts/1).")
  var json = false

  private struct Answer: Encodable {
    struct Choice: Encodable {
      var experts: Double
      var saturatedExperts: Estimated
      var effectiveParameters: Estimated
      var gain: Estimated
    }
    var schema = "allometry.experts/1"
    var parameters: Double
    var cutoffParameters: Estimated
    var choices: [Choice]
    var warnings: [String]
  }

  func run() throws {
    try reportingFailure {
      let size = try NameList.positive(parameters, option: "--parameters")
      let counts = try NumberList.positive(experts, option: "--experts")
      guard counts.allSatisfy({ $0 >= 1 }) else {
        throw CommandFailure(
          .usage, "--experts: found \"\(experts)\", expected numbers of 1 or more with commas")
      }
      let fit = try SavedFitArguments.load(saved.fit, law: Routed().name)
      var warnings = fit.document.warnings
      for (name, value) in [("N", size), ("experts", counts.max() ?? 1)] {
        if let sentence = fit.ranges[name].flatMap({
          Reach(column: name, value: value, range: $0).sentence
        }) {
          warnings.append(sentence)
        }
      }
      let answer = Answer(
        parameters: size, cutoffParameters: fit.derived { Routed.cutoffParameters(point: $0) },
        choices: counts.map { count in
          Answer.Choice(
            experts: count,
            saturatedExperts: fit.derived { Routed.saturatedExperts(count, point: $0) },
            effectiveParameters: fit.derived {
              Routed.effectiveParameters(size, experts: count, point: $0)
            },
            gain: fit.derived {
              Routed.effectiveParameters(size, experts: count, point: $0) / size
            })
        }, warnings: warnings)
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func print(_ answer: Answer) {
    var table = Console.table([
      .number("experts"), "dense model of equal loss",
      .number("times N"),
    ])
    for choice in answer.choices {
      table.rows.append([
        NumberFormat.significant(choice.experts, 6), choice.effectiveParameters.scaleText,
        NumberFormat.significant(choice.gain.value, 3),
      ])
    }
    Console.print("N = \(NumberFormat.scale(answer.parameters)), dense model of equal work:")
    Console.show(table)
    Console.say(
      answer.cutoffParameters.value.isFinite
        ? "From N = \(answer.cutoffParameters.scaleText) more experts no longer help."
        : "By this fit routing never stops helping, which no table of finite sizes can show.")
    Console.warn(answer.warnings)
  }
}
