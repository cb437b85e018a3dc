internal import ArgumentParser
internal import Tensors
internal import Training

/// The seed and the threads of an experiment that trains its own small models.
struct ExperimentArguments: ParsableArguments {
  @Option(help: "The seed.")
  var seed: UInt64 = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads; results do not depend on them.", valueName: "count"))
  var threads: Int?

  func pool() throws -> ThreadPool {
    try OptionCheck.atLeast(1, threads, option: "--threads")
    return ThreadPool(threads: threads ?? ThreadPool.processorCount)
  }

  /// Shows how far training is, every 20 steps.
  static func progress(_ label: String, steps: Int) -> (TrainingEvent) -> Void {
    { event in
      if case .step(let progress) = event, progress.step.isMultiple(of: 20) {
        Console.progress("\(label): step \(progress.step) of \(steps)")
      }
    }
  }
}
