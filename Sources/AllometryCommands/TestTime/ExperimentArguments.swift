internal import ArgumentParser
internal import Tensors
internal import Training

/// The seed and the threads of an experiment that trains its own small models.
struct ExperimentArguments: ParsableArguments {
  @Option(help: "The seed.")
  var seed: UInt64 = 1

  @OptionGroup var threading: ThreadArguments

  func pool() throws -> ThreadPool { try threading.pool() }

  /// Shows how far training is, every 20 steps.
  static func progress(_ label: String, steps: Int) -> (TrainingEvent) -> Void {
    { event in
      if case .step(let progress) = event, progress.step.isMultiple(of: 20) {
        Console.progress("\(label): step \(progress.step) of \(steps)")
      }
    }
  }
}
