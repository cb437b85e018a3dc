internal import ArgumentParser
internal import Tensors

/// The threads of a command that runs models.
struct ThreadArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; results do not depend on them.", valueName: "count"))
  var threads: Int?

  func check() throws {
    try OptionCheck.atLeast(1, threads, option: "--threads")
    if let threads, threads > 1024 {
      throw CommandFailure(.usage, "--threads: found \(threads), expected at most 1024")
    }
  }

  /// As many threads as the option says, or as there are processors.
  func pool() throws -> ThreadPool {
    try check()
    return ThreadPool(threads: threads ?? ThreadPool.processorCount)
  }
}
