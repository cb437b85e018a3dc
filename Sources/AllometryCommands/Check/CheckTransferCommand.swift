internal import ArgumentParser
internal import Quantities
internal import Reports
internal import RunTables
internal import ScalingLaws

struct CheckTransferCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer",
    abstract: "Do more pre-training data of this kind still help the task?",
    usage: "allometry check transfer <table> [<options>]",
    discussion: """
      The alarm of [141]: the law of quality after fine-tuning is fitted to the
      smallest pre-training budgets and judged on the rest. Where it misses them, or
      where quality falls, the data do not suit the task, even if cross-entropy
      still improves. The table has D (pre-training tokens) and bleu, or any score
      above zero that grows (--map bleu=score).

      Examples:
        allometry check transfer translation.csv
        allometry check transfer translation.csv --fitted 5 --tolerance 0.06
      """)

  @OptionGroup var input: TableArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many of the smallest budgets are fitted.", valueName: "count"))
  var fitted: Int = 4

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The relative error that noise explains.", valueName: "share"))
  var tolerance: Double = 0.08

  @Flag(help: "Print JSON (schema allometry.transfer/1).")
  var json = false

  func run() throws {
    try reportingFailure {
      try OptionCheck.atLeast(4, fitted, option: "--fitted")
      try OptionCheck.positive(tolerance, option: "--tolerance")
      let table = try input.reading.read(input.table)
      let (observations, notes) = try ObservationsBuilder(table: table).build(for: Transfer())
      let alarm = try CommandFailure.naming(table.source) {
        try TransferAlarm(observations, fitted: fitted, tolerance: tolerance)
      }
      if json {
        struct Answer: Encodable {
          var schema = "allometry.transfer/1"
          var misaligned: Bool
          var heldOutError: Double
          var fall: Double
          var tolerance: Double
          var parameters: [String: Double]
          var notes: [String]
        }
        try Console.print(
          json: Answer(
            misaligned: alarm.isMisaligned, heldOutError: alarm.heldOutError, fall: alarm.fall,
            tolerance: tolerance,
            parameters: Dictionary(
              zip(alarm.fit.law.parameters.map(\.name), alarm.fit.estimate),
              uniquingKeysWith: { a, _ in a }), notes: notes))
        return
      }
      let error = NumberFormat.percent(alarm.heldOutError, decimals: 1)
      let fall = NumberFormat.percent(alarm.fall, decimals: 1)
      let facts =
        "Fitted to the \(fitted) smallest budgets, the law misses the \(observations.count - fitted) larger ones by \(error) (root mean square of the log); from its best to the largest budget quality falls by \(fall)."
      let limit = NumberFormat.percent(tolerance, decimals: 1)
      Console.print(Console.terminal.opening(notes: notes, doubts: []), terminator: "")
      Console.say(
        alarm.isMisaligned
          ? "ALARM. \(facts) Noise would explain \(limit): these data do not suit the task, and more of the same should not be bought, whatever cross-entropy says."
          : "No alarm. \(facts) Noise would explain \(limit).")
      for note in Terminal.remarks(notes) { Console.say(note) }
    }
  }
}
