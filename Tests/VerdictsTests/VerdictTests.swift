import Foundation
import Quantities
import ScalingLaws
import Testing
import Verdicts

/// Verdicts of whole studies: documents, refusals, tuning, laws.
struct VerdictTests {
  @Test func itSurvivesJSON() throws {
    let rows = try PlantedStudy(gain: { _ in 1.5 }).rows(1)
    let verdict = try StudyVerdict(
      of: rows, baseline: "baseline", settings: VerdictSettings(refits: 40, threads: 2))
    #expect(verdict.schema == "allometry.verdict/1")
    let data = try JSONEncoder().encode(verdict)
    // What is drawn follows from the runs: JSON has all but that.
    let laws = verdict.baselineLaws + verdict.arms.flatMap(\.laws)
    #expect(laws.count == 4 && !laws.contains { $0.curve == nil })
    #expect(!String(decoding: data, as: UTF8.self).contains("\"curve\":"))
    var kept = verdict
    for law in kept.baselineLaws.indices { kept.baselineLaws[law].curve = nil }
    for law in kept.arms[0].laws.indices { kept.arms[0].laws[law].curve = nil }
    #expect(try JSONDecoder().decode(StudyVerdict.self, from: data) == kept)
    // Neither the order of the rows nor the number of threads is in the numbers.
    var again = try StudyVerdict(
      of: rows.reversed(), baseline: "baseline", settings: VerdictSettings(refits: 40))
    again.settings.threads = 2
    #expect(again == verdict)
  }

  @Test func jointLawsTellTheAmplitude() throws {
    let rows = try PlantedStudy(noise: 0.002, pairing: 0.8, gain: { _ in 1.5 }).rows(2)
    let verdict = try StudyVerdict(
      of: rows, baseline: "baseline", settings: VerdictSettings(refits: 100, threads: 2))
    let arm = verdict.arms[0]
    let axis = try #require(arm.atEqualCompute)
    #expect(axis.jointLaw == "power-constant")
    let comparison = try #require(axis.comparison)
    #expect(comparison.method == "parametric")
    #expect(comparison.rungs.map(\.pairs) == [3, 3, 3, 3, 3])
    #expect(comparison.hypotheses.count >= 4)
    #expect(comparison.hypotheses.first { $0.chosen }?.name != "same")
    #expect(arm.laws.map(\.columns) == [["C"], ["N"]])
    #expect(arm.laws.allSatisfy { ($0.heldOutError ?? 1) < 0.02 && $0.forecast?.low != nil })
    #expect(verdict.baselineLaws.count == 2)
  }

  @Test func trunksAreResampledTogether() throws {
    var planted = PlantedStudy(seeds: 2, lengths: [10, 20, 40], pairing: 0.5)
    planted.gain = { _ in 1.5 }
    let verdict = try StudyVerdict(
      of: planted.rows(4), baseline: "baseline", settings: VerdictSettings(refits: 60, threads: 2))
    let axis = try #require(verdict.arms[0].atEqualParameters)
    #expect(axis.jointLaw == "chinchilla")
    #expect(axis.comparison?.method == "parametric")
    #expect(axis.comparison?.scale == "N")
    #expect(axis.meaning == "active parameters at equal tokens")
    let worth = try #require(axis.constantMultiplier.value)
    #expect(abs(worth / 1.5 - 1) < 0.15, "\(worth)")
  }

  @Test(arguments: [(3, 3.0), (5, 1.3)])
  func shortLaddersRefuseAForecast(rungs: Int, step: Double) throws {
    let planted = PlantedStudy(rungs: rungs, step: step)
    let arm = try StudyVerdict(
      of: planted.rows(1), baseline: "baseline", settings: VerdictSettings(refits: 0)
    ).arms[0]
    #expect(arm.reach.isRefused)
    #expect(arm.atEqualCompute?.forecast == nil)
    #expect(arm.sentences.contains { $0.hasPrefix("No forecast beyond the data") })
  }

