public import LanguageModels

/// How the tokens of a step's reply are drawn, with noise of a known strength if wanted.
public struct StepSampling: Codable, Hashable, Sendable {
  /// How a token is drawn from logits.
  public var rule: SamplingRule
  /// The share ε of draws that are made uniformly from ``noiseTokens`` instead.
  public var noise: Double
  /// What noise is made of; empty for all tokens.
  public var noiseTokens: [Int32]

  /// A rule without a repetition penalty; noise of none by default.
  public init(
    rule: SamplingRule = SamplingRule(), noise: Double = 0, noiseTokens: [Int32] = []
  ) {
    precondition(rule.repetitionPenalty == nil, "a step's tokens are drawn without a penalty")
    precondition((0...1).contains(noise), "a share of noise of \(noise)")
    self.rule = rule
    self.noise = noise
    self.noiseTokens = noiseTokens
  }

  /// The distribution of a token, noise included.
  public func probabilities(logits: some Collection<some BinaryFloatingPoint>) -> [Double] {
    var probabilities = rule.probabilities(logits: logits)
    guard noise > 0 else { return probabilities }
    let places = noiseTokens.isEmpty ? Array(probabilities.indices) : noiseTokens.map { Int($0) }
    for token in probabilities.indices { probabilities[token] *= 1 - noise }
    for token in places { probabilities[token] += noise / Double(places.count) }
    return probabilities
  }
}
