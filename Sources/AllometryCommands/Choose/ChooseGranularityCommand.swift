internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChooseGranularityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "granularity",
    abstract: "How finely to cut experts, with size and tokens, at a training budget.",
    usage: "allometry choose granularity --compute <FLOPs> [<options>]",
    discussion: """
      The fine-grained mixture-of-experts law [L10], FLOPs of the router included:
      granularity, width and tokens of least loss. With a saved fit of
      fine-grained-moe its constants and refits are used, else the paper's.

      Examples:
        allometry choose granularity --compute 1e22
        allometry choose granularity --compute 1e20,1e22 --fit moe.json --expansion 16
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Training FLOPs, several with commas.", valueName: "FLOPs"))
  var compute: String

  @Option(help: ArgumentHelp("A saved fit of fine-grained-moe.", valueName: "fit.json"))
  var fit: String?

  @Option(parsing: .unconditional, help: "Expert parameters over those of a dense layer.")
  var expansion: Double = 64

  @Option(parsing: .unconditional, help: "Width over number of blocks.")
  var aspect: Double = 64

  @Option(help: ArgumentHelp("The granularities allowed.", valueName: "values"))
  var granularities: String = "1,2,4,8,16,32,64,128,256"

  @Flag(help: "Print JSON (schema allometry.granularity/1).")
  var json = false

  private struct Answer: Encodable {
    struct Choice: Encodable {
      var compute: Double
      var granularity: Estimated
      var parameters: Estimated
      var activeParameters: Estimated
      var tokens: Estimated
      var width: Double
      var loss: Estimated
    }
    var schema = "allometry.granularity/1"
    var source: String
    var choices: [Choice]
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.positive(expansion, option: "--expansion")
      try OptionCheck.positive(aspect, option: "--aspect")
      let allowed = try NumberList.positive(granularities, option: "--granularities")
      let budgets = try NumberList.positive(compute, option: "--compute")
      let saved = try fit.map { try SavedFitArguments.load($0, law: FineGrainedMoE().name) }
      let shape = GranularityPlan.Shape(expansion: expansion, aspect: aspect)
      let choices = try budgets.map { budget -> Answer.Choice in
        func plan(_ point: [Double]) -> GranularityPlan? {
          GranularityPlan(compute: budget, point: point, granularities: allowed, shape: shape)
        }
        guard let best = plan(saved?.estimate ?? FineGrainedMoE.published) else {
          throw CommandFailure(.usage, "--compute: found \(budget), expected a positive number")
        }
        func values(_ plan: GranularityPlan?) -> [Double] {
          guard let plan else { return [Double](repeating: .nan, count: 5) }
          return [
            plan.granularity, plan.parameters, plan.activeParameters, plan.tokens, plan.loss,
          ]
        }
        let all =
          saved?.derivedTogether { values(plan($0)) }
          ?? values(best).map {
            Estimated(value: $0)
          }
        return Answer.Choice(
          compute: budget, granularity: all[0], parameters: all[1], activeParameters: all[2],
          tokens: all[3], width: best.width, loss: all[4])
      }
      let answer = Answer(
        source: fit ?? "the constants of the paper [L10], from memory", choices: choices)
      if json { try Console.print(json: answer) } else { print(answer, largest: allowed.max()) }
    }
  }

  private func print(_ answer: Answer, largest: Double?) {
    func scale(_ x: Estimated) -> String {
      x.low.isFinite && x.low < x.high
        ? "\(NumberFormat.scale(x.value)) [\(NumberFormat.scale(x.low)), \(NumberFormat.scale(x.high))]"
        : NumberFormat.scale(x.value)
    }
    var table = Console.table([
      .number("FLOPs"), .number("granularity"),
      .number("parameters"), .number("active"),
      .number("tokens"), .number("loss"),
    ])
    for choice in answer.choices {
      table.rows.append([
        NumberFormat.flops(choice.compute), scale(choice.granularity), scale(choice.parameters),
        scale(choice.activeParameters), scale(choice.tokens),
        choice.loss.text(digits: 4),
      ])
    }
    Console.show(table)
    Console.say(
      "By \(answer.source). The loss belongs to the law's own data and expansion rate; the cost of routing is 14 FLOPs per routing weight and token."
    )
    if answer.choices.contains(where: { $0.granularity.value == largest }) {
      Console.say(
        "Warning: the largest granularity allowed is chosen: the optimum may lie beyond it.")
    }
  }
}
