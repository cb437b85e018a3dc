import ScalingLaws
import Statistics
import Testing

@Suite struct SuperpositionTests {
  @Test func recoversPlantedParametersInAnyUnit() throws {
    let planted = PlantedLaw(
      law: Superposition(), truth: ["C_m": 120, "rest": 1.8, "alpha_m": 0.91],
      columns: ["width": [128, 256, 512, 1024, 2048, 4096, 8192]])
    #expect(try planted.recoveryError() < 1e-6)
    #expect(try planted.recoveryError(scaling: ["width": 1e-3]) < 1e-8)
  }

  /// Random directions overlap by 1/m in the mean square.
  @Test(arguments: [10, 40, 80])
  func randomDirectionsOverlapByOneOverWidth(width: Int) {
    var random = SplittableRandom(seed: 5)
    let rows = (0..<1000).map { _ in (0..<width).map { _ in random.nextNormal() } }
    let overlap = Superposition.meanSquaredOverlap(rows: rows)
    #expect(abs(overlap * Double(width) - 1) < 0.02)
  }

  /// Three unit vectors at 120° in the plane reach the bound ½; the Welch bound of an orthonormal
  /// basis is zero.
  @Test func theWelchBoundIsReached() {
    let half = 3.0.squareRoot() / 2
    let rows = [[1, 0], [-0.5, half], [-0.5, -half]]
    #expect(abs(Superposition.welchBound(vectors: 3, dimensions: 2) - 0.5) < 1e-15)
    #expect(abs(Superposition.meanSquaredOverlap(rows: rows) - 0.25) < 1e-15)
    #expect(Superposition.welchBound(vectors: 4, dimensions: 4) == 0)
    // n = 1000, m = 40: √(960/(40·999)).
    #expect(abs(Superposition.welchBound(vectors: 1000, dimensions: 40) - 0.15499685) < 1e-8)
  }
}
