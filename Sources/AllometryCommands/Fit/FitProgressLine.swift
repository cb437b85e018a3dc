internal import Dispatch
internal import Quantities
internal import Reports
internal import ScalingLaws
internal import Synchronization

/// What a long fit tells on standard error: what it does, how far it has come and about how long
/// it still takes.
final class FitProgressLine: Sendable {
  private struct State {
    var stage: FitProgress.Stage?
    var began = DispatchTime.now()
    var told = DispatchTime.now()
  }
  private let title: String
  private let state = Mutex(State())

  init(title: String) { self.title = title }

  /// Tells how far the fit has come, a few times a second at most; nothing in its first half
  /// second.
  func report(_ progress: FitProgress) {
    let line = state.withLock { state -> String? in
      let now = DispatchTime.now()
      if state.stage != progress.stage {
        state.stage = progress.stage
        state.began = now
        state.told = now
      }
      func seconds(since start: DispatchTime) -> Double {
        Double(now.uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
      }
      guard seconds(since: state.told) > 0.5, progress.done < progress.total else { return nil }
      state.told = now
      let left =
        seconds(since: state.began) / Double(progress.done)
        * Double(progress.total - progress.done)
      let what = progress.stage == .refits ? "refit" : "validation, split"
      return
        "\(title): \(what) \(progress.done) of \(progress.total), about \(NumberFormat.duration(left)) left"
    }
    if let line { Console.progress(line) }
  }
}
