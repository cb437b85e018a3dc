internal import ArgumentParser
internal import RunTables

struct ScheduleArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A table of run (or schedule), step and lr, for laws of the training curve.",
      valueName: "table"))
  var schedule: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Steps of warm-up to count at the peak learning rate.", valueName: "steps"))
  var warmup: Int = 0

  func source() throws -> ScheduleSource? {
    guard warmup >= 0 else {
      throw CommandFailure(.usage, "--warmup: found \(warmup), expected a number of steps")
    }
    if schedule == nil, warmup == 0 { return nil }
    return ScheduleSource(
      warmup: warmup,
      table: try schedule.map {
        InputFiles.note($0)
        return try RunTable.read(contentsOf: $0)
      })
  }
}
