import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

@Suite struct ComparisonTests {
  static let ladder = PlantedLadder(
    amplitude: 20, exponent: 0.05, scales: PlantedLadder.decades(16, 18, 5), seeds: 3)

  /// A seed that does the same to both arms cancels in the paired differences.
  @Test func pairedDifferencesCancelTheSeed() throws {
    var random = SplittableRandom(seed: 8)
    let baseline = Self.ladder.runs(&random)
    var treatment = baseline
    treatment.response = baseline.response.map { $0 * 0.98 * exp(0.0005 * random.nextNormal()) }
    let result = try compare(
      baseline: baseline, treatment: treatment, law: PowerLaw(), options: quickOptions(refits: 99))
    #expect(result.rungs.count == 5)
    for rung in result.rungs {
      #expect(rung.pairs == 3)
      let expected = -0.02 * Self.ladder.loss(rung.scale)
      #expect(abs(rung.difference.value - expected) < 0.2 * abs(expected))
      // Without pairing the interval would be an order of magnitude wider.
      #expect(rung.difference.high < 0 && rung.difference.high - rung.difference.low < 0.01)
    }
    #expect(result.verdict == .treatmentDominates)
    let worth = try #require(result.jointAnswer?.multiplier.target.multiplier)
    #expect(worth.low < pow(1 / 0.98, 20) && pow(1 / 0.98, 20) < worth.high)
  }

  /// Two saved fits give the same multipliers as their tables, and say that nothing was tested.
  @Test func savedFitsCompareWithoutTables() throws {
    var random = SplittableRandom(seed: 9)
    var better = Self.ladder
    better.amplitude = 19
    let first = Self.ladder.runs(&random)
    let second = better.runs(&random)
    let options = quickOptions()
    let whole = try compare(
      baseline: first, treatment: second, law: PowerLaw(), options: options)
    var other = options.fit
    other.seed = 1
    let saved = try comparison(
      of: fit(PowerLaw(), to: first, options: options.fit),
      and: fit(PowerLaw(), to: second, options: other), options: options)
    #expect(saved.joint == nil)
    #expect(saved.sentences[0].contains("not tested"))
    let a = saved.multiplier.target.multiplier.value
    let b = whole.multiplier.target.multiplier.value
    #expect(abs(a / b - 1) < 1e-6)
    #expect(saved.pair.drawCount == 200)
  }

  @Test func summaryIsJSON() throws {
    var random = SplittableRandom(seed: 10)
    var better = Self.ladder
    better.amplitude = 19
    let result = try compare(
      baseline: Self.ladder.runs(&random), treatment: better.runs(&random), law: PowerLaw(),
      options: quickOptions(refits: 50))
    let data = try JSONEncoder().encode(result.summary)
    let back = try JSONDecoder().decode(ComparisonSummary.self, from: data)
    #expect(back == result.summary)
    #expect(back.schema == "allometry.comparison/1")
    #expect(back.hypotheses.filter(\.chosen).count == 1)
  }

  @Test func answerIsOneSentence() throws {
    var random = SplittableRandom(seed: 11)
    var better = Self.ladder
    better.amplitude = 19
    let result = try compare(
      baseline: Self.ladder.runs(&random), treatment: better.runs(&random), law: PowerLaw(),
      options: quickOptions(refits: 50))
    #expect(result.sentences[0].hasPrefix("The treatment changes the amplitude only: worth"))
    #expect(result.sentences.allSatisfy { $0.hasSuffix(".") })
  }

  @Test func threadsDoNotChangeTheAnswer() throws {
    var random = SplittableRandom(seed: 12)
    let first = Self.ladder.runs(&random)
    let second = Self.ladder.runs(&random)
    var options = quickOptions(refits: 30)
    let two = try compare(baseline: first, treatment: second, law: PowerLaw(), options: options)
    options.fit.threads = 1
    let one = try compare(baseline: first, treatment: second, law: PowerLaw(), options: options)
    #expect(one.summary == two.summary)
  }
}
