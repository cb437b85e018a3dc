import Foundation
import Quantities
import ScalingLaws
import Statistics
import Testing

/// Rungs that are a little better or worse for reasons of their own.
@Suite struct RungScatterTests {
  /// Two arms of E + A·C^(−α) with rung scatter and seed noise in ln loss.
  struct World {
    var rungs = 6
    var seeds = 3
    var noise = 3e-4
    /// Standard deviation of a rung over that of a seed.
    var scatter = 10.0
    /// Whether a rung does the same to both arms.
    var isShared = false
    var gain = 0.0

    func arms(_ random: inout SplittableRandom) -> (Observations, Observations) {
      let scales = PlantedLadder.decades(17, 20, rungs)
      let common = scales.map { _ in random.nextNormal() }
      func arm(_ gain: Double) -> Observations {
        let own = isShared ? common : scales.map { _ in random.nextNormal() }
        var (scale, seed, loss): ([Double], [Double], [Double]) = ([], [], [])
        for (rung, value) in scales.enumerated() {
          for index in 0..<seeds {
            scale.append(value)
            seed.append(Double(index))
            let clean = 1.7 + 700 * (1 - gain) * pow(value, -0.16)
            loss.append(clean * exp(noise * (scatter * own[rung] + random.nextNormal())))
          }
        }
        return Observations(columns: ["C": scale, "seed": seed], response: loss)
      }
      return (arm(0), arm(gain))
    }
  }

  private func alarms(_ world: World, of count: Int, seed: UInt64) throws -> Int {
    var options = quickOptions(resamples: 0)
    options.fit.interval = .none
    options.fit.minimisedStarts = 32
    var alarms = 0
    for index in 0..<count {
      var random = SplittableRandom(seed: seed).split(index)
      let (first, second) = world.arms(&random)
      let joint = try fitJointly(
        PowerConstant(), baseline: first, treatment: second, options: options)
      if joint.choice.hypothesis != .same { alarms += 1 }
    }
    return alarms
  }

  /// Nominal 5 %, that is 4 of 80; nine is the 99 % point of the binomial. Seeds counted as rungs
  /// call four in ten of these different.
  @Test(arguments: [(1.0, false), (10.0, false), (10.0, true)])
  func armsWithoutDifferenceAreNotToldApart(scatter: Double, isShared: Bool) throws {
    let found = try alarms(
      World(scatter: scatter, isShared: isShared), of: 80, seed: 21)
    #expect(found <= 9)
  }

  /// A gain of 0.4 % of the reducible loss is found where rungs do not scatter, and where they do
  /// the same to both arms.
  @Test(arguments: [0.0, 10])
  func powerIsKept(scatter: Double) throws {
    let found = try alarms(
      World(scatter: scatter, isShared: true, gain: 0.004), of: 40, seed: 22)
    #expect(found >= 38)
  }

  /// For a power law an amplitude moves ln loss by a constant, so its test is the paired t test of
  /// rung means: F = t² with R − 1 degrees of freedom.
  @Test func amplitudeIsThePairedTestOfRungMeans() throws {
    let scales = [1e17, 1e18, 1e19, 1e20]
    // Differences of ln loss: 0.001, 0.004, 0.002, 0.003 at the four rungs, each of two seeds.
    let shifts = [0.001, 0.004, 0.002, 0.003]
    func arm(_ shifts: [Double]) -> Observations {
      let rows = scales.indices.flatMap { [$0, $0] }
      return Observations(
        columns: ["C": rows.map { scales[$0] }, "seed": [0, 1, 0, 1, 0, 1, 0, 1]],
        response: rows.enumerated().map { position, rung in
          20 * pow(scales[rung], -0.05)
            * exp(-shifts[rung] + (position % 2 == 0 ? 1e-4 : -1e-4))
        })
    }
    let joint = try fitJointly(
      PowerLaw(), baseline: arm([0, 0, 0, 0]), treatment: arm(shifts), options: quickOptions())
    let test = try #require(joint.test(of: .same, against: .amplitude))
    #expect(test.calibration == .rungs && test.degreesOfFreedom == 3)
    // scipy.stats.ttest_1samp([.001, .004, .002, .003], 0): t = 3.872983, p = 0.030466.
    #expect(abs(test.statistic - 15) < 1e-3)
    #expect(abs(test.pValue - 0.030466291662) < 1e-5)
  }

  /// What is said of the scatter: its share and whether the arms have it in common.
  @Test(arguments: [true, false])
  func theShareOfTheRungsIsSaid(isShared: Bool) throws {
    var random = SplittableRandom(seed: 23)
    let (first, second) = World(rungs: 8, scatter: 3, isShared: isShared).arms(&random)
    let result = try compare(
      baseline: first, treatment: second, law: PowerConstant(), options: quickOptions())
    let scatter = try #require(result.scatter)
    // Planted: 9/(9 + 1), seeds 3e-4, rungs 9e-4.
    #expect(scatter.share > 0.75 && scatter.share < 0.97)
    #expect(abs(scatter.seed / 3e-4 - 1) < 0.35)
    #expect(scatter.rung > 4e-4 && scatter.rung < 18e-4)
    #expect(isShared ? scatter.sharedShare > 0.8 : scatter.sharedShare < 0.5)
    #expect(scatter.isSignificant)
    #expect(result.sentences.last?.contains("is its rung's") == true)
    let (quiet, calm) = World(rungs: 8, scatter: 0).arms(&random)
    let none = try compare(
      baseline: quiet, treatment: calm, law: PowerConstant(), options: quickOptions())
    #expect(none.scatter?.isSignificant == false)
  }

