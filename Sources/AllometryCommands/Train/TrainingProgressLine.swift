internal import Foundation
internal import Quantities
internal import Reports
internal import Training

/// What a run tells on standard error while it goes on: one line that is replaced on a terminal, a
/// line every few seconds elsewhere.
final class TrainingProgressLine {
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  private var isShown = false
  private var smoothed: Double?
  private var validation: Double?

  /// Seconds between lines.
  private let pause: Double = Console.showsProgress ? 0.1 : 5

  /// Nothing is shown before the first pause: the first step says little about speed.
  init() { last = clock.now }

  func report(_ event: TrainingEvent) {
    switch event {
    case .resumed(let step):
      note("Going on after step \(step).")
    case .step(let progress):
      smoothed = smoothed.map { 0.9 * $0 + 0.1 * progress.crossEntropy } ?? progress.crossEntropy
      let now = clock.now
      guard (now - last) / .seconds(1) >= pause || progress.step == progress.steps else { return }
      last = now
      show(progress)
    case .validation(_, let loss): validation = loss
    case .warning(let text): note("Warning: \(text)")
    case .diagnostics, .checkpoint: break
    }
  }

  func finish() {
    if Console.showsProgress, isShown { Console.error("") }
    isShown = false
  }

  private func note(_ text: String) {
    finish()
    Console.error(text)
  }

  private func show(_ progress: TrainingProgress) {
    var parts = [
      "step \(progress.step)/\(progress.steps)",
      "loss \(NumberFormat.fixed(smoothed ?? progress.crossEntropy, 3))",
    ]
    if let validation { parts.append("validation \(NumberFormat.fixed(validation, 3))") }
    parts.append("\(NumberFormat.scale(progress.tokensPerSecond)) tokens/s")
    if progress.step < progress.steps {
      parts.append("\(NumberFormat.duration(progress.secondsLeft)) left")
    }
    let line = parts.joined(separator: ", ")
    isShown = true
    if Console.showsProgress { Console.progress(line) } else { Console.error(line) }
  }
}
