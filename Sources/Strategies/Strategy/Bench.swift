internal import Corpora
internal import RunTables

/// What strategies run on: a policy with its streams of chance, and a verifier.
public final class Bench {
  /// Draws from the policy.
  public let sampler: Sampler
  /// What judges steps; nil for none.
  public let verifier: (any Verifier)?

  private var kept: [ScoreKey: [Double]] = [:]

  private struct ScoreKey: Hashable {
    var place: AttemptPlace
    var solution: [Int32]
  }

  /// A bench, with a verifier or without.
  public init(_ sampler: Sampler, verifier: (any Verifier)? = nil) {
    self.sampler = sampler
    self.verifier = verifier
  }

  /// The policy.
  public var policy: Policy { sampler.policy }

  /// The verifier.
  ///
  /// - Throws: ``StrategyError`` if there is none.
  public func requiredVerifier(of strategy: String) throws(StrategyError) -> any Verifier {
    guard let verifier else { throw StrategyError("\(strategy) needs a verifier") }
    return verifier
  }

  /// The scores that the verifier gives the steps of whole solutions; where it goes by the solution,
  /// equal ones to a problem are read once.
  ///
  /// - Returns: for each problem and solution, a score a step.
  func scores(
    of samples: [[Sample]], to problems: [Problem], by verifier: any Verifier
  ) throws -> [[[Double]]] {
    func key(_ problem: Problem, _ attempt: Int, _ sample: Sample) -> ScoreKey {
      ScoreKey(
        place: AttemptPlace(problem, attempt: verifier.goesBySolution ? 0 : attempt),
        solution: sample.solution)
    }
    var missing: [ScoreKey] = []
    var seen: Set<ScoreKey> = []
    for (problem, solutions) in zip(problems, samples) {
      for (attempt, sample) in solutions.enumerated() {
        let key = key(problem, attempt, sample)
        if kept[key] == nil, seen.insert(key).inserted { missing.append(key) }
      }
    }
    for start in stride(from: 0, to: missing.count, by: sampler.batch) {
      let part = Array(missing[start..<min(start + sampler.batch, missing.count)])
      let scores = try verifier.stepScores(
        of: part.map(\.solution), to: part.map(\.place), task: policy.task)
      for (key, score) in zip(part, scores) { kept[key] = score }
    }
    return zip(problems, samples).map { problem, solutions in
      solutions.enumerated().map { kept[key(problem, $0, $1)] ?? [] }
    }
  }

  /// The result of whole solutions to a problem, read by the verifier if there is one.
  func result(
    of attempts: [OutcomeAttempt], choosing selection: AnswerSelection,
    verifier: (any Verifier)?
  ) -> StrategyResult {
    let task = policy.task
    var cost = policy.cost(
      prompt: task.promptLength, generated: task.solutionLength, solutions: attempts.count)
    if let verifier {
      cost += verifier.cost(
        prompt: task.promptLength, read: task.solutionLength, solutions: attempts.count)
    }
    return StrategyResult(attempts, choosing: selection, cost: cost)
  }
}
