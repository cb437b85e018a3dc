import Foundation
import ScalingLaws
import Statistics
import Testing

/// Optimal transport between mixtures of sources and validation data [8].
@Suite struct TransportDistanceTests {
  /// On a line, moving a set by t costs t, whatever the set; equal sets cost nothing.
  @Test func aShiftCostsItsLength() throws {
    let set = [0, 0.3, 0.35, 1.2, 2].map { [$0] }
    let moved = set.map { [$0[0] + 5] }
    var far = try TransportDistance(sources: [set], validation: moved, smoothing: 0.01)
    // Of many plans that cost the same the smoothed one is the most even: at most ε ln 5 less.
    let length = far([1]).value
    #expect(abs(length - 5) < 0.05 * log(5))
    var none = try TransportDistance(sources: [set], validation: Array(set.reversed()))
    let nothing = none([1]).value
    #expect(abs(nothing) < 1e-4)
  }

  /// Sources at one point each: what is not where the validation data are pays its way.
  @Test func pointsPayTheirWay() throws {
    var transport = try TransportDistance(
      sources: [[[0, 0]], [[3, 4]], [[0, 1]]], validation: [[0, 0], [0, 0]], smoothing: 0.01)
    // 0.2·0 + 0.5·5 + 0.3·1.
    let paid = transport([0.2, 0.5, 0.3]).value
    #expect(abs(paid - 2.8) < 2e-2)
    let slopes = transport([0.2, 0.5, 0.3]).slopes
    #expect(abs(slopes[1] - slopes[0] - 5) < 0.1)
    #expect(abs(slopes[2] - slopes[0] - 1) < 0.1)
  }

  private func cloud(
    _ count: Int, at center: [Double], _ random: inout SplittableRandom
  ) -> [[Double]] {
    (0..<count).map { _ in center.map { $0 + random.nextNormal() } }
  }

  /// The derivative by the dual potentials is that of the value, by central differences.
  @Test(arguments: [0.05, 0.1, 0.5])
  func derivativesAreThoseOfTheValue(smoothing: Double) throws {
    var random = SplittableRandom(seed: 4)
    let sources = [
      cloud(30, at: [0, 0], &random), cloud(40, at: [3, 1], &random),
      cloud(20, at: [-1, 2], &random),
    ]
    let validation = cloud(35, at: [1, 0.5], &random)
    var transport = try TransportDistance(
      sources: sources, validation: validation, smoothing: smoothing)
    let shares = [0.5, 0.2, 0.3]
    let slopes = transport(shares).slopes
    for (giver, taker) in [(0, 1), (1, 2), (2, 0)] {
      let step = 1e-3
      var (up, down) = (shares, shares)
      up[taker] += step
      up[giver] -= step
      down[taker] -= step
      down[giver] += step
      let difference = (transport(up).value - transport(down).value) / (2 * step)
      #expect(abs(difference - (slopes[taker] - slopes[giver])) < 1e-3)
    }
  }

  /// Validation data that are 70 % of one source and 30 % of another are nearest to that mixture.
  @Test func theMixtureOfTheValidationDataIsFound() throws {
    var random = SplittableRandom(seed: 9)
    let a = cloud(150, at: [0, 0, 0], &random)
    let b = cloud(150, at: [4, 0, 0], &random)
    let validation =
      cloud(140, at: [0, 0, 0], &random) + cloud(60, at: [4, 0, 0], &random)
    var transport = try TransportDistance(sources: [a, b], validation: validation)
    let search = try #require(MixtureOptimum(within: [0...1, 0...1]))
    let nearest = search.minimize(from: []) { transport($0) }
    #expect(abs(nearest[1] - 0.3) < 0.05)
  }

  @Test func whatHasNoDistanceIsRefused() {
    #expect(throws: FitError.self) { try TransportDistance(sources: [], validation: [[1]]) }
    #expect(throws: FitError.self) { try TransportDistance(sources: [[[1]]], validation: [[1]]) }
    #expect(throws: FitError.self) {
      try TransportDistance(sources: [[[1, 2]]], validation: [[1]])
    }
    #expect(throws: FitError.self) {
      try TransportDistance(sources: [[[.nan]]], validation: [[1]])
    }
  }
}
