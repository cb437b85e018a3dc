import Foundation
import ScalingLaws
import Statistics

/// A ladder of runs around E + A·C^(−α) with normal noise of the logarithm.
struct PlantedLadder {
  var floor = 0.0
  var amplitude: Double
  var exponent: Double
  var scales: [Double]
  var seeds = 2
  var noise = 0.005

  func loss(_ scale: Double) -> Double { floor + amplitude * pow(scale, -exponent) }

  func runs(_ random: inout SplittableRandom) -> Observations {
    var scale: [Double] = []
    var seed: [Double] = []
    var outcome: [Double] = []
    for value in scales {
      for index in 0..<seeds {
        scale.append(value)
        seed.append(Double(index))
        outcome.append(loss(value) * exp(noise * random.nextNormal()))
      }
    }
    return Observations(columns: ["C": scale, "seed": seed], response: outcome)
  }

  /// Equally spaced scales in decades.
  static func decades(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    (0..<count).map { pow(10, low + (high - low) * Double($0) / Double(count - 1)) }
  }
}

/// A grid of runs around E + A·N^(−α) + B·D^(−β).
struct PlantedGrid {
  var point = [1.7, 400.0, 410, 0.34, 0.28]
  var noise = 0.003

  func runs(_ random: inout SplittableRandom) -> Observations {
    var (sizes, tokens, outcome): ([Double], [Double], [Double]) = ([], [], [])
    for n in PlantedLadder.decades(7.5, 9.5, 5) {
      for d in PlantedLadder.decades(9, 11, 5) {
        sizes.append(n)
        tokens.append(d)
        let loss = Chinchilla().prediction(point, at: [n, d])
        outcome.append(loss * exp(noise * random.nextNormal()))
      }
    }
    return Observations(columns: ["N": sizes, "D": tokens], response: outcome)
  }
}

/// Options that keep a simulation quick; least squares unless told otherwise.
func quickOptions(
  resamples: Int = 200, refits: Int = 0, objective: Objective = .squaredLog, level: Double = 0.95
) -> ComparisonOptions {
  ComparisonOptions(
    fit: FitOptions(
      objective: objective, level: level, resamples: resamples, threads: 2, polished: 4),
    refits: refits, validates: false)
}
