internal import ArgumentParser
internal import Quantities
internal import Reports
internal import ScalingLaws
internal import Statistics

struct ChoosePruningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pruning",
    abstract: "Which examples to keep of a training set: hard, easy or random ones.",
    usage: "allometry choose pruning [<options>]",
    discussion: """
      The perceptron testbed of [27], simulated: examples ranked by their margin
      under a probe at an angle to the teacher, a share of them kept, a student of
      largest margin trained on those. Where data are plentiful hard examples are worth most
      and the error falls faster than a power of what is kept; where they are scarce,
      easy ones; a probe far from the teacher takes the gain away. It is a theory of
      perceptrons, no fit to a table: there is no closed law of size and share. A
      table with a column for the share kept is fitted by group (--by kept).

      Examples:
        allometry choose pruning --examples 1,2,10 --kept 0.3
        allometry choose pruning --examples 2,5,10,20 --kept 0.2,0.5 --angle 20
      """)

  @Option(help: ArgumentHelp("Examples for each dimension, before pruning.", valueName: "values"))
  var examples: String = "1,2,5,10,20"

  @Option(help: ArgumentHelp("The shares kept.", valueName: "values"))
  var kept: String = "0.3"

  @Option(parsing: .unconditional, help: "The angle between probe and teacher, in degrees.")
  var angle: Double = 0

  @Option(parsing: .unconditional, help: "The dimensions of an example.")
  var dimension: Int = 100

  @Option(parsing: .unconditional, help: "Worlds drawn for each error.")
  var draws: Int = 6

  @Option(parsing: .unconditional, help: "The seed.")
  var seed: Int = 0

  @Flag(help: "Print JSON (schema allometry.pruning/1).")
  var json = false

  private struct Answer: Encodable {
    struct Row: Encodable {
      var examplesPerDimension: Double
      var kept: Double
      var errors: [String: Double]
      var standardErrors: [String: Double]
      /// The one of the least error; absent where the second is within two standard errors.
      var best: String?
    }
    var schema = "allometry.pruning/1"
    var dimension: Int
    var angle: Double
    var draws: Int
    var rows: [Row]
  }

  private static let largestTable = 4e6

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(2, dimension, option: "--dimension")
      try OptionCheck.atLeast(2, draws, option: "--draws")
      guard angle >= 0, angle <= 90 else {
        throw CommandFailure(
          .usage, "--angle: found \(angle), expected degrees between 0 and 90")
      }
      let sizes = try NumberList.positive(examples, option: "--examples")
      let shares = try NumberList.positive(kept, option: "--kept")
      guard shares.allSatisfy({ $0 <= 1 }) else {
        throw CommandFailure(.usage, "--kept: found \(kept), expected shares of 1 or less")
      }
      // A fit multiplies all examples several times; more than this takes minutes.
      let width = Double(dimension)
      guard let largest = sizes.max(), largest * width * width <= Self.largestTable else {
        let most = NumberFormat.significant(Self.largestTable / width / width, 2)
        throw CommandFailure(
          .usage,
          "--examples: found \(examples) at \(dimension) dimensions, expected at most \(most) examples a dimension there"
        )
      }
      var rows: [Answer.Row] = []
      for size in sizes {
        for share in shares {
          Console.progress("\(NumberFormat.significant(size, 3)) examples a dimension …")
          rows.append(row(size, share))
        }
      }
      Console.progress("")
      let answer = Answer(dimension: dimension, angle: angle, draws: draws, rows: rows)
      if json { try Console.print(json: answer) } else { print(answer) }
    }
  }

  private func row(_ size: Double, _ share: Double) -> Answer.Row {
    let world = PruningTestbed(
      dimension: dimension, examplesPerDimension: size, kept: share,
      probeAngle: angle * .pi / 180)
    var means: [String: Double] = [:]
    var errors: [String: Double] = [:]
    for keeping in PruningTestbed.Keeping.allCases {
      let values = world.errors(keeping, draws: draws, seed: UInt64(truncatingIfNeeded: seed))
      means[keeping.rawValue] = mean(values)
      errors[keeping.rawValue] = standardDeviation(values) / Double(draws).squareRoot()
    }
    let ordered = means.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    let (first, second) = (ordered[0], ordered[1])
    let noise =
      ((errors[first.key] ?? 0) * (errors[first.key] ?? 0)
      + (errors[second.key] ?? 0) * (errors[second.key] ?? 0)).squareRoot()
    return Answer.Row(
      examplesPerDimension: size, kept: share, errors: means, standardErrors: errors,
      best: second.value - first.value > 2 * noise ? first.key : nil)
  }

  private func print(_ answer: Answer) {
    var table = Console.table(
      [
        .number("examples / d"), .number("kept"),
      ] + PruningTestbed.Keeping.allCases.map { .number($0.rawValue) }
        + ["keep"])
    for row in answer.rows {
      table.rows.append(
        [
          NumberFormat.significant(row.examplesPerDimension, 3),
          NumberFormat.percent(row.kept, decimals: 0),
        ]
          + PruningTestbed.Keeping.allCases.map { keeping in
            "\(NumberFormat.fixed(row.errors[keeping.rawValue] ?? .nan, 3)) ± \(NumberFormat.fixed(row.standardErrors[keeping.rawValue] ?? .nan, 3))"
          } + [row.best ?? "no telling"])
    }
    Console.say(
      "Test error of a student of largest margin, \(answer.dimension) dimensions, probe \(NumberFormat.significant(answer.angle, 3)) degrees from the teacher, means of \(answer.draws) simulated worlds with standard errors:"
    )
    Console.show(table)
  }
}
