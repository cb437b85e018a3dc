import Foundation
import ScalingLaws
import Statistics
import Testing

@Suite struct InvarianceTests {
  let table = PlantedTables.chinchilla(sizes: 7, noise: 0.003, seed: 5)
  let quick = FitOptions(interval: .none)

  /// Predictions are compared because amplitudes carry the units of the columns.
  private func predictions(_ result: Fit) -> [Double] { result.predictions }

  @Test(arguments: [1e-6, 1e3]) func unitsOfSizeAndDataChangeNothing(_ factor: Double) throws {
    let plain = try fit(Chinchilla(), to: table, options: quick)
    var scaled = table
    scaled.columns["N"] = table.columns["N"]?.map { $0 * factor }
    scaled.columns["D"] = table.columns["D"]?.map { $0 / factor }
    let other = try fit(Chinchilla(), to: scaled, options: quick)
    for name in ["E", "alpha", "beta"] {
      let a = try #require(plain.value(of: name))
      let b = try #require(other.value(of: name))
      #expect(abs(a - b) <= 1e-6 * a, "\(name): \(a) against \(b)")
    }
    for (a, b) in zip(plain.predictions, other.predictions) { #expect(abs(a - b) <= 1e-6 * a) }
  }

  @Test func theOrderOfRowsChangesNothing() throws {
    let plain = try fit(Chinchilla(), to: table, options: quick)
    var generator = SplittableRandom(seed: 3)
    let order = Array(0..<table.count).shuffled(using: &generator)
    let other = try fit(Chinchilla(), to: table.selecting(order), options: quick)
    for (a, b) in zip(plain.estimate, other.estimate) { #expect(abs(a - b) <= 1e-6 * a) }
  }

  @Test(arguments: [1e-9, 1e9]) func theScaleOfTheObjectiveChangesNothing(_ factor: Double) throws {
    let plain = try fit(Chinchilla(), to: table, options: quick)
    var scaled = table
    scaled.weights = table.weights.map { $0 * factor }
    let other = try fit(Chinchilla(), to: scaled, options: quick)
    for (a, b) in zip(plain.estimate, other.estimate) { #expect(abs(a - b) <= 1e-6 * a) }
    #expect(
      abs(other.objectiveValue / factor - plain.objectiveValue) <= 1e-6 * plain.objectiveValue)
  }

  @Test(arguments: [2, 3, 8]) func theNumberOfThreadsChangesNoBit(_ threads: Int) throws {
    let one = try fit(
      Chinchilla(), to: table, options: FitOptions(resamples: 200, seed: 11, threads: 1))
    let many = try fit(
      Chinchilla(), to: table, options: FitOptions(resamples: 200, seed: 11, threads: threads))
    #expect(one.estimate.map(\.bitPattern) == many.estimate.map(\.bitPattern))
    #expect(one.draws.map { $0.map(\.bitPattern) } == many.draws.map { $0.map(\.bitPattern) })
  }

  @Test func theSeedDecidesTheDraws() throws {
    let a = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 50, seed: 1))
    let b = try fit(Chinchilla(), to: table, options: FitOptions(resamples: 50, seed: 2))
    #expect(a.draws != b.draws)
    #expect(a.estimate.elementsEqual(b.estimate) { abs($0 - $1) < 1e-6 * abs($0) })
  }
}
