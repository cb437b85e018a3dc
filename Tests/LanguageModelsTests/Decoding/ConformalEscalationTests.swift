import Foundation
import LanguageModels
import Statistics
import Testing

/// Chunks that are handed over where they look strange [76].
@Suite struct ConformalEscalationTests {
  private typealias Calibration = ConformalEscalation.Calibration

  private func pairs(_ count: Int, maximumLength: Int = 64) -> [ConformalEscalation.Pair] {
    (0..<count).map { _ in
      (
        TableDistribution(vocabulary: 6, maximumLength: maximumLength, seed: 1, spread: 1),
        TableDistribution(vocabulary: 6, maximumLength: maximumLength, seed: 2, spread: 1)
      )
    }
  }

  private func escalation(
    alpha: Double, _ calibration: Calibration = .fixed(ConformalCalibration([])),
    takeover: ConformalEscalation.Takeover = .replaces, stops: Set<Int32> = [], samples: Int = 3
  ) -> ConformalEscalation {
    ConformalEscalation(
      chunkLength: 5, sampleCount: samples, turnCount: 4, alpha: alpha, calibration: calibration,
      takeover: takeover, stopTokens: stops, seed: 4)
  }

  /// Token by token from one model, with the stream that the documentation names.
  private func plain(
    _ model: any NextTokenDistribution, request: Int, sample: Int, stream: Int, limit: Int,
    stops: Set<Int32> = []
  ) -> [Int32] {
    var random = SplittableRandom(seed: 4).split(request).split(sample).split(stream)
    var tokens: [Int32] = [1, 2]
    model.clear()
    model.extend(
      &tokens, by: limit, rule: SamplingRule(temperature: 0.8), stopTokens: stops, using: &random)
    return Array(tokens.dropFirst(2))
  }

