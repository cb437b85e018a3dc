import Foundation
import Optimization
import ScalingLaws
import Statistics

/// Tables simulated from a known Chinchilla surface.
enum PlantedTables {
  /// E, A, B, alpha, beta of Hoffmann et al. (2022).
  static let truth = [1.69, 406.4, 410.7, 0.34, 0.28]

  /// Sizes from 50M upwards by token ratios around 20, with multiplicative seed noise.
  static func chinchilla(
    sizes: Int, noise: Double, seed: UInt64, truth: [Double] = truth
  ) -> Observations {
    var generator = SplittableRandom(seed: seed)
    var n: [Double] = []
    var d: [Double] = []
    var loss: [Double] = []
    for i in 0..<sizes {
      for j in 0..<5 {
        let size = 5e7 * pow(2, 6 * Double(i) / Double(sizes))
        let tokens = 20 * size * pow(2, Double(j) - 1.5)
        n.append(size)
        d.append(tokens)
        let mean = truth[0] + truth[1] * pow(size, -truth[3]) + truth[2] * pow(tokens, -truth[4])
        loss.append(mean * exp(noise * generator.nextNormal()))
      }
    }
    return Observations(columns: ["N": n, "D": d], response: loss)
  }

  /// The compute-optimal size for 6ND = C, in closed form.
  static func optimalSize(_ p: [Double], compute: Double) -> Double {
    let g = pow(p[3] * p[1] / (p[4] * p[2]), 1 / (p[3] + p[4]))
    return g * pow(compute / 6, p[4] / (p[3] + p[4]))
  }

  /// The loss at the compute-optimal size.
  static func optimalLoss(_ p: [Double], compute: Double) -> Double {
    let n = optimalSize(p, compute: compute)
    return p[0] + p[1] * pow(n, -p[3]) + p[2] * pow(compute / 6 / n, -p[4])
  }
}
