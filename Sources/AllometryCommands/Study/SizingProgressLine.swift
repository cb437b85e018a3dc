internal import Studies

/// What is said while the speed of this machine is measured: a line that is replaced on a terminal,
/// one that stays elsewhere.
final class SizingProgressLine {
  private let isQuiet: Bool
  private var isShown = false

  /// - Parameter quietly: whether to say nothing.
  init(quietly: Bool) { isQuiet = quietly }

  /// Tells what is tried now.
  func report(_ progress: StudySizer.Progress) {
    guard !isQuiet else { return }
    guard Console.showsProgress else {
      if !isShown { Console.error("Measuring how fast this machine trains.") }
      isShown = true
      return
    }
    isShown = true
    Console.progress(
      "Measuring how fast this machine trains: \(progress.done + 1) of \(progress.total), "
        + "\(progress.arm) at \(progress.size)")
  }

  /// Takes the line off the terminal.
  func finish() {
    if isShown, !isQuiet { Console.progress("") }
  }
}