  @Test func theLimitsAreDraftAloneAndTargetAlone() throws {
    let request = ConformalEscalation.Request(index: 7, prompt: [1, 2])
    for stops: Set<Int32> in [[], [5]] {
      let draftOnly = try escalation(alpha: 0, stops: stops).run(request, pairs: pairs(3))
      let targetOnly = try escalation(alpha: 1, stops: stops).run(request, pairs: pairs(3))
      for sample in 0..<3 {
        #expect(
          draftOnly.samples[sample]
            == plain(
              pairs(1)[0].draft, request: 7, sample: sample, stream: 0, limit: 20, stops: stops))
        #expect(
          targetOnly.samples[sample]
            == plain(
              pairs(1)[0].target, request: 7, sample: sample, stream: 1, limit: 20, stops: stops))
      }
      #expect(draftOnly.turns.allSatisfy { $0.rate == 0 })
      #expect(targetOnly.turns.allSatisfy { $0.rate == 1 })
      #expect(draftOnly.cost.target.generatedTokens == 0)
    }
  }

  @Test func scoresArePerplexitiesUnderTheTarget() throws {
    let request = ConformalEscalation.Request(index: 0, prompt: [1, 2])
    let report = try escalation(alpha: 0, samples: 1).run(request, pairs: pairs(1))
    let target = pairs(1)[0].target
    for turn in 0..<4 {
      var sum = 0.0
      for place in 5 * turn..<5 * turn + 5 {
        target.clear()
        let prefix = [1, 2] + report.samples[0][..<place]
        let p = SamplingRule().probabilities(
          logits: target.scores(appending: Array(prefix), last: 1)[0])
        sum += log(p[Int(report.samples[0][place])])
      }
      #expect(abs(report.turns[turn].scores[0] - exp(-sum / 5)) < 1e-12)
    }
    // One pass a chunk; the last token of a chunk is taken in with the next one.
    #expect(report.cost.target.passes == 4)
    #expect(report.cost.target.processedTokens == 2 + 4 * 5 - 1)
    #expect(report.cost.draft.generatedTokens == 20)
  }

  @Test func whatIsAppendedStandsBehindTheDraft() throws {
    let request = ConformalEscalation.Request(index: 1, prompt: [1, 2])
    let report = try escalation(alpha: 1, takeover: .appends, samples: 1).run(
      request, pairs: pairs(1))
    #expect(report.samples[0].count == 4 * 10)
    #expect(report.cost.target.generatedTokens == 20 && report.cost.draft.generatedTokens == 20)
    let draft = plain(pairs(1)[0].draft, request: 1, sample: 0, stream: 0, limit: 5)
    #expect(Array(report.samples[0][..<5]) == draft)
  }

  @Test func theOrderOfRequestsDoesNotMatter() throws {
    let requests = (0..<8).map {
      ConformalEscalation.Request(index: $0, prompt: [Int32($0 % 6), 2])
    }
    let models = pairs(3)
    let calibrations = try escalation(alpha: 0).calibrations(
      (100..<112).map { .init(index: $0, prompt: [Int32($0 % 6), 2]) }, pairs: models)
    #expect(calibrations.count == 4 && calibrations.allSatisfy { $0.scores.count == 36 })
    for calibration: Calibration in [.fixed(calibrations[0]), .perTurn(calibrations), .online] {
      let setting = escalation(alpha: 0.4, calibration)
      let forward = try setting.run(requests, pairs: models)
      let backward = try setting.run(requests.reversed(), pairs: models)
      #expect(forward == backward.reversed())
      let rates = EscalationReport.ratesByTurn(forward)
      #expect(rates.count == 4 && rates.allSatisfy { $0 > 0.1 && $0 < 0.8 })
    }
  }

  /// Of three samples ranked among themselves exactly one has the highest perplexity.
  @Test func onlineCalibrationHasTheExactRate() throws {
    for (alpha, expected) in [(0.3, 0), (0.34, 1), (0.67, 2), (1, 3)] {
      let report = try escalation(alpha: alpha, .online).run(
        .init(index: 3, prompt: [0]), pairs: pairs(3))
      #expect(report.turns.allSatisfy { $0.escalated == expected })
      #expect(
        abs(ConformalCalibration.rate(alpha: alpha, count: 2) - Double(expected) / 3) < 1e-12)
    }
  }

  /// 0.4 of 51 ranks is 20/51 = 0.392.
  @Test func exchangeableScoresAreHandedOverAtTheRate() {
    var random = SplittableRandom(seed: 3)
    #expect(abs(ConformalCalibration.rate(alpha: 0.4, count: 50) - 20.0 / 51) < 1e-12)
    #expect(ConformalCalibration.rate(alpha: 0.3, count: 9) == 0.3)
    let trials = 20_000
    var (fixed, drifted, anew) = (0, 0, 0)
    for _ in 0..<trials {
      let first = ConformalCalibration((0..<50).map { _ in random.nextExponential() })
      fixed += first.pValue(random.nextExponential()) <= 0.4 ? 1 : 0
      // Later turns are stranger: ranked against first chunks too many are handed over.
      let later = (0..<50).map { _ in random.nextExponential() + 0.5 }
      let new = random.nextExponential() + 0.5
      drifted += first.pValue(new) <= 0.4 ? 1 : 0
      anew += ConformalCalibration(later).pValue(new) <= 0.4 ? 1 : 0
    }
    let error = (0.392 * 0.608 / Double(trials)).squareRoot()
    #expect(abs(Double(fixed) / Double(trials) - 20.0 / 51) < 4 * error)
    #expect(abs(Double(anew) / Double(trials) - 20.0 / 51) < 4 * error)
    #expect(Double(drifted) / Double(trials) > 0.5)
  }

  @Test func pValuesCountScoresNotBelow() {
    var calibration = ConformalCalibration([3, 1, 2, 2])
    #expect(calibration.pValue(2) == 4.0 / 5)
    #expect(calibration.pValue(3.5) == 1.0 / 5)
    #expect(calibration.pValue(0) == 1)
    calibration.insert(2.5)
    #expect(calibration.scores == [1, 2, 2, 2.5, 3])
    #expect(ConformalCalibration([]).pValue(9) == 1)
  }

  @Test func samplesEndAtAnswersAndAtTheContext() throws {
    let request = ConformalEscalation.Request(index: 2, prompt: [1])
    let answered = try escalation(alpha: 0.5, .online).run(request, pairs: pairs(3)) {
      $0.count >= 10
    }
    #expect(answered.turns.count == 2 && answered.samples.allSatisfy { $0.count == 10 })
    let short = try escalation(alpha: 0.5, .online).run(
      request, pairs: pairs(3, maximumLength: 12))
    #expect(short.samples.allSatisfy { $0.count == 12 })
    #expect(throws: ConfigurationError.self) {
      try escalation(alpha: 0.5).run(request, pairs: pairs(2))
    }
    #expect(throws: ConfigurationError.self) {
      try escalation(alpha: 1.5).run(request, pairs: pairs(3))
    }
  }
}
