import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct WeightedVoteTests {
  static let weightings: [VoteWeighting] = [
    .score, .softmax(temperature: 0.5), .minMax, .rank, .topShare(0.5), .topShare(1),
  ]

  /// With equal scores every draw is that of the plain vote.
  @Test(arguments: weightings) func equalScoresMakeAMajorityVote(weighting: VoteWeighting) throws {
    var arm = PlantedAttempts(problems: 12, attempts: 20, unparseable: 0.2).arm()
    arm.scores = arm.correct.map { _ in 0.3 }
    for unparseable in UnparseableAnswers.allCases {
      let weighted = WeightedVote(
        weighting: weighting, unparseable: unparseable, draws: 30, seed: 5)
      let plain = MajorityVote(unparseable: unparseable, exactBudget: 0, draws: 30, seed: 5)
      let a = try weighted.curves(of: arm).matrix.values
      let b = try plain.curves(of: arm).matrix.values
      for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-12) }
    }
  }

  /// The mass of each answer of a subset, written from the definitions.
  private func vote(_ subset: [Int], _ list: [OutcomeAttempt], _ weighting: VoteWeighting) -> Double
  {
    let scores = subset.map { list[$0].score ?? .nan }
    let least = scores.min() ?? 0
    let greatest = scores.max() ?? 0
    var masses = [0.0, 0.0, 0.0]
    for (place, index) in subset.enumerated() {
      let lower = Double(scores.count { $0 < scores[place] })
      let equal = Double(scores.count { $0 == scores[place] })
      let weight: Double
      switch weighting {
      case .score: weight = scores[place]
      case .softmax(let temperature):
        let sum = scores.reduce(0) { $0 + exponential($1 / temperature) }
        weight = exponential(scores[place] / temperature) / sum
      case .minMax:
        weight = greatest > least ? (scores[place] - least) / (greatest - least) : 1
      case .rank: weight = lower + (equal + 1) / 2
      case .topShare(let share):
        let kept = (share * Double(subset.count)).rounded(.up)
        let higher = Double(subset.count) - lower - equal
        weight = min(max((kept - higher) / equal, 0), 1)
      }
      masses[Int(list[index].answer ?? "") ?? 0] += weight
    }
    let most = masses.max() ?? 0
    let tied = masses.indices.filter { masses[$0] > most - 1e-9 }
    return tied.contains(0) ? 1 / Double(tied.count) : 0
  }

  private func exponential(_ x: Double) -> Double {
    // e^x by its series after halving, to keep the test free of the library's own function.
    var term = 1.0
    var sum = 1.0
    for k in 1..<30 {
      term *= x / 64 / Double(k)
      sum += term
    }
    for _ in 0..<6 { sum *= sum }
    return sum
  }

  @Test(arguments: weightings) func agreesWithEnumeration(weighting: VoteWeighting) throws {
    var random = SplittableRandom(seed: 21)
    for _ in 0..<4 {
      let list = (0..<7).map { _ -> OutcomeAttempt in
        let answer = random.nextIndex(below: 3)
        let score = Double(1 + random.nextIndex(below: 5)) / 4
        return OutcomeAttempt(correct: answer == 0, score: score, answer: String(answer))
      }
      let draws = 4000
      let curves = try WeightedVote(weighting: weighting, draws: draws).curves(
        of: oneProblem(list), samples: [1, 2, 3, 5, 7])
      for (column, n) in curves.samples.enumerated() {
        let all = subsets(of: 7, size: n)
        let expected = all.reduce(0) { $0 + vote($1, list, weighting) } / Double(all.count)
        let error = max(curves.variances?[0, column] ?? 0, 0).squareRoot()
        let found = curves.matrix[0, column]
        #expect(
          abs(found - expected) < 4.5 * error + 1e-9, "\(found) for \(expected) at \(n)")
      }
    }
  }

  @Test func negativeScoresAreNormalised() throws {
    var list = [(true, -1.0), (true, -1.1), (false, -5.0)].map {
      OutcomeAttempt(correct: $0.0, score: $0.1, answer: $0.0 ? "r" : "w")
    }
    // Raw sums, −2.1 against −5, choose right here too; with one wrong vote of −2 they would not.
    list[2].score = -2
    let curves = try WeightedVote().curves(of: oneProblem(list), samples: [3])
    #expect(curves.matrix[0, 0] == 1)
    #expect(curves.warnings.count == 1)
    #expect(throws: SelectionError.self) {
      try WeightedVote(weighting: .softmax(temperature: 0)).curves(of: oneProblem(list))
    }
  }

  @Test func scoresHelpWhereTheyTell() throws {
    let arm = PlantedAttempts(
      problems: 80, attempts: 32, rate: { 0.1 + 0.3 * $0.nextUniform() }, wrongAnswers: 2,
      separation: 2
    ).arm()
    let plain = try MajorityVote().curves(of: arm, samples: [16])
    let weighted = try WeightedVote(weighting: .softmax(temperature: 0.7)).curves(
      of: arm, samples: [16])
    let best = try WeightedVote(weighting: .topShare(0.5)).curves(of: arm, samples: [16])
    let bootstrap = ProblemBootstrap(resamples: 300)
    for better in [weighted, best] {
      let comparison = try PairedComparison(better, plain, bootstrap: bootstrap)
      #expect(comparison.differences[0].difference.low > 0.05)
    }
    // Scores that tell nothing do not help.
    let blind = PlantedAttempts(
      problems: 80, attempts: 32, rate: { 0.1 + 0.3 * $0.nextUniform() }, wrongAnswers: 2,
      separation: 0
    ).arm()
    let none = try PairedComparison(
      try WeightedVote(weighting: .topShare(0.5)).curves(of: blind, samples: [16]),
      try MajorityVote().curves(of: blind, samples: [16]), bootstrap: bootstrap)
    #expect(none.differences[0].difference.low < 0.03)
  }
}
