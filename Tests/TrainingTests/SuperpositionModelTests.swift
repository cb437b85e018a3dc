import Foundation
import ScalingLaws
import Statistics
import Tensors
import Testing
import Training

/// The toy model of features in superposition [142].
@Suite struct SuperpositionModelTests {
  private func exponent(_ runs: [SuperpositionModel.Trained]) throws -> Double {
    -(try LinearRegression(
      predictors: [runs.map { log(Double($0.width)) }], response: runs.map { log($0.loss) }
    )
    .coefficients[1])
  }

  private func runs(_ model: SuperpositionModel) throws -> [SuperpositionModel.Trained] {
    let pool = ThreadPool(threads: 2)
    return try [8, 16, 32].map { try model.trained(width: $0, pool: pool) }
  }

  /// Rows pulled to unit length hold every feature in directions as good as random, and the loss
  /// falls as one over the width.
  @Test func crowdedFeaturesLoseByTheirOverlap() throws {
    let runs = try runs(
      SuperpositionModel(features: 300, skew: 0.5, decay: -1, batch: 256, steps: 1200))
    #expect(abs(try exponent(runs) - 1) < 0.25)
    for run in runs {
      #expect(run.representedShare > 0.95)
      let overlap = Superposition.meanSquaredOverlap(rows: run.rows) * Double(run.width)
      let least = pow(Superposition.welchBound(vectors: 300, dimensions: run.width), 2)
      #expect(overlap > least * Double(run.width) - 1e-6 && overlap < 1.3)
    }
  }

  /// Rows pulled to zero keep no more features than there are dimensions, each one the more frequent,
  /// and what is lost with the others is lost.
  @Test func fewFeaturesAreKeptWhereRowsShrink() throws {
    let model = SuperpositionModel(features: 300, skew: 2, decay: 1, batch: 1024, steps: 500)
    let run = try model.trained(width: 16, pool: ThreadPool(threads: 2))
    let kept = run.rows.indices.filter { row in run.rows[row].reduce(0) { $0 + $1 * $1 } > 0.25 }
    #expect(!kept.isEmpty && kept.count <= 18)
    #expect(kept.allSatisfy { $0 < 30 })
    #expect(run.loss > 0.9 * model.lossKeeping(kept.count))
  }

  /// p_1 = E/Σi^−α.
  @Test func frequenciesAddUpToTheActivity() {
    let model = SuperpositionModel(features: 1000, skew: 1, activity: 2)
    #expect(abs(model.frequencies.reduce(0, +) - 2) < 1e-12)
    // The 1000th harmonic number is 7.4854708605503449.
    #expect(abs(model.frequencies[0] - 2 / 7.4854708605503449) < 1e-12)
    #expect(abs(model.lossKeeping(0) - 8.0 / 3) < 1e-12)
    #expect(throws: TrainingError.self) {
      try SuperpositionModel(features: 10, skew: 3, activity: 5).trained(
        width: 2, pool: ThreadPool(threads: 1))
    }
  }

  /// The same bits for any number of threads.
  @Test func threadsChangeNothing() throws {
    let model = SuperpositionModel(features: 64, batch: 64, steps: 40)
    let one = try model.trained(width: 6, pool: ThreadPool(threads: 1))
    let three = try model.trained(width: 6, pool: ThreadPool(threads: 3))
    #expect(one.loss == three.loss)
    #expect(one.rows == three.rows)
  }
}
