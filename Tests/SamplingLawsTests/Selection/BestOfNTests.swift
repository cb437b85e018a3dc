import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct BestOfNTests {
  private func scored(_ scores: [Double], _ correct: [Int]) -> [OutcomeAttempt] {
    zip(scores, correct).map {
      OutcomeAttempt(correct: $1 == 1, score: $0)
    }
  }

  @Test func goldenVector() throws {
    let list = scored([0.1, 0.9, 0.4, 0.7, 0.3, 0.8], [0, 0, 1, 1, 0, 1])
    let curves = try BestOfN().curves(of: oneProblem(list), samples: [1, 3, 6])
    #expect(abs(curves.matrix[0, 0] - 0.5) < 1e-12)
    #expect(abs(curves.matrix[0, 1] - 0.5) < 1e-6)
    #expect(curves.matrix[0, 2] == 0)
  }

  /// A missing score is below even −∞; −0 ties with 0.
  @Test func equalsEnumeration() throws {
    var random = SplittableRandom(seed: 8)
    let values = [Double.nan, -.infinity, -1.5, -0.0, 0, 0, 0.25, 2, .infinity]
    for _ in 0..<40 {
      let count = 1 + random.nextIndex(below: 9)
      let scores = (0..<count).map { _ in values[random.nextIndex(below: values.count)] }
      let correct = (0..<count).map { _ in random.nextIndex(below: 2) }
      let curves = try BestOfN().curves(
        of: oneProblem(scored(scores, correct)), samples: Array(1...count))
      for n in 1...count {
        var total = 0.0
        let all = subsets(of: count, size: n)
        for subset in all {
          let known = subset.filter { !scores[$0].isNaN }
          let top = known.map { scores[$0] }.max()
          let best = top.map { top in known.filter { scores[$0] == top } } ?? subset
          total += Double(best.reduce(0) { $0 + correct[$1] }) / Double(best.count)
        }
        #expect(abs(curves.matrix[0, n - 1] - total / Double(all.count)) < 1e-12)
      }
    }
  }

  /// The radix sort of long lists, with ties and both signs.
  @Test func longListsSortAsShortOnes() throws {
    var random = SplittableRandom(seed: 9)
    for ties in [false, true] {
      let scores = (0..<500).map { _ in
        let normal = random.nextNormal() * 3
        return ties ? normal.rounded() : normal
      }
      let correct = (0..<500).map { _ in random.nextIndex(below: 2) }
      let curves = try BestOfN().curves(
        of: oneProblem(scored(scores, correct)), samples: [1, 2, 500])
      // For n = 2 the pairs can be counted.
      var total = 0.0
      for i in 0..<500 {
        for j in 0..<i {
          if scores[i] > scores[j] {
            total += Double(correct[i])
          } else if scores[i] < scores[j] {
            total += Double(correct[j])
          } else {
            total += Double(correct[i] + correct[j]) / 2
          }
        }
      }
      #expect(abs(curves.matrix[0, 1] - total / (500 * 499 / 2)) < 1e-10)
    }
  }

  @Test func lossIsCoverageLessAccuracy() throws {
    let arm = PlantedAttempts(problems: 30, attempts: 16).arm()
    let curves = try BestOfN().curves(of: arm)
    let loss = SelectionLoss(curves, of: arm, bootstrap: ProblemBootstrap(resamples: 100))
    let accuracy = curves.matrix.means
    for column in curves.samples.indices {
      let n = curves.samples[column]
      var coverage = 0.0
      for problem in 0..<30 {
        let wrong = arm.rows(ofProblem: problem).count { arm.correct[$0] == 0 }
        // C(wrong, n)/C(16, n), a factor at a time.
        var missed = 1.0
        for k in 0..<n { missed *= max(Double(wrong - k), 0) / Double(16 - k) }
        coverage += 1 - missed
      }
      #expect(abs(loss.coverage[column].value - coverage / 30) < 1e-12)
      #expect(abs(loss.loss[column].value - (coverage / 30 - accuracy[column])) < 1e-12)
      #expect(loss.loss[column].value > -1e-12)
    }
    #expect(abs(loss.loss[0].high) < 1e-12 && abs(loss.loss[0].low) < 1e-12)
    // A perfect verifier loses nothing.
    var perfect = arm
    perfect.scores = arm.correct.map { Double($0) }
    let none = SelectionLoss(
      try BestOfN().curves(of: perfect), of: perfect, bootstrap: ProblemBootstrap(resamples: 20))
    #expect(none.loss.allSatisfy { abs($0.value) < 1e-12 })
  }
}
