internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws

struct ChooseAllocationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allocation",
    abstract: "Do several fits agree on how to divide compute between size and tokens?",
    usage: "allometry choose allocation <fits> ... [<options>]",
    discussion: """
      Published laws disagree for the same runs: one has tokens per parameter rise
      with compute, another fall [48][L5]. For each saved fit: the exponent of D*/N*
      in C over the range of its data, the ratio at the largest run and at a target,
      and by what factor the fits differ there.

      Examples:
        allometry fit runs.csv --law chinchilla --json > a.json
        allometry fit runs.csv --law coupled --json > b.json
        allometry choose allocation a.json b.json --target 1e24
      """)

  @Argument(help: ArgumentHelp("Saved fits of laws of N and D.", valueName: "fits"))
  var fits: [String]

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The compute of the question; default a hundred times the largest run.", valueName: "FLOPs"))
  var target: String?

  @Option(
    help: ArgumentHelp("Other columns that a law reads.", valueName: "name=value"))
  var with: String?

  @Flag(help: "Print JSON (schema allometry.allocation/1).")
  var json = false

  private struct Answer: Encodable {
    struct Trend: Encodable {
      var fit: String
      var law: String
      var exponent: Estimated
      var ratio: Estimated
      var ratioAtTarget: Estimated
      var direction: Int
    }
    var schema = "allometry.allocation/1"
    var trends: [Trend]
    var disagreements: [[String]]
    var spreadAtTarget: Double
    var sentence: String
    var warnings: [String]
  }

  func run() throws {
    try reportingFailure {
      let goal = try target.map { try NameList.positive($0, option: "--target") }
      let columns = try NameList.numbers(with, option: "--with")
      let saved = try fits.map { try SavedFitArguments.load($0) }
      for (path, fit) in zip(fits, saved) {
        let names = fit.law.card.columns.map(\.name)
        guard names.contains("N"), names.contains("D") else {
          throw CommandFailure(
            .usage,
            "\(path): law \(fit.law.name) reads \(names.joined(separator: ", ")), expected one of N and D"
          )
        }
      }
      let agreement = try allocationAgreement(of: saved, target: goal, columns: columns)
      let answer = Answer(
        trends: zip(fits, agreement.trends).map { path, trend in
          Answer.Trend(
            fit: path, law: trend.law, exponent: trend.exponent, ratio: trend.ratio,
            ratioAtTarget: trend.ratioAtTarget, direction: trend.direction)
        }, disagreements: agreement.disagreements.map { [$0.first, $0.second] },
        spreadAtTarget: agreement.spreadAtTarget, sentence: agreement.sentence,
        warnings: zip(fits, saved).flatMap { path, fit in
          fit.document.warnings.map { "\(path): \($0)" }
        })
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func print(_ answer: Answer) {
    func number(_ x: Estimated) -> String {
      // What a law's form fixes at zero comes back with the rounding of a search.
      if max(abs(x.value), abs(x.low), abs(x.high)) < 1e-5 { return "0" }
      return x.text(digits: 3)
    }
    var table = Console.table([
      "fit", "law", .number("exponent of D*/N*"),
      .number("at the data"), .number("at the target"),
    ])
    for trend in answer.trends {
      table.rows.append([
        trend.fit, trend.law, number(trend.exponent), number(trend.ratio),
        number(trend.ratioAtTarget),
      ])
    }
    Console.show(table)
    Console.say(answer.sentence)
    if answer.trends.count > 1 {
      Console.say(
        "At the target the ratios differ by a factor \(NumberFormat.significant(answer.spreadAtTarget, 3)); no interval of a single fit covers that."
      )
    }
    Console.warn(answer.warnings)
  }
}
