internal import Corpora
public import LanguageModels
public import Statistics

/// Draws solutions from a policy in large batches, and keeps them: strategies that use the same
/// attempts share them.
public final class Sampler {
  /// What writes.
  public let policy: Policy
  /// Where chance comes from.
  public let streams: AttemptStreams
  /// The largest number of sequences written side by side.
  public let batch: Int

  private var kept: [SamplingRule: [Problem: [Sample]]] = [:]

  /// - Parameters:
  ///   - policy: what writes.
  ///   - seed: where chance comes from.
  ///   - batch: the largest number of sequences written side by side.
  public init(_ policy: Policy, seed: UInt64, batch: Int = 256) {
    precondition(batch > 0, "a batch of \(batch)")
    self.policy = policy
    streams = AttemptStreams(seed: seed)
    self.batch = batch
  }

  /// Attempts at each problem, in order: whole solutions. The first ones are the same for any count.
  public func samples(
    _ count: Int, of problems: [Problem], rule: SamplingRule? = nil
  ) throws -> [[Sample]] {
    let rule = rule ?? policy.rule
    let task = policy.task
    var known = kept[rule] ?? [:]
    var missing: [(problem: Problem, attempt: Int)] = []
    for problem in problems {
      for attempt in (known[problem]?.count ?? 0)..<max(count, known[problem]?.count ?? 0) {
        missing.append((problem, attempt))
      }
    }
    for start in stride(from: 0, to: missing.count, by: batch) {
      let part = missing[start..<min(start + batch, missing.count)]
      let writer = try SequenceWriter(policy, part.map(\.problem.prompt))
      var solutions = part.map { _ in [Int32]() }
      for step in 0..<task.stepCount {
        let drawn = writer.draw(
          task.stepLength, by: rule,
          from: part.map {
            streams.stream(step: step, attempt: $0.attempt, problem: $0.problem.index)
          })
        for row in drawn.indices { solutions[row] += drawn[row] }
      }
      for (request, solution) in zip(part, solutions) {
        known[request.problem, default: []].append(
          Sample(solution, to: request.problem, task: task))
      }
    }
    kept[rule] = known
    return problems.map { Array((known[$0] ?? []).prefix(count)) }
  }

  /// The tokens added to sequences, none empty, each from a stream of its own.
  public func continuations(
    of prefixes: [[Int32]], by count: Int, from streams: [SplittableRandom],
    rule: SamplingRule? = nil
  ) throws -> [[Int32]] {
    precondition(prefixes.count == streams.count, "\(streams.count) streams of \(prefixes.count)")
    var results = prefixes.map { _ in [Int32]() }
    let byLength = Dictionary(grouping: prefixes.indices) { prefixes[$0].count }
    for (_, rows) in byLength.sorted(by: { $0.key < $1.key }) {
      for start in stride(from: 0, to: rows.count, by: batch) {
        let part = rows[start..<min(start + batch, rows.count)]
        let writer = try SequenceWriter(policy, part.map { prefixes[$0] })
        let drawn = writer.draw(count, by: rule ?? policy.rule, from: part.map { streams[$0] })
        for (row, tokens) in zip(part, drawn) { results[row] = tokens }
      }
    }
    return results
  }
}