  @Test func tooFewPairsAreUndecided() throws {
    let planted = PlantedStudy(rungs: 2, seeds: 1)
    let arm = try StudyVerdict(
      of: planted.rows(1), baseline: "baseline", settings: VerdictSettings(refits: 0)
    ).arms[0]
    #expect(arm.conclusion == .undecided)
    #expect(arm.unmeasured.contains("more than one seed"))
    #expect(arm.sentences.count == 1)
  }

  @Test func aMistunedRungIsFlagged() throws {
    let planted = PlantedStudy(noise: 0.002, mistuned: (2, 0.03))
    let arm = try StudyVerdict(
      of: planted.rows(1), baseline: "baseline", settings: VerdictSettings(refits: 0)
    ).arms[0]
    let flags = arm.flags.filter { $0.reason == .offTheLaw }
    #expect(flags.map(\.rung) == [2])
    #expect(flags.map(\.arm) == ["gated"])
  }

  /// Rows of a sweep of three rates whose losses have their minimum at the given one.
  static func sweep(arm: String, rung: Int, best: Int) throws -> [StudyRow] {
    try (0..<3).map { index in
      let costs = try PlantedStudy.costs(parameters: 1000, perToken: 6000)
      var row = StudyRow(
        identity: RunIdentity(of: "\(arm)\(rung)\(index)"), arm: arm, rung: rung, size: "s\(rung)",
        seed: 1, purpose: .learningRateSweep, learningRate: 1e-3 * pow(2, Double(index)),
        costs: costs, tokens: 1000)
      var outcome = RunOutcome(status: .finished, costs: costs)
      outcome.loss = 3 + 0.1 * abs(Double(index - best))
      row.outcome = outcome
      return row
    }
  }

  @Test func sweepsAreRead() throws {
    let rows = try PlantedStudy(rungs: 4, seeds: 1).rows(1)
    let settings = VerdictSettings(refits: 0, usesMuP: true)
    func verdict(_ sweeps: [StudyRow]) throws -> StudyVerdict {
      try StudyVerdict(of: rows + sweeps, baseline: "baseline", settings: settings)
    }
    #expect(try verdict([]).learningRates.mode == .fixed)
    let one = try verdict(
      Self.sweep(arm: "baseline", rung: 0, best: 1) + Self.sweep(arm: "gated", rung: 0, best: 2))
    #expect(one.learningRates.mode == .sweptAndTransferred)
    #expect(one.learningRates.sentence.contains("transferred by muP"))
    #expect(one.learningRates.sweeps.map(\.isAtEdge) == [false, true])
    let edges = one.arms[0].flags.filter { $0.reason == .learningRateAtEdge }
    #expect(edges.map(\.arm) == ["gated"])
    let all = try (0..<4).flatMap { rung in
      try Self.sweep(arm: "baseline", rung: rung, best: 1)
        + Self.sweep(arm: "gated", rung: rung, best: 1)
    }
    #expect(try verdict(all).learningRates.mode == .sweptEverywhere)
    let half = try verdict(Self.sweep(arm: "gated", rung: 0, best: 1))
    #expect(half.learningRates.mode == .sweptPartly)
    #expect(half.learningRates.sentence == "The learning rate was swept but not for baseline.")
  }

  @Test func nonsenseIsRefused() throws {
    let rows = try PlantedStudy(rungs: 4, seeds: 1).rows(1)
    #expect(throws: VerdictError.noBaseline(name: "base", arms: ["baseline", "gated"])) {
      try StudyVerdict(of: rows, baseline: "base")
    }
    #expect(throws: VerdictError.noTreatment(baseline: "baseline")) {
      try StudyVerdict(of: rows.filter { $0.arm == "baseline" }, baseline: "baseline")
    }
    #expect(throws: VerdictError.self) {
      try StudyVerdict(
        of: rows, baseline: "baseline", settings: VerdictSettings(laws: ["chinchila"]))
    }
    #expect(throws: VerdictError.self) {
      try StudyVerdict(of: rows, baseline: "baseline", settings: VerdictSettings(level: 90))
    }
  }
}
