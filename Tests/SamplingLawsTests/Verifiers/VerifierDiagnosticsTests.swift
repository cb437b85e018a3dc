import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct VerifierDiagnosticsTests {
  private let bootstrap = ProblemBootstrap(resamples: 200)

  /// Areas and rates counted pair by pair.
  @Test(arguments: [false, true]) func equalsCounting(ties: Bool) throws {
    var arm = PlantedAttempts(problems: 40, attempts: 25, difficultyShift: 2, ties: ties).arm()
    arm.scores?[7] = .nan
    arm.strata = (0..<40).map { $0 % 3 == 0 ? "hard" : "easy" }
    let scores = try #require(arm.scores)
    let passes = try #require(arm.passes)
    let diagnostics = try VerifierDiagnostics(arm, bootstrap: bootstrap)
    func value(_ row: Int) -> Double { scores[row].isNaN ? -.infinity : scores[row] }
    func area(_ rows: [Int]) -> (above: Double, pairs: Double) {
      var above = 0.0
      var pairs = 0.0
      for one in rows where arm.correct[one] == 1 {
        for other in rows where arm.correct[other] == 0 {
          pairs += 1
          above += value(one) > value(other) ? 1 : value(one) == value(other) ? 0.5 : 0
        }
      }
      return (above, pairs)
    }
    let groups =
      [(diagnostics.overall, Array(0..<40))]
      + diagnostics.strata.map { group in
        (group, (0..<40).filter { arm.strata?[$0] == group.name })
      }
    #expect(diagnostics.strata.map(\.name) == ["hard", "easy"])
    for (group, problems) in groups {
      let each = problems.map { area(Array(arm.rows(ofProblem: $0))) }
      let above = each.reduce(0) { $0 + $1.above }
      let pairs = each.reduce(0) { $0 + $1.pairs }
      let with = each.filter { $0.pairs > 0 }
      let rows = problems.flatMap { Array(arm.rows(ofProblem: $0)) }
      let pooled = area(rows)
      let right = Double(rows.count { arm.correct[$0] == 1 })
      let passing = Double(rows.count { passes[$0] == 1 })
      let both = Double(rows.count { passes[$0] == 1 && arm.correct[$0] == 1 })
      func near(_ found: Double?, _ expected: Double) -> Bool {
        abs((found ?? .nan) - expected) < 1e-12
      }
      #expect(near(group.withinProblemArea?.value, above / pairs))
      #expect(near(group.meanProblemArea?.value, mean(with.map { $0.above / $0.pairs })))
      #expect(near(group.pooledArea, pooled.above / pooled.pairs))
      #expect(near(group.completeness?.value, both / right))
      #expect(
        near(group.falsePositiveRate?.value, (passing - both) / (Double(rows.count) - right)))
      #expect(near(group.precision?.value, both / passing))
      #expect(near(group.baseRate.value, right / Double(rows.count)))
      #expect(group.problems == problems.count && group.problemsWithPairs == with.count)
      #expect(group.attempts == rows.count)
    }
  }

  /// The pooled area of many attempts is dealt into buckets; shifting all scores of some attempts far
  /// out must not change it.
  @Test func bucketsDoNotChangeThePooledArea() throws {
    let arm = PlantedAttempts(problems: 200, attempts: 100, ties: true).arm()
    let diagnostics = try VerifierDiagnostics(arm, bootstrap: ProblemBootstrap(resamples: 2))
    var stretched = arm
    stretched.scores = arm.scores?.map { $0 > 2 ? $0 * 1e9 : $0 }
    let other = try VerifierDiagnostics(stretched, bootstrap: ProblemBootstrap(resamples: 2))
    #expect(diagnostics.overall.pooledArea == other.overall.pooledArea)
    // Counted by the values, which tie.
    var counts: [Double: (right: Double, wrong: Double)] = [:]
    for (score, correct) in zip(arm.scores ?? [], arm.correct) {
      counts[score, default: (0, 0)].right += Double(correct)
      counts[score, default: (0, 0)].wrong += Double(1 - correct)
    }
    var above = 0.0
    var wrong = 0.0
    var right = 0.0
    for score in counts.keys.sorted() {
      let here = counts[score] ?? (0, 0)
      above += here.right * (wrong + here.wrong / 2)
      wrong += here.wrong
      right += here.right
    }
    #expect(abs((diagnostics.overall.pooledArea ?? 0) - above / (right * wrong)) < 1e-12)
  }

  /// Scores that know only the difficulty: chance within problems, good over all.
  @Test func difficultyInflatesThePooledArea() throws {
    let arm = PlantedAttempts(
      problems: 200, attempts: 20, separation: 0, difficultyShift: 6
    ).arm()
    let diagnostics = try VerifierDiagnostics(arm, bootstrap: bootstrap)
    let within = try #require(diagnostics.overall.withinProblemArea)
    #expect(within.low < 0.5 && within.high > 0.5)
    #expect((diagnostics.overall.pooledArea ?? 0) > 0.7)
    #expect(diagnostics.warnings.contains { $0.contains("inflated by difficulty") })
    let fair = try VerifierDiagnostics(
      PlantedAttempts(problems: 200, attempts: 20, rate: { _ in 0.4 }).arm(),
      bootstrap: bootstrap)
    #expect(!fair.warnings.contains { $0.contains("inflated by difficulty") })
  }

  @Test func plantedVerifierIsFound() throws {
    let arm = PlantedAttempts(problems: 300, attempts: 30).arm()
    let overall = try VerifierDiagnostics(arm, bootstrap: bootstrap).overall
    #expect(abs((overall.completeness?.value ?? 0) - 0.9) < 0.02)
    #expect(abs((overall.falsePositiveRate?.value ?? 0) - 0.2) < 0.02)
    #expect(throws: SelectionError.missingColumn("score")) {
      try VerifierDiagnostics(
        oneProblem([OutcomeAttempt(correct: true)]), bootstrap: bootstrap)
    }
  }

  /// A verifier that likes long attempts is flagged [204]; one that likes right ones, which happen to be
  /// short, is not, although its choice is short.
  @Test func lengthBias() throws {
    func arm(likesLong: Double, rightIsShort: Bool) -> OutcomeArm {
      var random = SplittableRandom(seed: 31)
      return OutcomeArm(
        attempts: (0..<150).map { _ in
          (0..<16).map { _ in
            let right = random.nextUniform() < 0.4
            let tokens = 300 + 60 * random.nextNormal() - (rightIsShort && right ? 100 : 0)
            let score = random.nextNormal() + (right ? 1 : 0) + likesLong * (tokens - 300) / 60
            return OutcomeAttempt(correct: right, tokens: tokens, score: score)
          }
        })
    }
    let biased = try VerifierDiagnostics(
      arm(likesLong: 0.5, rightIsShort: false), bootstrap: bootstrap)
    let bias = try #require(biased.lengthBias)
    #expect(bias.samples == [1, 2, 4, 8, 16])
    #expect(abs(bias.ratio[0].value - 1) < 1e-12 && abs(bias.matchedRatio[0].value - 1) < 1e-12)
    #expect((bias.matchedRatio.last?.low ?? 0) > 1.05)
    #expect(biased.warnings.contains { $0.contains("long attempts") })
    let fair = try VerifierDiagnostics(
      arm(likesLong: 0, rightIsShort: true), bootstrap: bootstrap)
    #expect((fair.lengthBias?.ratio.last?.high ?? 1) < 0.97)
    #expect(!fair.warnings.contains { $0.contains("Choosing by score") })
  }

  /// Simpson: no relation within problems, a strong one over all [9].
  @Test func tokensFollowDifficulty() throws {
    var random = SplittableRandom(seed: 41)
    let arm = OutcomeArm(
      attempts: (0..<200).map { _ in
        let rate = random.nextUniform()
        return (0..<20).map { _ in
          OutcomeAttempt(
            correct: random.nextUniform() < rate,
            tokens: 1000 - 800 * rate + 50 * random.nextNormal())
        }
      })
    let spread = try TokenSpread(arm, bootstrap: bootstrap)
    #expect(abs(spread.withinProblemCorrelation.value) < 0.05)
    #expect(spread.pooledCorrelation.value < -0.4)
    #expect(spread.warnings.count == 1)
    // The pooled correlation is the ordinary one.
    let tokens = (arm.tokens ?? []).map { Double($0) }
    let right = arm.correct.map { Double($0) }
    #expect(
      abs(spread.pooledCorrelation.value - Correlation.pearson(tokens, right)) < 1e-9)
  }
}
