import Foundation
import Quantities
import SamplingLaws
import Statistics
import Testing

struct TrainTestExchangeTests {
  @Test(arguments: [(0.16, 257.75), (0.79, 63.367089), (22, 15.772727)])
  func goldenValues(_ ratio: Double, _ multiplier: Double) throws {
    let exchange = try TrainTestExchange(parameterRatio: 14, tokenRatio: ratio)
    #expect(abs(exchange.multiplier - multiplier) < 1e-6)
    #expect(
      abs(
        TrainTestExchange.tokenRatio(multiplier: exchange.multiplier, parameterRatio: 14) - ratio)
        < 1e-12)
  }

  /// X + k·Y = M·(X + Y) with X = 6·N·D_pre and Y = 2·N·D_inf.
  @Test(arguments: [1.0, 2.5, 14, 100])
  func bothSidesCostTheSame(_ ratio: Double) throws {
    for tokens in [0.01, 1, 37] {
      let exchange = try TrainTestExchange(parameterRatio: ratio, tokenRatio: tokens)
      let (x, y) = (6.0, 2 * tokens)
      #expect(abs(x + exchange.multiplier * y - ratio * (x + y)) < 1e-9 * ratio * (x + y))
    }
    let much = try TrainTestExchange(parameterRatio: ratio, tokenRatio: 1e12)
    #expect(abs(much.multiplier - ratio) < 1e-6)
  }

  @Test func breakEven() throws {
    let samples = [1.0, 4, 16, 64]
    let curve = [0.2, 0.4, 0.6, 0.8]
    let middle = try ExchangeBreakEven(
      samples: samples, accuracies: curve, largeAccuracy: 0.7, parameterRatio: 8)
    // Half way between 16 and 64 in the logarithm.
    #expect(abs(middle.samples.value - 32) < 1e-9)
    #expect(abs(middle.tokenRatio.value - 3 * 7 / (32.0 - 8)) < 1e-9)
    #expect(middle.verdict == .smallBelowRatio)
    let tie = try TrainTestExchange(parameterRatio: 8, tokenRatio: middle.tokenRatio.value)
    #expect(abs(tie.multiplier - 32) < 1e-9)
    let easy = try ExchangeBreakEven(
      samples: samples, accuracies: curve, largeAccuracy: 0.4, parameterRatio: 8)
    #expect(easy.verdict == .smallAlways && easy.tokenRatio.value == .infinity)
    let never = try ExchangeBreakEven(
      samples: samples, accuracies: curve, largeAccuracy: 0.9, parameterRatio: 8)
    #expect(never.verdict == .notReached && never.tokenRatio.value == 0 && never.reached == 0)
    #expect(throws: PlanningError.self) {
      try ExchangeBreakEven(
        samples: [4, 1], accuracies: [0, 1], largeAccuracy: 0.5, parameterRatio: 8)
    }
    #expect(throws: PlanningError.self) {
      try TrainTestExchange(parameterRatio: 0.5, tokenRatio: 1)
    }
  }

  @Test func problemsGiveIntervals() throws {
    var random = SplittableRandom(seed: 1)
    let samples = [1.0, 2, 4, 8, 16, 32]
    var matrix = ProblemMatrix(columnCount: 7)
    for _ in 0..<200 {
      let p = random.nextBeta(1, 3)
      matrix.append(samples.map { 1 - pow(1 - p, $0) } + [min(2.5 * p, 1)])
    }
    let result = try ExchangeBreakEven(
      samples: samples, accuracies: matrix, parameterRatio: 3,
      bootstrap: ProblemBootstrap(resamples: 200))
    let plain = try ExchangeBreakEven(
      samples: samples, accuracies: Array(matrix.means.dropLast()),
      largeAccuracy: matrix.means[6], parameterRatio: 3)
    #expect(result.samples.value == plain.samples.value)
    #expect(result.tokenRatio.value == plain.tokenRatio.value)
    #expect(result.samples.low < result.samples.value && result.samples.value < result.samples.high)
    #expect(result.reached == 1)
  }
}
