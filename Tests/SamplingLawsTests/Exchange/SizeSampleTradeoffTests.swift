import Foundation
import Quantities
import SamplingLaws
import Statistics
import Testing

struct SizeSampleTradeoffTests {
  private let samples = [1, 2, 4, 8, 16, 32, 64]

  /// Problems whose logit is that of a plane in ln N and ln n, plus their own difficulty.
  private func size(_ name: String, _ parameters: Double, problems: Int = 200, spread: Double = 0)
    -> SizeSampleTradeoff.Size
  {
    var matrix = ProblemMatrix(columnCount: samples.count)
    var random = SplittableRandom(seed: 4)
    for _ in 0..<problems {
      let own = spread * random.nextNormal()
      matrix.append(
        samples.map { count in
          let logit = -8 + 0.5 * log(parameters) + 0.25 * log(Double(count)) + own
          return 1 / (1 + exp(-logit))
        })
    }
    return .init(
      name: name, parameters: parameters, operationsPerSample: 2 * parameters, accuracy: matrix)
  }

  @Test func aPlantedPlaneIsFound() throws {
    let result = SizeSampleTradeoff(
      sizes: [size("large", 4e6), size("small", 1e6)], samples: samples, selector: "coverage",
      bootstrap: ProblemBootstrap(resamples: 50))
    let surface = try #require(result.surface)
    #expect(abs(surface.perLogParameters.value - 0.5) < 1e-9)
    #expect(abs(surface.perLogSamples.value - 0.25) < 1e-9)
    #expect(abs(surface.exchangeRate.value - 0.5) < 1e-9)
    #expect(surface.largestError < 1e-9)
    // 0.5 ln 4 = 0.25 ln n: sixteen samples, which cost four times as much.
    let exchange = try #require(result.exchanges.first)
    #expect(exchange.small == "small" && exchange.parameterRatio == 4)
    #expect(abs(try #require(exchange.samples).value - 16) < 1e-9)
    #expect(abs(try #require(exchange.costRatio).value - 4) < 1e-9)
    // 16 = M + 3(M − 1)/R.
    #expect(abs(try #require(exchange.breakEvenRatio) - 0.75) < 1e-9)
  }

  @Test func theFrontierHasTheCheapestOfEqualAccuracy() throws {
    let result = SizeSampleTradeoff(
      sizes: [size("small", 1e6), size("large", 4e6)], samples: samples, selector: "coverage",
      bootstrap: ProblemBootstrap(resamples: 50))
    // Two samples of the large model reach more than sixteen of the small one, for less.
    let many = try #require(result.cells.first { $0.size == "small" && $0.samples == 16 })
    #expect(!many.isOnFrontier)
    #expect(try #require(result.cells.first { $0.size == "small" && $0.samples == 1 }).isOnFrontier)
    for budget in result.budgets where budget.operations >= 8e6 { #expect(budget.best == "large") }
    #expect(result.budgets[0].best == "small" && result.budgets[0].samples == 1)
  }

  @Test func whatIsNotReachedIsSaid() {
    let result = SizeSampleTradeoff(
      sizes: [size("small", 1e4), size("large", 1e9)], samples: samples, selector: "coverage",
      bootstrap: ProblemBootstrap(resamples: 20))
    #expect(result.exchanges[0].samples == nil && result.exchanges[0].reached == 0)
    #expect(result.exchanges[0].sentence == "64 samples of small do not reach one of large.")
  }

  @Test func intervalsOfTheExchangeCover() {
    var hits = 0
    for world in 0..<100 {
      var random = SplittableRandom(seed: 77).split(world)
      var matrices = [ProblemMatrix(columnCount: 7), ProblemMatrix(columnCount: 7)]
      for _ in 0..<150 {
        let own = random.nextNormal()
        for (index, shift) in [(0, -1.0), (1, 0.0)] {
          matrices[index].append(
            samples.map { count in
              let noise = 0.5 * random.nextNormal()
              return 1 / (1 + exp(-(shift + own + noise + 0.4 * log(Double(count)))))
            })
        }
      }
      let sizes = zip(["a", "b"], [1e6, 2e6]).enumerated().map { index, pair in
        SizeSampleTradeoff.Size(
          name: pair.0, parameters: pair.1, operationsPerSample: pair.1, accuracy: matrices[index])
      }
      let result = SizeSampleTradeoff(
        sizes: sizes, samples: samples, selector: "coverage",
        bootstrap: ProblemBootstrap(resamples: 200, seed: UInt64(world)))
      // 0.4 ln n = 1 up to interpolation between 8 and 16.
      let found = result.exchanges[0].samples
      if let found, found.low <= 12.2, found.high >= 12.2 { hits += 1 }
    }
    #expect(80...98 ~= hits, "covered \(hits) of 100")
  }
}
