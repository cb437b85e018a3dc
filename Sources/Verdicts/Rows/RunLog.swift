/// Where studies keep what they ran: a store on disk, or memory in tests.
///
/// Safe to call from many threads, and, for a store on disk, from many processes.
public protocol RunLog: Sendable {
  /// What is known of runs.
  ///
  /// - Returns: the outcomes of those that have ended.
  func outcomes(of identities: [RunIdentity]) throws -> [RunIdentity: RunOutcome]

  /// Claims a run for this process, so that no other one computes it too, with its canonical text;
  /// false if it has ended or if a process that still lives has it.
  func claim(_ identity: RunIdentity, definition: String) throws -> Bool

  /// Gives up a claim without an outcome.
  func release(_ identity: RunIdentity) throws

  /// Keeps an outcome with its curves, whole or not at all, and ends the claim.
  func record(_ outcome: RunOutcome, curves: [StepCurve], of identity: RunIdentity) throws

  /// The curves of a run that has ended, in the order of their names.
  func curves(of identity: RunIdentity) throws -> [StepCurve]
}
