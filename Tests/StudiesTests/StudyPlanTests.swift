import Studies
import Testing
import Treatments
import Verdicts

@Suite struct StudyPlanTests {
  @Test func aFixedRateMakesEveryRunKnown() throws {
    let (plan, _) = try TinyStudy.plan(try TinyStudy.file())
    let runs = try plan.runs(knowing: [:])
    #expect(runs.count == 2 * 2 * 2 && plan.rowCount == runs.count)
    #expect(Set(runs.map(\.row.identity)).count == runs.count)
    #expect(runs.map(\.row.arm).prefix(4).allSatisfy { $0 == "baseline" })
    // Tokens are whole steps.
    #expect(runs.allSatisfy { $0.row.tokens == 4096 })
    #expect(
      runs.allSatisfy {
        $0.row.compute == $0.row.costs.trainingOperationsPerToken * Double($0.row.tokens)
      })
  }

  /// The digits are those of FNV-1a as Python computes it: stored runs stay valid.
  @Test func identitiesDoNotDependOnTheProcess() throws {
    #expect(RunIdentity(of: "allometry").description == "a0c725faf1061873117c09fc2cf8e5ac")
    let (plan, _) = try TinyStudy.plan(try TinyStudy.file())
    let (again, _) = try TinyStudy.plan(try TinyStudy.file())
    #expect(
      try plan.runs(knowing: [:]).map(\.row.identity)
        == again.runs(knowing: [:]).map(\.row.identity))
  }

  @Test func lengthsShareATrunkPerArmSizeAndSeed() throws {
    let file = try TinyStudy.file(
      ladder: "{sizes: [1x16], tokens: 8192, lengths: [0.25, 0.5, 1], seeds: 2}")
    let (plan, _) = try TinyStudy.plan(file)
    let runs = try plan.runs(knowing: [:])
    #expect(runs.count == 2 * 2 * 3)
    let jobs = try plan.jobs(knowing: [:])
    #expect(jobs.count == 4)
    #expect(jobs.allSatisfy { $0.runs.map(\.row.branch) == [0, 1, 2] })
    // The trunk is taken once: less than the lengths trained one by one.
    let alone = jobs[0].runs.reduce(0) { $0 + $1.row.compute }
    #expect(jobs[0].operations < 0.8 * alone)
    #expect(jobs[0].operations > jobs[0].runs[2].row.compute)
  }

  @Test func sweptRatesAreChosenForEachArmAndRung() throws {
    let file = try TinyStudy.file(
      recipe: "{batch: 4, learning-rate: [0.01, 0.02, 0.04], evaluation-tokens: 2048}")
    let (plan, _) = try TinyStudy.plan(file)
    var runs = try plan.runs(knowing: [:])
    // Sweeps alone are known at first.
    #expect(runs.count == 2 * 2 * 3 && runs.allSatisfy { $0.row.purpose == .learningRateSweep })
    var outcomes: [RunIdentity: RunOutcome] = [:]
    for run in runs {
      var outcome = RunOutcome(status: .finished, costs: run.row.costs)
      // The baseline likes the largest rate, the treatment the smallest, and one run diverges.
      let isBaseline = run.row.arm == "baseline"
      outcome.loss = isBaseline ? 1 - run.row.learningRate : 1 + run.row.learningRate
      if isBaseline, run.row.rung == 1, run.row.learningRate == 0.04 {
        outcome.status = .diverged
        outcome.loss = nil
      }
      outcomes[run.row.identity] = outcome
    }
    runs = try plan.runs(knowing: outcomes)
    #expect(runs.count == plan.rowCount)
    let compared = runs.filter { $0.row.purpose == .comparison }
    func rates(_ arm: String, _ rung: Int) -> Set<Double> {
      Set(compared.filter { $0.row.arm == arm && $0.row.rung == rung }.map(\.row.learningRate))
    }
    #expect(rates("baseline", 0) == [0.04] && rates("baseline", 1) == [0.02])
    #expect(rates("qk-norm", 0) == [0.01] && rates("qk-norm", 1) == [0.01])
    // The run that won its sweep is the first seed's run: it is not trained again.
    let left = try plan.jobs(knowing: outcomes).flatMap(\.runs)
    #expect(left.count == 4 && left.allSatisfy { $0.row.seed == 1 })
    #expect(try plan.jobsWithAllRates().count == 12 + 4)
  }

  @Test func aRateSweptAtOneRungIsUsedAtAll() throws {
    let file = try TinyStudy.file(
      recipe: "{batch: 4, learning-rate: [0.01, 0.02], sweep: rung 1}")
    let (plan, _) = try TinyStudy.plan(file)
    let sweeps = try plan.runs(knowing: [:])
    #expect(sweeps.count == 4 && sweeps.allSatisfy { $0.row.rung == 0 })
    var outcomes: [RunIdentity: RunOutcome] = [:]
    for run in sweeps {
      var outcome = RunOutcome(status: .finished, costs: run.row.costs)
      outcome.loss = run.row.learningRate
      outcomes[run.row.identity] = outcome
    }
    let compared = try plan.runs(knowing: outcomes).filter { $0.row.purpose == .comparison }
    #expect(compared.count == 8 && compared.allSatisfy { $0.row.learningRate == 0.01 })
  }

  @Test func equalComputeGivesADearerArmFewerTokens() throws {
    let file = try TinyStudy.file(
      ladder: "{sizes: [2x32], tokens: 65536, seeds: 1, match: compute}",
      treatments: "[gated-attention]")
    let (plan, _) = try TinyStudy.plan(file)
    let runs = try plan.runs(knowing: [:])
    #expect(
      runs[1].row.costs.trainingOperationsPerToken
        > runs[0].row.costs.trainingOperationsPerToken)
    #expect(runs[1].row.tokens < runs[0].row.tokens)
    // Equal within half a step.
    #expect(
      abs(runs[1].row.compute - runs[0].row.compute)
        <= 64 * 4 * runs[1].row.costs.trainingOperationsPerToken)
  }
}
