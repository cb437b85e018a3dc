internal import ArgumentParser
internal import Store
internal import Studies
internal import Verdicts

struct StudyCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read everything that a store holds and say what is not as it was written.",
    discussion: """
      Runs, curves and rows of studies carry checksums. What is damaged is named
      with the command that trains it again; the exit status is 65 then.

      Examples:
        allometry study check --store .allometry/allometry.sqlite
      """)

  @OptionGroup var place: StudyStoreArguments

  @Flag(help: "Print JSON (schema allometry.study-check/1).")
  var json = false

  private struct Answer: Encodable {
    struct Fault: Encodable {
      var run: String?
      var studies: [String]
      var problem: String
    }
    var schema = "allometry.study-check/1"
    var store: String
    var runs: Int
    var curves: Int
    var rows: Int
    var faults: [Fault]
  }

  func run() throws {
    try reportingFailure {
      let check = try place.open().check()
      if json {
        let faults = check.faults.map {
          Answer.Fault(run: $0.run?.description, studies: $0.studies, problem: $0.problem)
        }
        try Console.print(
          json: Answer(
            store: place.path, runs: check.runs, curves: check.curves, rows: check.rows,
            faults: faults))
      } else {
        print(check)
      }
      if !check.faults.isEmpty { throw ExitCode(CommandFailure.Status.badData.rawValue) }
    }
  }

  private func print(_ check: StoreCheck) {
    let holds = "\(check.runs) runs, \(check.curves) curves, \(check.rows) rows of studies"
    if check.runs == 0 {
      Console.error(
        "\(place.path): the store has no runs; if it was copied while it was in use, or after a kill, "
          + "copy \(place.path)-wal with it")
    }
    guard !check.faults.isEmpty else {
      return Console.print("\(place.path): \(holds): all as they were written")
    }
    var lines = ["\(place.path): \(holds); \(check.faults.count) faults:"]
    for fault in check.faults {
      let whose = fault.run.map { "run \($0)" } ?? "the store"
      let studies = fault.studies.isEmpty ? "" : " (\(fault.studies.joined(separator: ", ")))"
      lines.append("  \(whose)\(studies): \(fault.problem)")
    }
    let studies = Set(check.faults.flatMap(\.studies)).sorted()
    if !studies.isEmpty {
      lines.append(
        "To mend it, train again what is damaged: `allometry study run FILE --retry --store "
          + "\(place.path)` with the file of \(studies.joined(separator: ", ")).")
    }
    if check.faults.contains(where: { $0.run == nil && $0.studies.isEmpty }) {
      lines.append("What is wrong with the file itself is mended by a copy of it only.")
    }
    Console.print(lines.joined(separator: "\n"))
  }
}
