import Foundation
import ScalingLaws
import Testing

@Suite struct VocabularyTests {
  @Test(arguments: [(1e8, 768.0), (1e9, 2048), (3e9, 2560), (7e9, 4096)])
  func optimalVocabularyIsStationary(_ n: Double, _ width: Double) throws {
    let v = try #require(Vocabulary.optimalVocabulary(parameters: n, width: width))
    func compute(_ v: Double) -> Double {
      (n + v * width) * Vocabulary.tokensPerCharacter(vocabulary: v)
    }
    let h = v * 1e-4
    let slope = (compute(v + h) - compute(v - h)) / (2 * h)
    #expect(abs(slope) < 1e-6 * compute(v) / v)
    #expect(compute(v) < compute(v * 1.1) && compute(v) < compute(v / 1.1))
  }

  @Test func optimumGrowsWithSize() throws {
    let optima = try [1e8, 1e9, 1e10].map {
      try #require(Vocabulary.optimalVocabulary(parameters: $0, width: 1024))
    }
    #expect(optima[0] < optima[1] && optima[1] < optima[2])
  }

  @Test func tokensPerCharacterStopsAtTheMeasuredRange() {
    // f(32000) by hand: ln V = 10.37349, 0.68787 − 1.64016 + 1.20470 = 0.25241.
    #expect(abs(Vocabulary.tokensPerCharacter(vocabulary: 32_000) - 0.252_41) < 1e-5)
    #expect(
      Vocabulary.tokensPerCharacter(vocabulary: 1e6)
        == Vocabulary.tokensPerCharacter(vocabulary: 2e5))
  }

  @Test func recoversPlantedParameters() throws {
    let truth = [5.5, 60, 30, 120, 0.35, 0.28]
    var columns: [String: [Double]] = ["N": [], "width": [], "vocab": [], "characters": []]
    for (n, width) in [(3e7, 512.0), (1e8, 768), (3e8, 1024), (1e9, 2048)] {
      for vocab in [4096.0, 16_384, 32_768, 96_256] {
        for characters in [1e9, 1e10, 1e11] {
          columns["N"]?.append(n)
          columns["width"]?.append(width)
          columns["vocab"]?.append(vocab)
          columns["characters"]?.append(characters)
        }
      }
    }
    let table = Planted.observations(Vocabulary(), truth, columns: columns)
    #expect(table.response.contains { $0 < 0 })
    let found = try fit(Vocabulary(), to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-4)
  }
}

@Suite struct OptimumLawFormTests {
  @Test func lawsRecoverThePublishedExponents() throws {
    let columns = Planted.grid(
      "N", Planted.geometric(6e7, 1e9, 4), "D", Planted.geometric(2e9, 1e11, 4))
    for (law, truth) in [
      (LearningRateLaw() as any Law, [1.79, -0.713, 0.307]), (BatchSizeLaw(), [0.58, 0.02, 0.571]),
      (WeightDecayLaw(), [0.9, -0.1, -0.2]),
    ] {
      let table = Planted.observations(law, truth, columns: columns)
      let found = try fit(law, to: table, options: Planted.pointOnly)
      #expect(Planted.relativeError(found.estimate, truth) < 1e-6)
    }
  }
}

@Suite struct RegimeTests {
  @Test(arguments: [("D", 1.0), ("width", 1.0), ("N", 0.5)])
  func varianceLimitedExponentIsUniversal(_ column: String, _ exponent: Double) throws {
    let law = try VarianceLimited().setting("x", to: column)
    let truth = [1.2, 3e4]
    let x = Planted.geometric(1e4, 1e8, 8)
    let table = Planted.observations(law, truth, columns: [column: x])
    for (value, loss) in zip(x, table.response) {
      #expect(abs(loss - (1.2 + 3e4 * pow(value, -exponent))) < 1e-10)
    }
    let found = try fit(law, to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-7)
    #expect(throws: FitError.self) { try law.setting("x", to: "C") }
  }

  @Test(arguments: [4.0, 1.0])
  func recoversTheDimension(_ smoothness: Double) throws {
    let law = try ResolutionLimited().setting("smoothness", to: "\(smoothness)")
    let truth = [0.7, 30, 16]
    let table = Planted.observations(law, truth, columns: ["D": Planted.geometric(1e4, 1e10, 12)])
    let found = try fit(law, to: table, options: Planted.pointOnly)
    #expect(Planted.relativeError(found.estimate, truth) < 1e-5)
    // 4/16 is the exponent of the power law over a floor.
    let alpha = smoothness / 16
    let power = PowerConstant(x: "D").prediction([0.7, 30, alpha], at: [1e6])
    #expect(abs(power - law.prediction(truth, at: [1e6])) < 1e-12)
  }

  @Test func exponentsNameTheirRegime() {
    #expect(
      RegimeReading(interval: 0.95...1.05, of: .data).compatible
        == [.varianceLimitedData])
    #expect(
      RegimeReading(interval: 0.6...1.05, of: .data).compatible
        == [.varianceLimitedData, .resolutionLimitedData])
    #expect(
      RegimeReading(interval: 0.2...0.3, of: .data).compatible == [.resolutionLimitedData])
    #expect(
      RegimeReading(interval: 0.2...0.3, of: .parameters).compatible == [.resolutionLimitedSize])
    #expect(RegimeReading(interval: 1...1.1, of: .width).compatible == [.varianceLimitedSize])
    #expect(RegimeReading(interval: 1...1.1, of: .width).isDecided)
    #expect(RegimeReading(interval: 1.2...1.6, of: .data).compatible.isEmpty)
    let reading = RegimeReading(interval: 0.2...0.4, of: .data)
    #expect(abs((reading.impliedDimension?.lowerBound ?? 0) - 10) < 1e-12)
    #expect(abs((reading.impliedDimension?.upperBound ?? 0) - 20) < 1e-12)
  }
}
