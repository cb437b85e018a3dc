internal import Foundation
public import Statistics

extension MetricLadder.Stage {
  /// Whether a larger value means a better model; the Brier score alone is better when smaller.
  public var higherIsBetter: Bool { self != .brier }
}

/// How a model answered one multiple-choice item.
public struct MultipleChoiceOutcome: Sendable, Hashable {
  /// `ln p_V(choice)` of each choice, in nats, not normalised.
  public let logLikelihoods: [Double]
  /// The normalised score of each choice.
  public let scores: [Double]
  /// The index of the right choice.
  public let answer: Int

  /// Creates an outcome.
  public init(logLikelihoods: [Double], scores: [Double], answer: Int) {
    self.logLikelihoods = logLikelihoods
    self.scores = scores
    self.answer = answer
  }

  /// The choice with the largest score; nil if several share it.
  public var prediction: Int? {
    guard let largest = scores.max() else { return nil }
    let best = scores.indices.filter { scores[$0] == largest }
    return best.count == 1 ? best[0] : nil
  }

  /// The value of one stage of the ladder [14]. `logProbability` and `probability` are those of the
  /// right choice over the whole vocabulary. `choiceProbability` is the softmax of the scores over
  /// the choices, from which Brier's score follows; accuracy is 1 if the right choice alone has the
  /// largest score: a tie is wrong.
  public func value(_ stage: MetricLadder.Stage) -> Double {
    let values =
      switch stage {
      case .logProbability, .probability: logLikelihoods
      case .choiceProbability, .brier, .accuracy: scores
      }
    return MetricLadder.Item(logProbabilities: [values], correct: answer).metric(stage)[0]
  }
}

/// The answers of one model to a list of multiple-choice items, at all stages of the ladder [14].
public struct MultipleChoiceEvaluation: Sendable, Hashable {
  /// How scores are normalised.
  public let normalization: LengthNormalization
  /// The outcome of each item.
  public let outcomes: [MultipleChoiceOutcome]

  /// Scores the choices of all items, at least one. The scorer is handed at most `batchSize`
  /// requests at once; the choices of one item may be spread over two batches. Throws
  /// `MultipleChoiceError` for an item that cannot be scored, or a score that is NaN or +∞, or −∞
  /// for all choices of an item; whatever the scorer throws.
  public init(
    items: [MultipleChoiceItem], scorer: some SequenceScorer,
    normalization: LengthNormalization = .none, batchSize: Int = 64
  ) throws {
    precondition(batchSize > 0, "a batch holds at least one request")
    guard !items.isEmpty else {
      throw MultipleChoiceError.item(index: 0, problem: "there are no items")
    }
    for (index, item) in items.enumerated() { try normalization.check(item, index: index) }
    var requests = items.flatMap { item in
      item.choices.map { ScoringRequest(prompt: item.prompt, completion: $0) }
    }
    let conditional = requests.count
    if case .unconditional(let neutral) = normalization {
      requests += requests.map { ScoringRequest(prompt: neutral, completion: $0.completion) }
    }
    var scores: [Double] = []
    scores.reserveCapacity(requests.count)
    for start in Swift.stride(from: 0, to: requests.count, by: batchSize) {
      let batch = Array(requests[start..<min(start + batchSize, requests.count)])
      let found = try scorer.logLikelihoods(of: batch)
      guard found.count == batch.count else {
        throw MultipleChoiceError.scoreCount(found: found.count, expected: batch.count)
      }
      scores += found
    }
    var outcomes: [MultipleChoiceOutcome] = []
    var next = 0
    for (index, item) in items.enumerated() {
      let range = next..<next + item.choices.count
      next = range.upperBound
      let unconditional =
        requests.count > conditional
        ? Array(scores[range.lowerBound + conditional..<range.upperBound + conditional]) : []
      let likelihoods = Array(scores[range])
      let normalised = normalization.scores(
        item, logLikelihoods: likelihoods, unconditional: unconditional)
      for values in [likelihoods, normalised] {
        if let bad = values.firstIndex(where: { $0.isNaN || $0 == .infinity }) {
          throw MultipleChoiceError.score(item: index, choice: bad, found: values[bad])
        }
        if values.allSatisfy({ $0 == -.infinity }) {
          throw MultipleChoiceError.score(item: index, choice: 0, found: -.infinity)
        }
      }
      outcomes.append(
        MultipleChoiceOutcome(
          logLikelihoods: likelihoods, scores: normalised, answer: item.answer))
    }
    self.normalization = normalization
    self.outcomes = outcomes
  }

  /// The mean over items of one stage.
  public subscript(stage: MetricLadder.Stage) -> Double {
    outcomes.reduce(0) { $0 + $1.value(stage) } / Double(outcomes.count)
  }

  /// The standard error of a stage's mean over items drawn at random; NaN for a single item.
  public func standardError(_ stage: MetricLadder.Stage) -> Double {
    let mean = self[stage]
    let squares = outcomes.reduce(0) { sum, outcome in
      let deviation = outcome.value(stage) - mean
      return sum + deviation * deviation
    }
    let count = Double(outcomes.count)
    return (squares / (count - 1) / count).squareRoot()
  }

  /// The number of items on which several choices share the largest score.
  public var tieCount: Int { outcomes.count { $0.prediction == nil } }

  /// The accuracy of a guesser: the mean of 1/choices.
  public var chanceLevel: Double {
    outcomes.reduce(0) { $0 + 1 / Double($1.scores.count) } / Double(outcomes.count)
  }
}