  /// Intervals of the multiplier at the largest rung hold 1 about as often as they claim.
  @Test func multiplierCoversUnderRungScatter() throws {
    var covered = 0
    for index in 0..<60 {
      var random = SplittableRandom(seed: 24).split(index)
      let (first, second) = World(scatter: 10).arms(&random)
      let result = try compare(
        baseline: first, treatment: second, law: PowerConstant(),
        options: quickOptions(resamples: 100, level: 0.9))
      let worth = try #require(result.multiplier.rungs.last).multiplier
      if worth.low <= 1, 1 <= worth.high { covered += 1 }
    }
    // 54 of 60 expected at nominal 90 %; 47 lie three standard errors below.
    #expect(covered >= 47)
  }

  @Test func tooFewRungsSayNothing() throws {
    var random = SplittableRandom(seed: 25)
    let (first, second) = World(rungs: 2, seeds: 6).arms(&random)
    let result = try compare(
      baseline: first, treatment: second, law: PowerConstant(), options: quickOptions())
    #expect(result.verdict == .undecided || result.joint?.isTested == true)
  }

  @Test func theSameTableIsRecognised() throws {
    var random = SplittableRandom(seed: 26)
    let (first, _) = World().arms(&random)
    let result = try compare(
      baseline: first, treatment: first, law: PowerConstant(), options: quickOptions())
    #expect(result.isSameData && result.verdict == .noDifference)
    for rung in result.multiplier.rungs + [result.multiplier.target] {
      #expect(rung.multiplier == Estimated(value: 1, low: 1, high: 1))
      #expect(rung.probabilityTreatmentIsBetter == 0.5)
    }
    #expect(result.sentences[0].hasPrefix("Both tables hold the same rows"))
  }
}

/// Two fits that know nothing of each other.
@Suite struct SavedPairTests {
  static let ladder = PlantedLadder(
    amplitude: 20, exponent: 0.05, scales: PlantedLadder.decades(16, 18, 8), seeds: 1)

  private func fitted(_ index: Int, seed: UInt64) throws -> Fit {
    var random = SplittableRandom(seed: 31).split(index)
    return try fit(
      PowerLaw(), to: Self.ladder.runs(&random),
      options: FitOptions(
        objective: .squaredLog, resamples: 200, seed: seed, threads: 2, polished: 4))
  }

  /// Fits made with one seed share their random numbers index by index; the comparison does not.
  /// Zipped, two thirds of the pairs are sure of a difference that is not there.
  @Test func pairsWithoutDifferenceAreRarelySure() throws {
    var sure = 0
    for index in 0..<60 {
      let result = try comparison(
        of: fitted(2 * index, seed: 0), and: fitted(2 * index + 1, seed: 0))
      if !(0.05...0.95).contains(result.probabilityAtTarget) { sure += 1 }
    }
    // Six expected, thirteen three standard errors above.
    #expect(sure <= 13)
  }

  @Test(arguments: [UInt64(0), 5])
  func aFitComparedWithItselfSaysSo(seed: UInt64) throws {
    let result = try comparison(of: fitted(0, seed: 0), and: fitted(0, seed: seed))
    #expect(result.isSameData && result.verdict == .noDifference)
    #expect(result.sentences[0].hasPrefix("Both are fits of the same rows"))
    #expect(result.multiplier.target.multiplier == Estimated(value: 1, low: 1, high: 1))
    #expect(result.summary.sameData)
  }

  @Test func targetsFarBeyondAreRefused() throws {
    let first = try fitted(0, seed: 0)
    let second = try fitted(1, seed: 0)
    let far = try comparison(of: first, and: second, options: ComparisonOptions(target: 1e24))
    let reason = try #require(far.refusal)
    // Two decades of runs up to 1e18: two more are answered.
    #expect(reason.contains("The largest scale answered is C = 1e20"))
    #expect(far.probabilityAtTarget.isNaN)
    #expect(far.summary.worth.target.multiplier.value == nil)
    #expect(far.sentences.contains(reason))
    let near = try comparison(of: first, and: second, options: ComparisonOptions(target: 9e19))
    #expect(near.refusal == nil && near.probabilityAtTarget.isFinite)
    #expect(TargetLimit(scaleName: "C", range: 1e17...1e18, rungs: 5).largest == 1e18)
    #expect(TargetLimit(scaleName: "C", range: 1e15...1e20, rungs: 3).refusal(of: 2e20) != nil)
  }

  /// A probability is no surer than the draws and the table allow.
  @Test func certaintyIsABound() throws {
    var better = Self.ladder
    better.amplitude = 10
    var random = SplittableRandom(seed: 33)
    let options = FitOptions(objective: .squaredLog, resamples: 200, threads: 2, polished: 4)
    let result = try comparison(
      of: fitted(0, seed: 0), and: fit(PowerLaw(), to: better.runs(&random), options: options))
    #expect(result.probabilityAtTarget < 1)
    #expect(result.pair.plainProbability(result.probabilityAtTarget).hasPrefix("> 0.9"))
  }
}
