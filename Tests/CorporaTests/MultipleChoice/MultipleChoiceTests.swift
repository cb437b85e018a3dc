import Corpora
import Foundation
import Statistics
import Testing

/// A scorer that looks up probabilities.
struct TableScorer: SequenceScorer {
  var probabilities: [ScoringRequest: Double]

  func logLikelihoods(of requests: [ScoringRequest]) throws -> [Double] {
    requests.map { log(probabilities[$0] ?? 0) }
  }
}

/// The scorer of a language that is known exactly.
struct SourceScorer: SequenceScorer {
  var source: MarkovSource

  func logLikelihoods(of requests: [ScoringRequest]) throws -> [Double] {
    requests.map { request in
      let window = request.prompt + request.completion
      return -source.logLosses(of: window.span).suffix(request.completion.count).reduce(0, +)
    }
  }
}

/// A scorer that returns what it is told and counts its calls.
final class ScriptedScorer: SequenceScorer {
  var scores: [Double]
  var batches: [Int] = []

  init(_ scores: [Double]) { self.scores = scores }

  func logLikelihoods(of requests: [ScoringRequest]) throws -> [Double] {
    batches.append(requests.count)
    let taken = Array(scores.prefix(requests.count))
    scores.removeFirst(taken.count)
    return taken
  }
}

@Suite struct MultipleChoiceTests {
  static func scorer(_ entries: [([Int32], [Int32], Double)]) -> TableScorer {
    TableScorer(
      probabilities: Dictionary(
        uniqueKeysWithValues: entries.map {
          (ScoringRequest(prompt: $0.0, completion: $0.1), $0.2)
        }))
  }

  @Test func allStagesByHand() throws {
    // p_V = 0.2, 0.1, 0.1, so p_C = 1/2, 1/4, 1/4; Brier = 1/4 + 1/16 + 1/16 = 3/8.
    let scorer = Self.scorer([([1], [2], 0.2), ([1], [3], 0.1), ([1], [4], 0.1)])
    let item = MultipleChoiceItem(prompt: [1], choices: [[2], [3], [4]], answer: 0)
    let result = try MultipleChoiceEvaluation(items: [item], scorer: scorer)
    #expect(abs(result[.logProbability] - log(0.2)) < 1e-15)
    #expect(abs(result[.probability] - 0.2) < 1e-15)
    #expect(abs(result[.choiceProbability] - 0.5) < 1e-15)
    #expect(abs(result[.brier] - 0.375) < 1e-15)
    #expect(result[.accuracy] == 1)
    #expect(result.outcomes[0].prediction == 0)
    #expect(abs(result.chanceLevel - 1.0 / 3) < 1e-15)
    #expect(result.standardError(.accuracy).isNaN)
  }

