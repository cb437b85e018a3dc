import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

@Suite struct CoverageTests {
  @Test func goldenValues() {
    #expect(abs(Coverage.passAtK(4, correct: 3, attempts: 10) - 0.8333333) < 1e-6)
    #expect(abs(Coverage.passHatK(2, correct: 3, attempts: 10) - 0.0666667) < 1e-6)
  }

  /// The mean over all subsets of size k of whether any, and whether all, are right.
  @Test(arguments: 1...10) func everySubsetIsCounted(attempts: Int) {
    for correct in 0...attempts {
      for k in 1...attempts {
        var any = 0
        var all = 0
        var subsets = 0
        for subset in 0..<(1 << attempts) where subset.nonzeroBitCount == k {
          // The first `correct` attempts are the right ones.
          let right = subset & ((1 << correct) - 1)
          subsets += 1
          any += right != 0 ? 1 : 0
          all += right == subset ? 1 : 0
        }
        let pass = Coverage.passAtK(k, correct: correct, attempts: attempts)
        let hat = Coverage.passHatK(k, correct: correct, attempts: attempts)
        #expect(abs(pass - Double(any) / Double(subsets)) < 1e-14)
        #expect(abs(hat - Double(all) / Double(subsets)) < 1e-14)
      }
    }
  }

  @Test func aMillionAttempts() {
    // One success: the chance is exactly k/N. Two: 1 − (N − k)(N − k − 1)/(N(N − 1)).
    let n = 1_000_000
    #expect(abs(Coverage.passAtK(250_000, correct: 1, attempts: n) - 0.25) < 1e-15)
    #expect(abs(Coverage.passAtK(1, correct: 7, attempts: n) / 7e-6 - 1) < 1e-14)
    #expect(
      abs(Coverage.passAtK(500_000, correct: 2, attempts: n) - 0.75) < 1e-6)
    #expect(Coverage.passAtK(500_000, correct: 500_000, attempts: n) == 1)
    #expect(Coverage.passHatK(500_000, correct: 500_000, attempts: n) == 0)
    let clock = ContinuousClock()
    let time = clock.measure {
      var k = 1
      while k < n {
        _ = Coverage.passAtK(k, correct: 40_000, attempts: n)
        _ = Coverage.passHatK(k, correct: 990_000, attempts: n)
        k *= 2
      }
    }
    #expect(time < .milliseconds(100))
  }

  @Test func curvesEqualThePlainBootstrapOfTheProblemMatrix() {
    let arm = PlantedWorld(problems: 40, attempts: 11, components: [.init(a: 0.4, b: 1)])
      .table(seed: 2).arms[0]
    let bootstrap = ProblemBootstrap(resamples: 200, seed: 5)
    let curve = CoverageCurve(arm, bootstrap: bootstrap)
    #expect(curve.points.map(\.k) == [1, 2, 4, 8, 11])
    var matrix = ProblemMatrix(columnCount: 5)
    for problem in 0..<40 {
      let c = arm.rows(ofProblem: problem).reduce(0) { $0 + Int(arm.correct[$1]) }
      matrix.append(curve.points.map { Coverage.passAtK($0.k, correct: c, attempts: 11) })
    }
    for (point, expected) in zip(curve.points, bootstrap.means(of: matrix)) {
      #expect(abs(point.coverage.value - expected.value) < 1e-13)
      #expect(abs(point.coverage.low - expected.low) < 1e-13)
      #expect(abs(point.coverage.high - expected.high) < 1e-13)
    }
    // worst ≤ average ≤ best, and all the same for one attempt.
    for point in curve.points {
      #expect(point.reliability.value <= curve.accuracy.value + 1e-15)
      #expect(curve.accuracy.value <= point.coverage.value + 1e-15)
    }
    #expect(curve.points[0].coverage == curve.accuracy)
    #expect(curve.points[0].reliability == curve.accuracy)
    #expect(abs(curve.points[4].coverage.value - (1 - curve.neverSolved.value)) < 1e-14)
    #expect(abs(curve.points[4].reliability.value - curve.alwaysSolved.value) < 1e-14)
  }

  @Test func raggedTablesNameWhatLimitsThem() throws {
    let counts = AttemptCounts(
      problems: ["a", "b", "c", "d"], attempts: [100, 6, 120, 90], correct: [50, 0, 120, 3])
    let curve = CoverageCurve(counts)
    #expect(curve.smallestN == 6)
    #expect(curve.points.map(\.k) == [1, 2, 4, 6])
    #expect(curve.neverSolved.value == 0.25)
    #expect(curve.alwaysSolved.value == 0.25)
    let sentence = try #require(curve.warnings.first)
    #expect(sentence.contains("k = 6") && sentence.contains("b (6)"))
    let even = CoverageCurve(AttemptCounts(attempts: [60, 100, 90], correct: [1, 2, 3]))
    #expect(!even.warnings.contains { $0.contains("far below") })
  }

  @Test func strataAreCurvesOfTheirOwn() {
    var arm = OutcomeArm(
      problems: ["p", "q", "r"], starts: [0, 2, 4, 6], correct: [1, 1, 0, 0, 0, 1])
    arm.strata = ["easy", "hard", "hard"]
    let curves = CoverageCurve.strata(of: arm)
    #expect(curves.map(\.name) == ["easy", "hard"])
    #expect(curves.map(\.accuracy.value) == [1, 0.25])
    #expect(curves[1].points.last?.coverage.value == 0.5)
    #expect(curves[1].points.last?.reliability.value == 0)
  }

  /// 300 tables with 90 % intervals: fewer than 85 % or more than 95 % would be off by 3 errors.
  @Test func intervalsCover() {
    let world = PlantedWorld(problems: 60, attempts: 32, components: [.init(a: 0.3, b: 2)])
    let truth = PlantedTruth(world).coverage(16)
    let hits = (0..<300).count { seed in
      let curve = CoverageCurve(
        world.table(seed: UInt64(seed)).arms[0], bootstrap: ProblemBootstrap(resamples: 300))
      let coverage = curve.points[4].coverage
      return coverage.low <= truth && truth <= coverage.high
    }
    #expect(hits >= 255 && hits <= 288, "\(hits) of 300")
  }

  @Test func tenMillionAttemptsAreQuick() {
    var random = SplittableRandom(seed: 1)
    let correct = (0..<10_000).map { _ in
      random.nextBinomial(trials: 1000, probability: random.nextBeta(0.3, 2))
    }
    let counts = AttemptCounts(attempts: .init(repeating: 1000, count: 10_000), correct: correct)
    let time = ContinuousClock().measure { _ = CoverageCurve(counts) }
    // About 0.1 s on two idle cores; the machine may be shared.
    #expect(time < .seconds(1))
  }
}
