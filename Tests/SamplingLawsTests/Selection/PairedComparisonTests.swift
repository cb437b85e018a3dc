import Quantities
import RunTables
import SamplingLaws
import Statistics
import Testing

struct PairedComparisonTests {
  private let bootstrap = ProblemBootstrap(resamples: 400)

  @Test func matchesByLabel() throws {
    let found = try PairedComparison(
      labels: (["a", "b", "c"], ["c", "x", "a"]), names: ("one", "two"), samples: [1],
      bootstrap: bootstrap, first: { [[1.0, 5, 3][$0]] }, second: { [[2.0, 9, 0][$0]] })
    #expect(found.matched == 2 && found.onlyFirst == 1 && found.onlySecond == 1)
    #expect(found.differences[0].first == 2 && found.differences[0].second == 1)
    #expect(found.differences[0].difference.value == 1)
    #expect(found.warnings.count == 1)
    #expect(throws: SelectionError.noCommonProblem) {
      try PairedComparison(
        labels: (["a"], ["b"]), names: ("one", "two"), samples: [1], bootstrap: bootstrap,
        first: { _ in [0] }, second: { _ in [0] })
    }
  }

  @Test func anArmEqualsItself() throws {
    let arm = PlantedAttempts(problems: 25, attempts: 10).arm()
    let curves = try MajorityVote().curves(of: arm)
    let found = try PairedComparison(curves, curves, bootstrap: bootstrap)
    for one in found.differences {
      #expect(one.difference == Estimated(value: 0, low: 0, high: 0))
      #expect(one.pValue == 1 && one.plainPValue.hasPrefix(">"))
    }
    // Where every resample is on one side, the number of resamples is what p tells.
    let apart = try PairedComparison(
      labels: (["a", "b", "c"], ["a", "b", "c"]), names: ("one", "two"), samples: [1],
      bootstrap: bootstrap, first: { [[5.0, 6, 7][$0]] }, second: { [[1.0, 2, 1][$0]] })
    #expect(apart.differences[0].plainPValue.hasPrefix("< 0."))
    let other = try MajorityVote().curves(of: arm, samples: [3])
    #expect(throws: SelectionError.noCommonSamples) {
      try PairedComparison(curves, other, bootstrap: bootstrap)
    }
  }

  /// Without a difference p is uniform, and it agrees with the interval.
  @Test func pValuesAreUniformWithoutADifference() throws {
    var low = 0
    var half = 0
    let worlds = 400
    for world in 0..<worlds {
      var random = SplittableRandom(seed: 17).split(world)
      let labels = (0..<40).map { String($0) }
      let shared = labels.map { _ in 3 * random.nextNormal() }
      let a = shared.map { $0 + random.nextNormal() }
      let b = shared.map { $0 + random.nextNormal() }
      let found = try PairedComparison(
        labels: (labels, labels), names: ("a", "b"), samples: [1],
        bootstrap: ProblemBootstrap(resamples: 300, seed: UInt64(world)), first: { [a[$0]] },
        second: { [b[$0]] }
      ).differences[0]
      if found.pValue < 0.1 { low += 1 }
      if found.pValue < 0.5 { half += 1 }
      let excludes = found.difference.low > 0 || found.difference.high < 0
      if abs(found.pValue - 0.1) > 0.02 { #expect(excludes == (found.pValue < 0.1)) }
    }
    #expect(22...58 ~= low, "\(low) of \(worlds) below 0.1")
    #expect(170...230 ~= half, "\(half) of \(worlds) below 0.5")
  }
}
