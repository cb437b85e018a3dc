import RunTables
import Strategies
import Testing

@Suite struct AnswerSelectionTests {
  static func attempts(_ rows: [(answer: String?, score: Double)]) -> [OutcomeAttempt] {
    rows.map { OutcomeAttempt(correct: false, score: $0.score, answer: $0.answer) }
  }

  @Test func choicesByHand() {
    let attempts = Self.attempts([
      ("7", 0.2), (nil, 0.99), ("3", 0.5), ("7", 0.25), ("4", 0.6), ("3", 0.4), ("9", 0.1),
      ("7", 0.1),
    ])
    #expect(AnswerSelection.first.choice(among: attempts) == 0)
    #expect(AnswerSelection.best.choice(among: attempts) == 4)
    #expect(AnswerSelection.majority.choice(among: attempts) == 0)
    // Sums: 7 has .55, 3 has .9, 4 has .6.
    #expect(AnswerSelection.weighted.choice(among: attempts) == 2)
  }

  @Test func equalScoresAreAMajorityAndTiesGoToTheFirst() {
    for score in [0, 0.5] {
      let attempts = Self.attempts([("a", score), ("b", score), ("c", score), ("b", score)])
      #expect(AnswerSelection.weighted.choice(among: attempts) == 1)
      #expect(AnswerSelection.best.choice(among: attempts) == 0)
      let tied = Self.attempts([("c", score), ("a", score), ("a", score), ("c", score)])
      #expect(AnswerSelection.majority.choice(among: tied) == 0)
      #expect(AnswerSelection.weighted.choice(among: tied) == 0)
    }
  }

  @Test func withoutAnswersThereIsNoChoice() {
    let silent = Self.attempts([(nil, 1), (nil, 0.5)])
    for selection in AnswerSelection.allCases {
      #expect(selection.choice(among: silent) == nil)
      #expect(selection.choice(among: []) == nil)
    }
  }

  @Test func aggregatesByHand() {
    let scores = [0.5, 0.2, 0.9]
    #expect(StepAggregate.last.value(of: scores) == 0.9)
    #expect(StepAggregate.min.value(of: scores) == 0.2)
    #expect(abs(StepAggregate.mean.value(of: scores) - 1.6 / 3) < 1e-12)
    #expect(abs(StepAggregate.product.value(of: scores) - 0.09) < 1e-12)
  }
}
