import Foundation
import Quantities
import SamplingLaws
import Testing
import Verdicts

/// Every sentence of a verdict, whole: with numbers of SciPy where the ladder is that of
/// ``VerdictPairedTests``, else with the verdict's own numbers, written here a second time.
struct VerdictSentenceTests {
  /// `1e13`, `3.16e14`: three digits, no zeros at the end.
  private func scale(_ value: Double) -> String {
    let parts = String(format: "%.2e", value).split(separator: "e")
    var mantissa = String(parts[0])
    while mantissa.hasSuffix("0") { mantissa.removeLast() }
    if mantissa.hasSuffix(".") { mantissa.removeLast() }
    return "\(mantissa)e\(Int(parts[1]) ?? 0)"
  }

  private func factor(_ worth: AxisVerdict.Worth?) throws -> String {
    try factor(#require(worth).multiplier)
  }

  private func factor(_ estimate: IntervalEstimate) throws -> String {
    let (value, low, high) = try (
      #require(estimate.value), #require(estimate.low), #require(estimate.high)
    )
    return String(format: "%.2fx [%.2f, %.2f]", value, low, high)
  }

  private func chance(_ p: Double?) throws -> String {
    let p = try #require(p)
    return p < 0.001 ? "p < 0.001" : String(format: "p = %.2g", p)
  }

  private func arm(
    _ differences: [[Double]], target: VerdictSettings.Target? = nil
  ) throws -> ArmVerdict {
    try StudyVerdict(
      of: VerdictRungTests.ladder(differences), baseline: "baseline",
      settings: VerdictSettings(target: target, refits: 0)
    ).arms[0]
  }

  /// A line through ln C whose middle and slope are given, with three seeds a thousandth apart, each
  /// of which is now above and now below it.
  private func line(_ middle: Double, _ slope: Double) -> [[Double]] {
    VerdictPairedTests.compute.enumerated().map { rung, compute in
      let centre = middle + slope * (log(compute) - 33.414)
      return (0..<3).map { seed in centre + 0.001 * Double((seed + rung) % 3 - 1) }
    }
  }

  private static let steady = [-0.011, -0.008, -0.014, -0.009, -0.016]

  @Test func betterIsTold() throws {
    let arm = try arm(Self.steady.map { [$0] }, target: .trainingOperations(1e18))
    #expect(arm.conclusion == .helps)
    #expect(
      arm.sentences == [
        "gated is worth 1.12x [1.09, 1.16] training compute from 1e13 to 1e16 training FLOPs (p = 0.003 for no difference).",
        "Forecast at 1e18 FLOPs, 2 decades beyond the largest run: 1.18x [1.02, 1.36], with what one size has of its own; it still helps there with probability 0.96; no crossing within the data. It rests on one seed.",
        "At equal active parameters it is worth 1.06x [1.04, 1.08] parameters.",
      ])
  }

