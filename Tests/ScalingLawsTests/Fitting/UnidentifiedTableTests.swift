import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

/// Tables that cannot tell the parameters, and what is then said of plans.
@Suite struct UnidentifiedTableTests {
  static func table(
    sizes: [Double], tokens: (Double) -> [Double], noise: Double, seed: UInt64
  ) -> Observations {
    var generator = SplittableRandom(seed: seed)
    var n: [Double] = []
    var d: [Double] = []
    var loss: [Double] = []
    for size in sizes {
      for length in tokens(size) {
        n.append(size)
        d.append(length)
        let mean = 1.69 + 406.4 * pow(size, -0.34) + 410.7 * pow(length, -0.28)
        loss.append(mean * exp(noise * generator.nextNormal()))
      }
    }
    return Observations(columns: ["N": n, "D": d], response: loss)
  }

  /// N* of the planted law at 10²⁴ FLOPs, G·(C/6)^a with a = 0.28/0.62.
  static let truth = PlantedTables.optimalSize([1.69, 406.4, 410.7, 0.34, 0.28], compute: 1e24)

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func twoSizesGiveNoSize(_ seed: UInt64) throws {
    let table = Self.table(
      sizes: [1e8, 1e9], tokens: { _ in (0..<8).map { 1e9 * pow(2, Double($0)) } }, noise: 0.002,
      seed: seed)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 300, seed: seed))
    #expect(result.identifiability.contains { $0.kind == .fewValues && $0.columns == ["N"] })
    let plan = try result.plan(compute: 1e24)
    #expect(plan.size.low <= Self.truth && Self.truth <= plan.size.high)
    let determination = result.determination(of: plan)
    #expect(determination.refusal(of: "size") != nil)
    #expect(!determination.reasons.isEmpty)
    let size = try #require(determination.refusal(of: "size"))
    #expect((size.atLeast ?? 0) <= Self.truth)
    #expect((size.atMost ?? .infinity) >= Self.truth)
    #expect(plan.withholding(determination).size.value.isNaN)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func oneRatioGivesNoExponent(_ seed: UInt64) throws {
    let table = Self.table(
      sizes: (0..<8).map { 5e7 * pow(2, Double($0)) }, tokens: { [20 * $0] }, noise: 0.002,
      seed: seed)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 300, seed: seed))
    let finding = try #require(
      result.identifiability.first { $0.kind == .collinearColumns })
    #expect(finding.columns == ["N", "D"])
    #expect(finding.sentence.hasPrefix("D is 20 times N in every row"))
    #expect(result.warnings.contains(finding.sentence))
    let plan = try result.plan(compute: 1e24)
    #expect(plan.sizeExponent.low <= 0.28 / 0.62 && 0.28 / 0.62 <= plan.sizeExponent.high)
    #expect(result.determination(of: plan).refusal(of: "sizeExponent") != nil)
  }

  /// Where all rows have one ratio, a run of that ratio teaches nothing of N*: what is proposed
  /// leaves it, and one such run, made and fitted, narrows N*.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func whatIsProposedLeavesTheRatio(_ seed: UInt64) throws {
    let sizes = (0..<8).map { 5e7 * pow(2, Double($0)) }
    let options = FitOptions(resamples: 300, seed: seed)
    let table = Self.table(sizes: sizes, tokens: { [20 * $0] }, noise: 0.002, seed: seed)
    let before = try fit(Chinchilla(), to: table, options: options)
    let budget = try before.budgetPlan(compute: 1e24)
    let advice = try #require(budget.next)
    #expect(advice.target == .optimalSize(compute: 1e24))
    for run in advice.best + advice.bestPerCost {
      let departure = max(run.tokens / run.size / 20, 20 / (run.tokens / run.size))
      #expect(departure > 2.999 && departure < 10.001, "D/N \(run.tokens / run.size)")
    }
    let run = advice.best[0]
    let extra = Self.table(
      sizes: [run.size], tokens: { _ in [run.tokens] }, noise: 0.002, seed: seed + 100)
    let joined = Observations(
      columns: table.columns.merging(extra.columns) { $0 + $1 },
      response: table.response + extra.response)
    let after = try fit(Chinchilla(), to: joined, options: options)
    func width(_ plan: ComputePlan) -> Double { log(plan.size.high / plan.size.low) }
    #expect(width(try after.plan(compute: 1e24)) < 0.75 * width(budget.plan))
  }

  /// At a single budget D falls as N rises; what is proposed leaves the budget.
  @Test func whatIsProposedLeavesTheBudget() throws {
    let table = Self.table(
      sizes: (0..<8).map { 1e8 * pow(1.6, Double($0)) }, tokens: { [1e20 / 6 / $0] },
      noise: 0.002, seed: 3)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 200))
    let finding = try #require(result.identifiability.first { $0.kind == .collinearColumns })
    #expect(finding.sentence.hasPrefix("D falls as N rises in all rows"))
    let advice = try result.nextRuns(for: .optimalSize(compute: 1e22))
    for run in advice.best {
      let departure = max(run.compute / 1e20, 1e20 / run.compute)
      #expect(departure > 2.999 && departure < 10.001, "C \(run.compute)")
    }
  }

  /// Where N takes two values, what is proposed is a third.
  @Test func whatIsProposedIsAThirdSize() throws {
    let table = Self.table(
      sizes: [1e8, 1e9], tokens: { _ in (0..<8).map { 1e9 * pow(2, Double($0)) } }, noise: 0.002,
      seed: 1)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 200))
    let advice = try #require(try result.budgetPlan(compute: 1e24).next)
    for run in advice.best {
      for known in [1e8, 1e9] { #expect(max(run.size / known, known / run.size) >= 1.5) }
    }
  }

  /// A table that tells its parameters is left alone.
  @Test func aFullGridIsDetermined() throws {
    let table = Self.table(
      sizes: (0..<6).map { 5e7 * pow(2.5, Double($0)) },
      tokens: { n in [5, 10, 20, 40, 80].map { $0 * n } },
      noise: 0.002, seed: 1)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 200))
    let plan = try result.plan(compute: 1e24)
    #expect(result.determination(of: plan).isDetermined)
    #expect(plan.withholding(result.determination(of: plan)) == plan)
  }

  /// A power that steepens: any floor makes the fit worse, and how large one may still be is said.
  @Test func aFloorThatIsNotNeededIsABound() throws {
    var generator = SplittableRandom(seed: 3)
    let compute = (0..<14).map { 1e17 * pow(3, Double($0)) }
    let losses = compute.map { c -> Double in
      let decades = log10(c) - 17
      let mean: Double = 4 * exp(-0.12 * decades - 0.004 * decades * decades)
      return mean * exp(0.003 * generator.nextNormal())
    }
    let table = Observations(columns: ["C": compute], response: losses)
    let result = try fit(PowerConstant(x: "C"), to: table, options: FitOptions(resamples: 200))
    let finding = try #require(result.boundReached("E"))
    #expect(finding.sentence.hasPrefix("E is at its bound: no floor is needed by this table"))
    #expect(finding.sentence.contains("with 90 % confidence it is at most"))
    let high = try #require(finding.high)
    #expect(finding.low == 0 && high > 0 && high < (losses.last ?? 0))
    let interval = try #require(result.interval(of: "E"))
    #expect(interval.low == 0 && interval.high == high)
  }

  /// A saved fit decides as the fit did.
  @Test func aSavedFitRemembers() throws {
    let table = Self.table(
      sizes: [1e8, 1e9], tokens: { _ in (0..<8).map { 1e9 * pow(2, Double($0)) } }, noise: 0.002,
      seed: 1)
    let result = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 100))
    let text = try FitDocument(result).json()
    let saved = try SavedFit(FitDocument.decode(Data(text.utf8), source: "fit.json"))
    #expect(saved.identifiability == result.identifiability)
    #expect(saved.fitWarnings == result.warnings)
    let plan = try saved.plan(compute: 1e24)
    #expect(
      saved.determination(of: plan).refusal(of: "size")
        == result.determination(of: try result.plan(compute: 1e24)).refusal(of: "size"))
  }
}
