import LanguageModels
import Statistics
import Testing

@Suite struct SamplingRuleTests {
  /// Logarithms of 0.5, 0.25, 0.15, 0.1.
  static let logits = [
    -0.6931471805599453, -1.3862943611198906, -1.8971199848858813, -2.302585092994046,
  ]

  private func expect(
    _ rule: SamplingRule, _ expected: [Double], present: [Int32] = [],
    _ location: SourceLocation = #_sourceLocation
  ) {
    let found = rule.probabilities(logits: Self.logits, present: present)
    for (one, other) in zip(found, expected) {
      #expect(abs(one - other) < 1e-12, "\(found)", sourceLocation: location)
    }
  }

  @Test func noFilterLeavesSoftmax() { expect(SamplingRule(), [0.5, 0.25, 0.15, 0.1]) }

  @Test func temperatureSharpens() {
    let squares = [0.25, 0.0625, 0.0225, 0.01]
    let sum = squares.reduce(0, +)
    expect(SamplingRule(temperature: 0.5), squares.map { $0 / sum })
    expect(.greedy, [1, 0, 0, 0])
  }

  @Test func topKKeepsTheMostProbable() {
    expect(SamplingRule(topK: 2), [2.0 / 3, 1.0 / 3, 0, 0])
    expect(SamplingRule(topK: 99), [0.5, 0.25, 0.15, 0.1])
  }

  @Test func topPKeepsTheSmallestSetThatReachesIt() {
    expect(SamplingRule(topP: 0.74), [2.0 / 3, 1.0 / 3, 0, 0])
    expect(SamplingRule(topP: 0.76), [0.5 / 0.9, 0.25 / 0.9, 0.15 / 0.9, 0])
    expect(SamplingRule(topP: 1e-9), [1, 0, 0, 0])
  }

  @Test func minPIsRelativeToTheMostProbable() {
    expect(SamplingRule(minP: 0.4), [2.0 / 3, 1.0 / 3, 0, 0])
    expect(SamplingRule(minP: 0.25), [0.5 / 0.9, 0.25 / 0.9, 0.15 / 0.9, 0])
  }

  @Test func theRepetitionPenaltyLowersLogitsOfEitherSign() {
    // Negative logits are multiplied: 0.5 becomes 0.5².
    let weights = [0.25, 0.25, 0.15, 0.1]
    expect(
      SamplingRule(repetitionPenalty: 2), weights.map { $0 / 0.75 }, present: [0, 0])
    let positive = SamplingRule(repetitionPenalty: 2).probabilities(
      logits: [2.0, 1.0], present: [Int32(0)])
    #expect(positive == [0.5, 0.5])
  }

  @Test func drawsFollowTheDistribution() {
    var random = SplittableRandom(seed: 5)
    var counts = [0, 0, 0, 0]
    let rule = SamplingRule(topK: 3)
    let draws = 100_000
    for _ in 0..<draws { counts[Int(rule.draw(logits: Self.logits, using: &random))] += 1 }
    for (count, p) in zip(counts, [0.5 / 0.9, 0.25 / 0.9, 0.15 / 0.9, 0]) {
      let deviation = (Double(draws) * p * (1 - p)).squareRoot()
      #expect(abs(Double(count) - Double(draws) * p) <= 4 * deviation)
    }
  }

  @Test func greedyTiesGoToTheLowestToken() {
    var random = SplittableRandom(seed: 5)
    #expect(SamplingRule.greedy.draw(logits: [1.0, 3.0, 3.0], using: &random) == 1)
  }

  @Test func impossibleSettingsAreNamed() {
    #expect(SamplingRule(temperature: -1).problem?.contains("temperature") == true)
    #expect(SamplingRule(topK: 0).problem?.contains("top-k") == true)
    #expect(SamplingRule(topP: 1.5).problem?.contains("top-p") == true)
    #expect(SamplingRule(minP: -0.1).problem?.contains("min-p") == true)
    #expect(SamplingRule(repetitionPenalty: 0).problem?.contains("penalty") == true)
    #expect(SamplingRule(temperature: 0.7, topK: 5, topP: 0.9, minP: 0.1).problem == nil)
  }
}