  @Test func worseIsTold() throws {
    let arm = try arm(Self.steady.map { [-$0] }, target: .trainingOperations(1e18))
    #expect(arm.conclusion == .hurts)
    #expect(
      arm.sentences == [
        "gated is worth only 0.89x [0.86, 0.92] training compute from 1e13 to 1e16 training FLOPs (p = 0.003 for no difference).",
        "Forecast at 1e18 FLOPs, 2 decades beyond the largest run: 0.85x [0.73, 0.98], with what one size has of its own; it helps there with probability 0.04; no crossing within the data. It rests on one seed.",
        "At equal active parameters it is worth 0.94x [0.93, 0.96] parameters.",
      ])
  }

  @Test func noDifferenceIsToldWithWhatCouldHaveBeenMissed() throws {
    let arm = try arm([0.0005, -0.0004, 0.0003, -0.0002, 0.0001].map { [$0] })
    #expect(arm.conclusion == .noDifference)
    let axis = try #require(arm.atEqualCompute)
    let smallest = max(try #require(axis.smallestDetectable), 1.01)
    let missed = String(format: "%.2f", smallest)
    #expect(
      arm.sentences[0]
        == "No difference between gated and baseline from 1e13 to 1e16 training FLOPs (\(try chance(axis.test.pNoDifference)); a gain or loss under \(missed)x compute could have been missed)."
    )
    #expect(
      arm.sentences[2].hasPrefix(
        "At equal active parameters there is no difference either way above 1.0"))
  }

  @Test func whatCannotBeToldIsSaid() throws {
    let noisy = try arm([[0.05], [-0.05], [0.04], [-0.06], [0.01]])
    #expect(noisy.conclusion == .undecided)
    let axis = try #require(noisy.atEqualCompute)
    let missed = String(format: "%.1f", try #require(axis.smallestDetectable))
    #expect(
      noisy.sentences[0]
        == "The runs are too few or too noisy to tell whether gated differs from baseline (\(try chance(axis.test.pNoDifference))): a gain or loss under \(missed)x compute could have been missed."
    )
    for (rungs, pairs) in [(1, "1 independent pair"), (2, "2 independent pairs")] {
      let few = try StudyVerdict(
        of: PlantedStudy(rungs: rungs, seeds: 1).rows(1), baseline: "baseline",
        settings: VerdictSettings(refits: 0)
      ).arms[0]
      #expect(few.conclusion == .undecided)
      #expect(
        few.sentences == [
          "The runs do not tell whether gated differs from baseline: \(pairs) of runs, at least 3 are needed."
        ])
    }
  }

  @Test(arguments: [
    (0.0, -0.0087, ArmVerdict.Conclusion.overtakes), (0.0, 0.0087, .fallsBehind),
    (-0.04, 0.0058, .fades), (0.04, -0.0058, .catchesUp),
  ])
  func crossingsAreTold(middle: Double, slope: Double, conclusion: ArmVerdict.Conclusion) throws {
    let arm = try arm(line(middle, slope))
    #expect(arm.conclusion == conclusion)
    let axis = try #require(arm.atEqualCompute)
    let crossing = try #require(axis.crossing)
    let (at, low, high) = try (
      #require(crossing.scale.value), #require(crossing.scale.low), #require(crossing.scale.high)
    )
    let cross = "\(scale(at)) [\(scale(low)), \(scale(high))] FLOPs"
    let first = "\(try factor(axis.fitted.first)) at 1e13 FLOPs"
    let last = "\(try factor(axis.fitted.last)) at 1e16 FLOPs"
    let isInside = conclusion == .overtakes || conclusion == .fallsBehind
    #expect(crossing.place == (isInside ? .inside : .beyond))
    #expect(crossing.treatmentLeadsBelow == (slope > 0))
    let expected =
      switch conclusion {
      case .overtakes:
        "gated is worse than baseline at small scale and better at large: worth \(first) and \(last); the two cross at \(cross)."
      case .fallsBehind:
        "gated is better than baseline at small scale and worse at large: worth \(first) and \(last); the two cross at \(cross)."
      case .fades:
        "gated is worth \(first) of training compute but only \(last): its gain shrinks with scale, to nothing at \(cross)."
      default:
        "gated is worth \(first) of training compute and \(last): its loss shrinks with scale, to nothing at \(cross)."
      }
    #expect(arm.sentences[0] == expected)
    let forecast = arm.sentences[1]
    #expect(forecast.hasPrefix("Forecast at 1e17 FLOPs, 1 decade beyond the largest run: "))
    #expect(forecast.contains("; no crossing within the data.") == !isInside)
    let stillHelps = conclusion == .overtakes || conclusion == .fades
    #expect(forecast.contains("; it still helps there with probability ") == stillHelps)
    #expect(forecast.contains("; it helps there with probability ") == !stillHelps)
    #expect(!forecast.contains("one seed"))
    #expect(
      arm.sentences[2].hasPrefix("At equal active parameters it is worth ")
        && arm.sentences[2].contains(" parameters at "))
  }

  /// One size that is far off, and nothing that is common to all.
  @Test func sizesThatDifferAreNamed() throws {
    var differences = [0.0005, -0.0004, 0.0003, -0.0002, 0.0001].map { [$0] }
    for (shift, word) in [(-0.05, "better"), (0.05, "worse")] {
      differences[4] = [shift]
      let arm = try arm(differences)
      #expect(arm.conclusion == .differsBySize)
      let axis = try #require(arm.atEqualCompute)
      #expect(
        arm.sentences[0]
          == "gated differs from baseline from size to size from 1e13 to 1e16 training FLOPs, by more than the others scatter (\(try chance(axis.test.pLackOfFit))): \(word) at s4 (\(try factor(axis.measured.last))). One factor for all sizes or a trend with scale is not established (\(try chance(axis.test.pNoDifference)))."
      )
      #expect(
        arm.sentences[2]
          == "At equal active parameters it differs from size to size without a common factor or trend, most clearly at s4."
      )
    }
  }

  @Test(arguments: [
    (3, 3.0, "3 rungs, at least 4 are needed"),
    (
      5, 1.3,
      "0.91 decades of training FLOPs, at least 1.2 are needed; the target lies 1 decades beyond the data, which span 0.91"
    ),
  ])
  func shortLaddersSayWhyThereIsNoForecast(rungs: Int, step: Double, reason: String) throws {
    let arm = try StudyVerdict(
      of: PlantedStudy(rungs: rungs, step: step).rows(1), baseline: "baseline",
      settings: VerdictSettings(refits: 0)
    ).arms[0]
    #expect(arm.sentences.contains("No forecast beyond the data: the ladder has \(reason)."))
  }

  @Test func divergedRunsAreCounted() throws {
    var rows = try PlantedStudy(seeds: 3).rows(3)
    for (arm, rung, seed) in [
      ("gated", 1, 1), ("gated", 4, 1), ("gated", 4, 3), ("baseline", 2, 2),
    ] {
      let index = try #require(
        rows.firstIndex { $0.arm == arm && $0.rung == rung && $0.seed == UInt64(seed) })
      rows[index].outcome?.status = .diverged
      rows[index].outcome?.loss = nil
    }
    let arm = try StudyVerdict(
      of: rows, baseline: "baseline", settings: VerdictSettings(refits: 0)
    ).arms[0]
    #expect(
      arm.flags.filter { $0.reason == .diverged }.map(\.sentence) == [
        "gated at s1: 1 run diverged.", "baseline at s2: 1 run diverged.",
        "gated at s4: 2 runs diverged.",
      ])
    #expect(arm.pairing.pairs == 11 && arm.pairing.unpaired.count == 4)
  }

  @Test func whatWasNotMeasuredIsListed() throws {
    var rows = try PlantedStudy(seeds: 1).rows(1)
    func unmeasured() throws -> [String] {
      try StudyVerdict(of: rows, baseline: "baseline", settings: VerdictSettings(refits: 0))
        .arms[0].unmeasured
    }
    let largest = try #require(rows.map(\.compute).max())
    #expect(
      try unmeasured() == [
        "more than one seed", "other learning rates", "other lengths of training at each size",
        "any scale above \(scale(largest)) training FLOPs", "downstream tasks",
        "speed of decoding",
      ])
    for index in rows.indices { rows[index].outcome?.metrics = ["accuracy": 1, "decoded": 1] }
    #expect(try unmeasured().count == 4)
  }

  // MARK: - Samples

  /// Two sizes of one arm whose attempts are all wrong or all right; a sample of the larger costs
  /// four times as much.
  private func sampling(small: Bool, large: Bool) throws -> SamplingVerdict {
    let rows = try [("small", 1000, 10.0), ("large", 4000, 40.0)].enumerated().map { rung, size in
      let costs = try PlantedStudy.costs(parameters: size.1, perToken: 6 * Double(size.1))
      var row = StudyRow(
        identity: RunIdentity(of: size.0), arm: "plain", rung: rung, size: size.0, seed: 1,
        learningRate: 1e-3, costs: costs, tokens: 20 * size.1)
      var outcome = RunOutcome(status: .finished, costs: costs)
      outcome.loss = 2 - Double(rung)
      outcome.metrics = [
        SampledAttempts.problemsName: 60, SampledAttempts.operationsName: size.2,
        SampledAttempts.tokensName: 5,
      ]
      row.outcome = outcome
      return row
    }
    let settings = VerdictSettings(
      refits: 0, sampling: SampledAxis(samples: [1, 2, 8], selectors: [.coverage]))
    var verdict = try StudyVerdict(of: rows, baseline: "plain", settings: settings)
    verdict.add(samplesOf: rows) { row in
      let isRight = row.size == "small" ? small : large
      let steps = Array(1...60 * 8)
      return [
        StepCurve(
          name: SampledAttempts.correctName, steps: steps,
          values: steps.map { _ in isRight ? 1 : 0 }),
        StepCurve(name: SampledAttempts.answerName, steps: steps, values: steps.map { _ in 0 }),
      ]
    }
    return try #require(verdict.sampling?.first)
  }

  /// Where every attempt is right nothing is left to buy: the cheapest sample is the best.
  @Test func saturatedAccuracyLeavesNothingToBuy() throws {
    let sampling = try sampling(small: true, large: true)
    #expect(sampling.tradeoffs[0].cells.map(\.accuracy.value) == [1, 1, 1, 1, 1, 1])
    #expect(
      sampling.sentences == [
        "By coverage, small is the best size for every budget of inference from 10 to 320 FLOPs a problem.",
        "1.0 samples of small reach one of large at 0.25 times its arithmetic: the small model is cheaper.",
      ])
    #expect(
      sampling.warnings.first
        == "one seed: intervals are over problems, not over trainings of the same size")
  }

  @Test func sizesThatSamplesDoNotReachAreTold() throws {
    #expect(
      try sampling(small: false, large: true).sentences == [
        "By coverage, small is the best size for the smallest budgets of inference, large from 40 FLOPs a problem on.",
        "8 samples of small do not reach one of large.",
      ])
  }
}
