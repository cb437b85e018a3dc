import Foundation
import Quantities
import Testing
import Verdicts

/// Verdicts of simulated studies whose truth is planted.
///
/// All rates are those of fixed seeds, so that they do not change from run to run; bounds leave room
/// for what another seed would have given.
struct VerdictCalibrationTests {
  static let settings = VerdictSettings(refits: 0)

  static func verdict(_ planted: PlantedStudy, _ random: UInt64) throws -> ArmVerdict {
    try StudyVerdict(of: planted.rows(random), baseline: "baseline", settings: settings).arms[0]
  }

  /// 300 studies in which the treatment does nothing, with noise of its own or partly shared.
  @Test(arguments: [(1, 0.0), (2, 0.8), (3, 0.0), (4, 0.5), (5, 0.8)])
  func nothingIsCalledNoDifference(seeds: Int, pairing: Double) async throws {
    let planted = PlantedStudy(seeds: seeds, noise: 0.005, pairing: pairing)
    let rate = try await PlantedStudy.share(60) { random in
      try Self.verdict(planted, random).conclusion == .noDifference
    }
    #expect(rate >= 0.9)
  }

  /// Branches whose noise is nearly all their trunk's would fool a test that counts each: ten pairs of
  /// trunks may leave it undecided, but they are not called different.
  @Test func branchesDoNotFoolTheTest() async throws {
    let planted = PlantedStudy(seeds: 2, lengths: [10, 20, 40], noise: 0.005, trunkShare: 0.95)
    let rate = try await PlantedStudy.share(40) { random in
      let verdict = try Self.verdict(planted, random)
      #expect(verdict.atEqualCompute?.test.pairs == 10)
      return [.noDifference, .undecided].contains(verdict.conclusion)
    }
    #expect(rate >= 0.9)
  }

  /// Noise of the treated arm that a seed has in common at all rungs makes seeds the clusters.
  @Test func commonEffectsOfSeedsAreFound() async throws {
    let planted = PlantedStudy(seeds: 4, noise: 0.005, pairing: 0.5, seedShare: 0.95)
    let clustered = try await PlantedStudy.share(30) { random in
      let verdict = try Self.verdict(planted, random)
      return verdict.atEqualCompute?.test.clusteredBySeed == true
    }
    #expect(clustered >= 0.7)
    let rate = try await PlantedStudy.share(60) { random in
      try Self.verdict(planted, random).conclusion == .noDifference
    }
    #expect(rate >= 0.85)
  }

  /// A treatment worth 1.5 times the parameters, at one seed with little noise and three with much.
  /// Five sizes are five independent numbers, however many seeds each has: the noise that three seeds
  /// bear is less than fifteen independent pairs would.
  @Test(arguments: [(1, 0.003, 0.0), (3, 0.007, 0.0)])
  func aPlantedGainIsFound(seeds: Int, noise: Double, pairing: Double) async throws {
    let planted = PlantedStudy(
      seeds: seeds, noise: noise, pairing: pairing, gain: { _ in 1.5 })
    // The forecast a decade beyond the data.
    let size = planted.size(4) * 10.0.squareRoot()
    let truth = planted.computeMultiplier(size: size, length: 20, gain: 1.5)
    let found = try await PlantedStudy.share(40) { random in
      let verdict = try Self.verdict(planted, random)
      let forecast = try #require(verdict.atEqualCompute?.forecast).multiplier
      return [.helps, .fades].contains(verdict.conclusion)
        && (forecast.low ?? 0) <= truth && truth <= (forecast.high ?? .infinity)
    }
    #expect(found >= 0.85)
  }

  /// Worth 0.7 times the parameters at the smallest size and 1.75 times at the largest.
  @Test func aPlantedCrossingIsFound() async throws {
    let gain: @Sendable (Double) -> Double = { 0.7 * pow($0 / 1e5, 0.25) }
    let planted = PlantedStudy(noise: 0.003, gain: gain)
    let crossingSize = 1e5 * pow(1 / 0.7, 4)
    let truth = 6 * 20 * crossingSize * crossingSize
    let found = try await PlantedStudy.share(40) { random in
      let verdict = try Self.verdict(planted, random)
      guard verdict.conclusion == .overtakes,
        let scale = verdict.atEqualCompute?.crossing?.scale.value
      else { return false }
      // Within a factor of two of FLOPs on a ladder of 3.2 decades.
      return abs(log(scale / truth)) < log(2.0)
    }
    #expect(found >= 0.9)
  }
}