  @Test func directionsAndOrder() {
    // The order of [14]: likelihood, probability, probability among choices, Brier and accuracy.
    #expect(
      MetricLadder.Stage.allCases
        == [.logProbability, .probability, .choiceProbability, .brier, .accuracy])
    #expect(MetricLadder.Stage.allCases.map(\.higherIsBetter) == [true, true, true, false, true])
  }

  @Test func everyStageImprovesInItsDirection() throws {
    // More mass on the right choice, taken from a wrong one.
    func evaluation(_ mass: Double) throws -> MultipleChoiceEvaluation {
      let scorer = Self.scorer([([1], [2], mass), ([1], [3], 0.5 - mass)])
      return try MultipleChoiceEvaluation(
        items: [.init(prompt: [1], choices: [[2], [3]], answer: 0)], scorer: scorer)
    }
    let (worse, better) = (try evaluation(0.2), try evaluation(0.3))
    for stage in MetricLadder.Stage.allCases {
      #expect((better[stage] > worse[stage]) == stage.higherIsBetter)
    }
  }

  @Test func oneChoiceIsCertain() throws {
    let scorer = Self.scorer([([1], [2], 1e-9)])
    let result = try MultipleChoiceEvaluation(
      items: [.init(prompt: [1], choices: [[2]], answer: 0)], scorer: scorer)
    #expect(result[.choiceProbability] == 1 && result[.brier] == 0 && result[.accuracy] == 1)
  }

  @Test func tiesAreWrongAndCounted() throws {
    let scorer = Self.scorer([([1], [2], 0.2), ([1], [3], 0.2), ([1], [4], 0.1)])
    let items = [0, 2].map {
      MultipleChoiceItem(prompt: [1], choices: [[2], [3], [4]], answer: $0)
    }
    let result = try MultipleChoiceEvaluation(items: items, scorer: scorer)
    #expect(result[.accuracy] == 0)
    #expect(result.tieCount == 2)
    #expect(result.outcomes[0].prediction == nil)
  }

  @Test func normalisationDecidesBetweenLengths() throws {
    // ln p: −2 for one token of eight bytes, −3 for two tokens of two bytes; neutral: −1 and −4.
    let item = MultipleChoiceItem(
      prompt: [1], choices: [[2], [3, 4]], answer: 1, byteCounts: [8, 2])
    let scorer = Self.scorer([
      ([1], [2], exp(-2)), ([1], [3, 4], exp(-3)), ([9], [2], exp(-1)), ([9], [3, 4], exp(-4)),
    ])
    func scores(_ normalization: LengthNormalization) throws -> [Double] {
      let result = try MultipleChoiceEvaluation(
        items: [item], scorer: scorer, normalization: normalization)
      // The stages over the whole vocabulary do not depend on the normalisation.
      #expect(abs(result[.logProbability] + 3) < 1e-12)
      #expect(abs(result[.probability] - exp(-3)) < 1e-12)
      #expect(result.outcomes[0].prediction.map(Double.init) == result[.accuracy])
      return result.outcomes[0].scores
    }
    for (normalization, expected) in [
      (LengthNormalization.none, [-2.0, -3.0]), (.perToken, [-2, -1.5]),
      (.perByte, [-0.25, -1.5]), (.unconditional(prompt: [9]), [-1, 1]),
    ] {
      for (found, truth) in zip(try scores(normalization), expected) {
        #expect(abs(found - truth) < 1e-12)
      }
    }
  }

  @Test func choosingAmongAllCompletionsChangesNothing() throws {
    // If the choices are all completions of a length, p_C is p_V.
    let source = try MarkovSource(
      vocabularyCount: 3, order: 1, rows: .dirichlet(concentration: 1), seed: 4)
    let choices = (0..<9).map { [Int32($0 / 3), Int32($0 % 3)] }
    let items = (0..<9).map {
      MultipleChoiceItem(prompt: [Int32($0 % 3)], choices: choices, answer: $0)
    }
    let result = try MultipleChoiceEvaluation(items: items, scorer: SourceScorer(source: source))
    for outcome in result.outcomes {
      #expect(
        abs(outcome.value(.choiceProbability) - outcome.value(.probability)) < 1e-12)
    }
    // A chain of conditionals: the likelihood of two tokens is the product of two steps.
    let scorer = SourceScorer(source: source)
    let both = try scorer.logLikelihood(of: [1, 2], after: [0])
    let first = try scorer.logLikelihood(of: [1], after: [0])
    let second = try scorer.logLikelihood(of: [2], after: [0, 1])
    #expect(abs(both - first - second) < 1e-12)
  }

  @Test(arguments: [1, 2, 5, 100]) func batchesDoNotMatter(_ size: Int) throws {
    let scores = (0..<14).map { -Double($0 * $0 % 7) - 0.5 }
    let items = [2, 3, 2].map { count in
      MultipleChoiceItem(
        prompt: [1], choices: (0..<count).map { [Int32($0)] }, answer: count - 1)
    }
    let scorer = ScriptedScorer(scores)
    let result = try MultipleChoiceEvaluation(
      items: items, scorer: scorer, normalization: .unconditional(prompt: [0]), batchSize: size)
    #expect(scorer.batches.reduce(0, +) == 14)
    #expect(scorer.batches.allSatisfy { $0 <= size })
    #expect(result.outcomes[1].logLikelihoods == Array(scores[2..<5]))
    #expect(result.outcomes[1].scores == (2..<5).map { scores[$0] - scores[$0 + 7] })
  }

  @Test func meansAndStandardErrors() throws {
    let scorer = ScriptedScorer([-1, -2, -1, -2, -1, -2, -1, -2])
    let items = [0, 0, 0, 1].map {
      MultipleChoiceItem(prompt: [1], choices: [[2], [3]], answer: $0)
    }
    let result = try MultipleChoiceEvaluation(items: items, scorer: scorer)
    #expect(result[.accuracy] == 0.75)
    // Deviations ¼, ¼, ¼, −¾: squares sum to ¾, so the error is √(¾/3/4) = ¼.
    #expect(abs(result.standardError(.accuracy) - 0.25) < 1e-15)
  }

  @Test func badItemsAndScoresAreRefused() {
    let good = MultipleChoiceItem(prompt: [1], choices: [[2], [3]], answer: 0)
    func error(
      _ items: [MultipleChoiceItem], _ scores: [Double],
      _ normalization: LengthNormalization = .none
    ) -> MultipleChoiceError? {
      do {
        _ = try MultipleChoiceEvaluation(
          items: items, scorer: ScriptedScorer(scores), normalization: normalization)
        return nil
      } catch { return error as? MultipleChoiceError }
    }
    #expect(error([good], [-1, -2]) == nil)
    #expect(error([], []) == .item(index: 0, problem: "there are no items"))
    var bad = good
    bad.answer = 2
    #expect(
      error([good, bad], [-1, -2, -1, -2])
        == .item(index: 1, problem: "the answer is choice 2, but there are 2"))
    bad = good
    bad.choices[1] = []
    #expect(error([bad], [-1, -2]) == .item(index: 0, problem: "choice 1 has no tokens"))
    #expect(error([good], [-1, -2], .perByte) != nil)
    #expect(error([good], [-1]) == .scoreCount(found: 1, expected: 2))
    #expect(error([good], [-1, .infinity]) == .score(item: 0, choice: 1, found: .infinity))
    #expect(error([good], [.nan, -1]) != nil)
    #expect(error([good], [-.infinity, -.infinity]) != nil)
    #expect(error([good], [-1, -.infinity]) == nil)
  }
}
