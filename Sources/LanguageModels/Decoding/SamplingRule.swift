internal import Foundation
public import Statistics

/// How the next token is drawn from logits.
///
/// The steps apply in this order: repetition penalty, temperature, top-k, min-p, top-p, draw. What the
/// filters leave is renormalised. With temperature zero the most probable token is taken; ties go to
/// the lowest token.
public struct SamplingRule: Codable, Hashable, Sendable {
  /// What logits are divided by; zero takes the most probable token.
  public var temperature: Double
  /// Keeps the k most probable tokens.
  public var topK: Int?
  /// Keeps the smallest set of most probable tokens whose probabilities sum to at least this.
  public var topP: Double?
  /// Keeps tokens at least this fraction as probable as the most probable one.
  public var minP: Double?
  /// Logits of tokens already present are divided by this if positive, multiplied if negative.
  public var repetitionPenalty: Double?

  /// All settings; without any, plain sampling at temperature one.
  public init(
    temperature: Double = 1, topK: Int? = nil, topP: Double? = nil, minP: Double? = nil,
    repetitionPenalty: Double? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
  }

  /// Always the most probable token.
  public static let greedy = SamplingRule(temperature: 0)

  /// What is wrong with the settings, or nil.
  public var problem: String? {
    if !(temperature >= 0 && temperature.isFinite) {
      return "the temperature is \(temperature); expected zero or more"
    }
    if let topK, topK < 1 { return "top-k is \(topK); expected at least 1" }
    if let topP, !(topP > 0 && topP <= 1) { return "top-p is \(topP); expected a value in (0, 1]" }
    if let minP, !(minP >= 0 && minP <= 1) { return "min-p is \(minP); expected a value in [0, 1]" }
    if let repetitionPenalty, !(repetitionPenalty > 0) {
      return "the repetition penalty is \(repetitionPenalty); expected a positive number"
    }
    return nil
  }

  /// The distribution that tokens are drawn from. Returns one probability a token; they sum to one,
  /// and filtered tokens have zero.
  public func probabilities(
    logits: some Collection<some BinaryFloatingPoint>, present: some Sequence<Int32> = []
  ) -> [Double] {
    var scores = Self.doubles(logits)
    if let repetitionPenalty {
      for token in Set(present) where scores.indices.contains(Int(token)) {
        let score = scores[Int(token)]
        scores[Int(token)] = score > 0 ? score / repetitionPenalty : score * repetitionPenalty
      }
    }
    let best = Self.largest(scores)
    if temperature == 0 {
      var certain = [Double](repeating: 0, count: scores.count)
      if !certain.isEmpty { certain[best] = 1 }
      return certain
    }
    let highest = scores.isEmpty ? 0 : scores[best]
    for token in scores.indices { scores[token] = exp((scores[token] - highest) / temperature) }
    var weights = scores
    if topK == nil, topP == nil, minP == nil { return normalized(weights) }
    // Most probable first; among equals the lower token, so that a filter's edge is defined.
    let order = weights.indices.sorted {
      weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1]
    }
    var kept = topK.map { min($0, order.count) } ?? order.count
    if let minP {
      kept = min(kept, order.prefix { weights[$0] >= minP * weights[best] }.count)
    }
    if let topP {
      let total = order.prefix(kept).reduce(0) { $0 + weights[$1] }
      var sum = 0.0
      var count = 0
      while count < kept, sum < topP * total {
        sum += weights[order[count]]
        count += 1
      }
      kept = count
    }
    for token in order.dropFirst(max(kept, 1)) { weights[token] = 0 }
    return normalized(weights)
  }

  /// Draws a token; at temperature zero `random` is left untouched.
  public func draw(
    logits: some Collection<some BinaryFloatingPoint>, present: some Sequence<Int32> = [],
    using random: inout SplittableRandom
  ) -> Int32 {
    let probabilities = probabilities(logits: logits, present: present)
    if temperature == 0 { return Int32(probabilities.firstIndex(of: 1) ?? 0) }
    return Self.draw(from: probabilities, using: &random)
  }

  /// Draws a token from probabilities that sum to one.
  static func draw(from probabilities: [Double], using random: inout SplittableRandom) -> Int32 {
    var remaining = random.nextUniform()
    var last = 0
    for (token, probability) in probabilities.enumerated() where probability > 0 {
      remaining -= probability
      last = token
      if remaining < 0 { break }
    }
    return Int32(last)
  }

  /// Logits as numbers of double precision, fast for what sessions and distributions give: generic
  /// code costs more than the draw where the caller is another module.
  private static func doubles(_ logits: some Collection<some BinaryFloatingPoint>) -> [Double] {
    if let doubles = logits as? [Double] { return doubles }
    if let floats = logits as? UnsafeBufferPointer<Float> { return floats.map { Double($0) } }
    if let floats = logits as? Slice<UnsafeBufferPointer<Float>> {
      return UnsafeBufferPointer(rebasing: floats).map { Double($0) }
    }
    return logits.map { Double($0) }
  }

  /// The place of the largest score, the first of equals.
  private static func largest(_ scores: [Double]) -> Int {
    var best = 0
    for token in scores.indices where scores[token] > scores[best] { best = token }
    return best
  }

  private func normalized(_ weights: [Double]) -> [Double] {
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}
