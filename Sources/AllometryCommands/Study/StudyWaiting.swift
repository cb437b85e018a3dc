internal import Store
internal import Studies
internal import Verdicts

/// Says whom a study waits for once all runs that are left are those of other processes.
final class StudyWaiting {
  private let store: RunStore
  private let plan: StudyPlan
  private var said = ""
  private var next = 3.0

  /// - Parameters:
  ///   - store: where runs are claimed.
  ///   - plan: the study.
  init(store: RunStore, plan: StudyPlan) {
    self.store = store
    self.plan = plan
  }

  /// Looks every few seconds, and says what has changed.
  ///
  /// - Parameters:
  ///   - progress: how far the study is.
  ///   - display: is taken off the terminal before something is said.
  func tell(_ progress: StudyProgress, over display: StudyProgressDisplay) {
    guard progress.running.isEmpty, progress.done < progress.total, progress.seconds > next else {
      return
    }
    next = progress.seconds + 5
    // Who cannot be asked now can be asked later.
    guard let claims = try? store.heldClaims(), let known = try? plan.outcomes(in: store),
      let runs = try? plan.runs(knowing: known)
    else { return }
    let mine = runs.compactMap { claims[$0.row.identity] }
    let sentences = Dictionary(grouping: mine, by: \.owner)
      .sorted { ($0.key.host, $0.key.process) < ($1.key.host, $1.key.process) }
      .map { Self.sentence($0.key, $0.value.count) }
    let text = sentences.joined(separator: "\n")
    guard !text.isEmpty, text != said else { return }
    said = text
    display.finish()
    Console.error(text)
  }

  private static func sentence(_ owner: ClaimOwner, _ runs: Int) -> String {
    let what = "\(runs) run\(runs == 1 ? "" : "s")"
    let who = "process \(owner.process) on \(owner.host)"
    switch owner.isStopped {
    case .some(true):
      return "Waiting for \(what) of \(who), which is stopped: `kill -CONT \(owner.process)` lets "
        + "it go on, --takeover takes its runs."
    case .some(false): return "Waiting for \(what) that \(who) trains."
    case nil:
      return "Waiting for \(what) that \(who) trains; --takeover takes them if it is gone."
    }
  }
}
