import Statistics
import Testing

/// The catalogue's check [14].
@Suite struct MetricLadderTests {
  static let logCompute = (0..<12).map { 30 + Double($0) }

  /// Items whose log p_V(correct) is linear in ln C plus small noise, with wrong options whose log
  /// masses are independent random walks over the models.
  private func simulate(wrongNoise: Double, items count: Int = 200) -> [MetricLadder.Item] {
    (0..<count).map { index in
      var random = SplittableRandom(seed: 14).split(index)
      let slope = 0.1 + 0.2 * random.nextUniform()
      let start = -4 - random.nextUniform()
      var wrong = (0..<3).map { _ in -3.5 - random.nextUniform() }
      let rows = Self.logCompute.map { c -> [Double] in
        let correct = start + slope * (c - 30) + 0.05 * random.nextNormal()
        for option in wrong.indices { wrong[option] += wrongNoise * random.nextNormal() }
        return [wrong[0], correct, wrong[1], wrong[2]]
      }
      return MetricLadder.Item(logProbabilities: rows, correct: 1)
    }
  }

  @Test(arguments: [Correlation.spearman, .kendall])
  func predictabilityFallsAlongTheChain(_ correlation: Correlation) throws {
    let ladder = try MetricLadder(
      logCompute: Self.logCompute, items: simulate(wrongNoise: 0.6), correlation: correlation)
    let medians = MetricLadder.Stage.allCases.map { ladder[$0].medianMagnitude }
    // Rank correlations cannot see the exponential between stages 1 and 2.
    #expect(medians[1] == medians[0])
    #expect(medians[0] > 0.8)
    #expect(medians[2] < medians[1] - 0.03)
    #expect(ladder[.accuracy].medianMagnitude < medians[2] - 0.03)
    #expect(ladder[.accuracy].medianMagnitude == medians.min())
    // Share of items above a threshold: the complementary distribution falls with the threshold.
    let shares = [-1.1, 0.0, 0.9, 1.1].map { ladder[.choiceProbability].share(above: $0) }
    #expect(shares.first == 1 && shares.last == 0)
    for (a, b) in zip(shares, shares.dropFirst()) { #expect(a >= b) }
  }

  @Test func pearsonFallsAtEveryStep() throws {
    let ladder = try MetricLadder(
      logCompute: Self.logCompute, items: simulate(wrongNoise: 0.6), correlation: .pearson)
    let medians = [
      MetricLadder.Stage.logProbability, .probability, .choiceProbability, .accuracy,
    ].map { ladder[$0].medianMagnitude }
    for (a, b) in zip(medians, medians.dropFirst()) { #expect(b < a) }
  }

  /// With constant wrong options p_C is a monotone function of p_V: the drop vanishes exactly.
  @Test func noDropWithoutWrongOptionNoise() throws {
    let ladder = try MetricLadder(logCompute: Self.logCompute, items: simulate(wrongNoise: 0))
    #expect(ladder[.choiceProbability].correlations == ladder[.probability].correlations)
    // Brier falls where p_C rises only if the wrong shares keep their proportions: they do.
    for (brier, choice) in zip(
      ladder[.brier].correlations, ladder[.choiceProbability].correlations)
    {
      #expect(abs(brier + choice) < 1e-12)
    }
  }

  @Test func choiceProbabilitiesSumToOne() {
    // Log probabilities far below the smallest double's logarithm.
    let row = [-2000.0, -2001.5, -1999.2]
    let total = (0..<3).reduce(0.0) { sum, option in
      let item = MetricLadder.Item(logProbabilities: [row], correct: option)
      return sum + item.metric(.choiceProbability)[0]
    }
    #expect(abs(total - 1) < 1e-14)
    let single = MetricLadder.Item(logProbabilities: [[-3], [-900]], correct: 0)
    #expect(single.metric(.choiceProbability) == [1, 1])
    #expect(single.metric(.accuracy) == [1, 1])
    #expect(single.metric(.brier) == [0, 0])
  }

  @Test func tiesAreWrongAndConstantsCounted() throws {
    let item = MetricLadder.Item(logProbabilities: [[-1, -1], [-1, -1]], correct: 0)
    #expect(item.metric(.accuracy) == [0, 0])
    #expect(item.metric(.brier) == [0.5, 0.5])
    let ladder = try MetricLadder(logCompute: [1, 2], items: [item])
    #expect(ladder[.accuracy].constantItems == 1)
    #expect(ladder[.accuracy].medianMagnitude == 0)
  }

  @Test func badItemsAreNamed() {
    #expect(throws: StatisticsError.invalidValue(what: "correct option", index: 0, value: 2)) {
      try MetricLadder(
        logCompute: [1, 2], items: [.init(logProbabilities: [[0, 1], [1, 2]], correct: 2)])
    }
    #expect(
      throws: StatisticsError.lengthMismatch(what: "models of item 0", found: 1, expected: 2)
    ) {
      try MetricLadder(
        logCompute: [1, 2], items: [.init(logProbabilities: [[0, 1]], correct: 1)])
    }
  }
}
