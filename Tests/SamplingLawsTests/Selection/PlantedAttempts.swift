import RunTables
import Statistics

/// Attempts with planted rates, answers, scores and a planted verifier.
struct PlantedAttempts {
  var problems = 50
  var attempts = 20
  /// The rate of a problem.
  var rate: @Sendable (inout SplittableRandom) -> Double = { $0.nextUniform() }
  /// Wrong attempts spread over so many answers alike.
  var wrongAnswers = 4
  /// The share of attempts that no answer can be read of; they are wrong.
  var unparseable = 0.0
  /// Scores are normal, right ones so much higher.
  var separation = 1.0
  /// Scores are higher for problems with a higher rate, by so much in all.
  var difficultyShift = 0.0
  /// Whether scores are rounded to halves, so that they tie.
  var ties = false
  var completeness = 0.9
  var soundness = 0.8
  var seed: UInt64 = 1

  func arm() -> OutcomeArm {
    let lists = (0..<problems).map { problem -> [OutcomeAttempt] in
      var random = SplittableRandom(seed: seed).split(problem)
      let rate = self.rate(&random)
      return (0..<attempts).map { _ in
        let right = random.nextUniform() < rate
        let readable = right || random.nextUniform() >= unparseable
        let wrong = "wrong \(random.nextIndex(below: wrongAnswers))"
        var score = random.nextNormal() + (right ? separation : 0) + difficultyShift * rate
        if ties { score = (score * 2).rounded() / 2 }
        let passes = random.nextUniform() < (right ? completeness : 1 - soundness)
        return OutcomeAttempt(
          correct: right, tokens: (100 + 400 * random.nextUniform()).rounded(), score: score,
          answer: readable ? (right ? "right" : wrong) : nil, passes: passes)
      }
    }
    return OutcomeArm(attempts: lists)
  }
}

/// Every subset of a number of items.
func subsets(of count: Int, size: Int) -> [[Int]] {
  guard size > 0 else { return [[]] }
  guard count >= size else { return [] }
  return subsets(of: count - 1, size: size)
    + subsets(of: count - 1, size: size - 1).map { $0 + [count - 1] }
}

/// An arm of one problem.
func oneProblem(_ attempts: [OutcomeAttempt]) -> OutcomeArm { OutcomeArm(attempts: [attempts]) }
