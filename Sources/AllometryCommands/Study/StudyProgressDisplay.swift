internal import Reports
internal import Studies
internal import Verdicts

/// Shows how far a study is: a block that is redrawn on a terminal, a line for each run elsewhere.
final class StudyProgressDisplay {
  private let isQuiet: Bool
  private var drawn = 0

  /// - Parameter quietly: whether to show nothing.
  init(quietly: Bool) { isQuiet = quietly }

  /// Shows a state of the study.
  ///
  /// - Parameter progress: the state.
  func show(_ progress: StudyProgress) {
    if !progress.warnings.isEmpty { finish() }
    for warning in progress.warnings { Console.error("Warning: \(warning)") }
    guard !isQuiet else { return }
    let view = StudyProgressView(
      running: progress.running.map { run in
        StudyProgressView.Running(
          arm: run.row.arm, size: run.row.size, seed: run.row.seed, step: run.step,
          steps: run.steps, loss: run.loss, tokensPerSecond: run.tokensPerSecond,
          secondsLeft: run.secondsLeft)
      }, finished: progress.done, total: progress.total, mayGrow: progress.mayGrow,
      secondsLeft: progress.secondsLeft)
    guard Console.showsProgress else {
      for row in progress.ended { Console.error(view.line(ended: row)) }
      return
    }
    Console.progress(block: view.redrawn(over: drawn, width: Console.width))
    drawn = progress.running.count + 1
  }

  /// Takes the block off the terminal.
  func finish() {
    guard drawn > 0 else { return }
    Console.progress(block: StudyProgressView.erased(drawn))
    drawn = 0
  }
}
