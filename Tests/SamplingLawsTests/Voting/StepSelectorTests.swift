import RunTables
import SamplingLaws
import Testing

struct StepSelectorTests {
  private let arm = oneProblem([
    OutcomeAttempt(correct: true, answer: "r", stepScores: [0.5, 0.75, 0.5]),
    OutcomeAttempt(correct: false, answer: "w", stepScores: [0.25, 1]),
    OutcomeAttempt(correct: false, answer: "v", stepScores: [0.5, 0.25, 1, 0.5]),
    OutcomeAttempt(correct: true, answer: "r", stepScores: []),
  ])

  @Test func aggregations() throws {
    let steps = try #require(arm.stepScores)
    let expected: [StepAggregation: [Double]] = [
      .min: [0.5, 0.25, 0.25], .last: [0.5, 1, 0.5], .average: [1.75 / 3, 0.625, 0.5625],
      .product: [0.1875, 0.25, 0.0625],
    ]
    for aggregation in StepAggregation.allCases {
      let scores = steps.scores(aggregation)
      #expect(scores.count == 4 && scores[3].isNaN)
      for (value, wanted) in zip(scores, expected[aggregation] ?? []) {
        #expect(abs(value - wanted) < 1e-7)
      }
    }
  }

  @Test func namesAndChoices() throws {
    let names = StepSelector.all.map(\.name)
    #expect(
      names == [
        "prm_min_max", "prm_min_vote", "prm_last_max", "prm_last_vote", "prm_avg_max",
        "prm_avg_vote", "prm_product_max", "prm_product_vote",
      ])
    var found: [String: Double] = [:]
    for selector in StepSelector.all {
      let curves = try selector.curves(of: arm, samples: [4])
      #expect(curves.selector == selector.name)
      found[selector.name] = curves.matrix[0, 0]
    }
    // The highest minimum is the right one's; last step, mean and product prefer the second attempt.
    #expect(found["prm_min_max"] == 1)
    #expect(found["prm_last_max"] == 0)
    #expect(found["prm_avg_max"] == 0)
    #expect(found["prm_product_max"] == 0)
    // The fourth attempt has no steps and adds nothing to its answer.
    #expect(found["prm_min_vote"] == 1)
    #expect(found["prm_last_vote"] == 0)
  }
}
