internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import SamplingLaws
internal import ScalingLaws

struct TestTimeJudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "The true rate behind the verdicts of an imperfect judge.",
    usage: "allometry testtime judge [<table>] [<options>]",
    discussion: """
      A judge that calls some wrong outcomes right, and some right ones wrong, reports
      a biased rate. From outcomes that people labelled too follow its sensitivity and
      specificity, and from these the rate itself, with an interval that allows for
      the chance in all three [111].

      Examples:
        allometry testtime judge verdicts.csv --verdict judge --label human
        allometry testtime judge --judged 620/1000 --sensitivity 88/100 --specificity 45/50
      """)

  @Argument(
    help: ArgumentHelp(
      "A table with a verdict in every row and a label in some.", valueName: "table"))
  var table: String?

  @Option(help: ArgumentHelp("The column of the judge's verdicts, 0 or 1.", valueName: "column"))
  var verdict: String = "judge"

  @Option(help: ArgumentHelp("The column of people's labels, 0, 1 or blank.", valueName: "column"))
  var label: String = "label"

  @Option(help: ArgumentHelp("Outcomes that the judge calls right, of all.", valueName: "n/N"))
  var judged: String?

  @Option(
    help: ArgumentHelp(
      "Of outcomes labelled right those that the judge calls right.", valueName: "n/N"))
  var sensitivity: String?

  @Option(
    help: ArgumentHelp(
      "Of outcomes labelled wrong those that the judge calls wrong.", valueName: "n/N"))
  var specificity: String?

  @Option(help: "The coverage of intervals.")
  var level: Double = 0.95

  @Flag(help: "Print JSON (schema allometry.testtime-judge/1).")
  var json = false

  struct Answer: Encodable {
    var schema = "allometry.testtime-judge/1"
    var judged: JudgeCorrection.Count
    var sensitivity: JudgeCorrection.Count
    var specificity: JudgeCorrection.Count
    var correction: JudgeCorrection
  }

  func run() throws {
    try reportingFailure {
      try OptionCheck.coverage(level)
      let counts = try self.counts()
      let correction: JudgeCorrection
      do {
        correction = try JudgeCorrection(
          judged: counts.judged, sensitivity: counts.sensitivity, specificity: counts.specificity,
          level: level)
      } catch {
        throw CommandFailure(.badData, "\(error)")
      }
      if json {
        try Console.print(
          json: Answer(
            judged: counts.judged, sensitivity: counts.sensitivity,
            specificity: counts.specificity, correction: correction))
        return
      }
      func share(_ value: Double) -> String { NumberFormat.percent(value) }
      let rate = correction.corrected
      let text =
        "The judge calls \(counts.judged.successes) of \(counts.judged.trials) right, \(share(correction.observed.value)). It finds \(share(correction.sensitivity.value)) of what is right (\(counts.sensitivity.successes) of \(counts.sensitivity.trials)) and rejects \(share(correction.specificity.value)) of what is wrong (\(counts.specificity.successes) of \(counts.specificity.trials)), so that \(share(rate.value)) [\(NumberFormat.fixed(100 * rate.low, 1)), \(NumberFormat.fixed(100 * rate.high, 1))] are right."
      Console.say(text)
      Console.warn(correction.warnings)
    }
  }

  private typealias Counts = (
    judged: JudgeCorrection.Count, sensitivity: JudgeCorrection.Count,
    specificity: JudgeCorrection.Count
  )

  private func counts() throws -> Counts {
    guard let table else {
      return (
        try Self.count(judged, "--judged"), try Self.count(sensitivity, "--sensitivity"),
        try Self.count(specificity, "--specificity")
      )
    }
    guard judged == nil, sensitivity == nil, specificity == nil else {
      throw CommandFailure(.usage, "found a table and counts, expected one of the two")
    }
    let read = try RunTable.read(contentsOf: table)
    let verdicts = try truths(read, verdict)
    let labels = try truths(read, label)
    if let row = verdicts.firstIndex(where: { $0 == nil }) {
      throw CommandFailure(
        .badData,
        "\(read.source):\(read.lineNumbers[row]): column \(verdict): found a missing value, expected 0 or 1"
      )
    }
    func count(_ wanted: Bool) throws -> JudgeCorrection.Count {
      let labelled = labels.indices.filter { labels[$0] == wanted }
      guard !labelled.isEmpty else {
        throw CommandFailure(
          .badData,
          "\(read.source): column \(label): found no \(wanted ? 1 : 0), expected some outcomes labelled \(wanted ? "right" : "wrong")"
        )
      }
      return JudgeCorrection.Count(
        labelled.count { verdicts[$0] == wanted }, of: labelled.count)
    }
    return (
      JudgeCorrection.Count(verdicts.count { $0 == true }, of: verdicts.count), try count(true),
      try count(false)
    )
  }

  /// Yes, no, or nothing, in each row of a column.
  private func truths(_ table: RunTable, _ column: String) throws -> [Bool?] {
    try table.numbers(column).enumerated().map { row, value in
      if value.isNaN { return nil }
      guard value == 0 || value == 1 else {
        throw CommandFailure(
          .badData,
          "\(table.source):\(table.lineNumbers[row]): column \(column): found \(NumberFormat.significant(value, 6)), expected 0 or 1"
        )
      }
      return value == 1
    }
  }

  private static func count(_ text: String?, _ option: String) throws -> JudgeCorrection.Count {
    let parts = (text ?? "").split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let right = parts[0], let all = parts[1], right >= 0,
      all >= max(right, 1)
    else {
      throw CommandFailure(
        .usage,
        "\(option): found \(text.map { "\"\($0)\"" } ?? "nothing"), expected a count such as 88/100, or a table"
      )
    }
    return JudgeCorrection.Count(right, of: all)
  }
}
