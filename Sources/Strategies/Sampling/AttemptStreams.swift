public import Statistics

/// Where chance comes from: a stream for each step of each attempt at each problem.
///
/// What attempt i at problem q draws depends on the seed, q and i alone, whatever the batch, the
/// number of threads and the budget. Strategies that search give the places of their candidates the
/// streams of attempts, so that all of them coincide at a budget of one.
public struct AttemptStreams: Sendable, Hashable {
  /// Names all streams.
  public var seed: UInt64

  /// The streams of a seed.
  public init(seed: UInt64) { self.seed = seed }

  /// The stream of an attempt, from 0, at the problem of an index; each step has a part of its own.
  public func stream(attempt: Int, problem: Int) -> SplittableRandom {
    SplittableRandom(seed: seed).split(problem).split(attempt)
  }

  /// The stream of a step, from 0, of an attempt, from 0.
  public func stream(step: Int, attempt: Int, problem: Int) -> SplittableRandom {
    stream(attempt: attempt, problem: problem).split(step)
  }
}
