import Studies
import StudyTestSupport
import Synchronization
import Verdicts

/// A log in memory that counts how many outcomes it was given.
final class CountingLog: RunLog, Sendable {
  private let log = MemoryRunLog()
  private let count = Mutex(0)

  var recorded: Int { count.withLock { $0 } }

  func outcomes(of identities: [RunIdentity]) throws -> [RunIdentity: RunOutcome] {
    log.outcomes(of: identities)
  }

  func claim(_ identity: RunIdentity, definition: String) throws -> Bool {
    log.claim(identity, definition: definition)
  }

  func release(_ identity: RunIdentity) throws { log.release(identity) }

  func record(_ outcome: RunOutcome, curves: [StepCurve], of identity: RunIdentity) throws {
    count.withLock { $0 += 1 }
    log.record(outcome, curves: curves, of: identity)
  }

  func curves(of identity: RunIdentity) throws -> [StepCurve] { log.curves(of: identity) }
}
