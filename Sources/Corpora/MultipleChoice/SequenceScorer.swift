/// A completion whose likelihood after a prompt is asked for.
public struct ScoringRequest: Sendable, Hashable {
  /// The tokens that are given.
  public var prompt: [Int32]
  /// The tokens that are scored.
  public var completion: [Int32]

  /// Creates a request.
  public init(prompt: [Int32], completion: [Int32]) {
    self.prompt = prompt
    self.completion = completion
  }
}

/// What can say how likely a completion is: a language model, or a table in a test.
public protocol SequenceScorer {
  /// `Σ_i ln p(completion_i | prompt, completion_1 … completion_{i−1})` over the whole vocabulary,
  /// in nats, in the order of the requests. Requests that share a prompt follow each other, so that
  /// a scorer may read the prompt once.
  func logLikelihoods(of requests: [ScoringRequest]) throws -> [Double]
}

extension SequenceScorer {
  /// The log-likelihood of one completion, in nats.
  public func logLikelihood(of completion: [Int32], after prompt: [Int32]) throws -> Double {
    let request = ScoringRequest(prompt: prompt, completion: completion)
    let scores = try logLikelihoods(of: [request])
    guard scores.count == 1 else {
      throw MultipleChoiceError.scoreCount(found: scores.count, expected: 1)
    }
    return scores[0]
  }
}
