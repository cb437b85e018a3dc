internal import RealModule

/// Drawing samples until an imperfect verifier accepts one, for problems of a few latent types [T10, 155].
public struct ResamplingModel: Sendable, Hashable, Codable {
  /// One type of problem.
  public struct ProblemType: Sendable, Hashable, Codable {
    /// π, the share of problems of the type.
    public var prior: Double
    /// r, the probability that one sample is right.
    public var solveRate: Double

    /// Describes a type.
    public init(prior: Double, solveRate: Double) {
      self.prior = prior
      self.solveRate = solveRate
    }
  }

  /// The types; priors add up to one.
  public var types: [ProblemType]
  /// c = P(accepted | right).
  public var completeness: Double
  /// s = P(rejected | wrong).
  public var soundness: Double
  /// V_c, what an accepted right answer is worth.
  public var rewardRight: Double
  /// V_f ≥ 0, what an accepted wrong answer costs.
  public var costWrong: Double
  /// κ ≥ 0, what a sample costs.
  public var costPerSample: Double

  /// Puts a model together; abstaining is worth nothing.
  public init(
    types: [ProblemType], completeness: Double, soundness: Double, rewardRight: Double = 1,
    costWrong: Double = 1, costPerSample: Double = 0
  ) {
    self.types = types
    self.completeness = completeness
    self.soundness = soundness
    self.rewardRight = rewardRight
    self.costWrong = costWrong
    self.costPerSample = costPerSample
  }

  /// a = c·r, the probability that a sample is right and accepted.
  public func rightAcceptance(_ type: ProblemType) -> Double { completeness * type.solveRate }

  /// f = (1 − s)(1 − r), the probability that a sample is wrong and accepted.
  public func wrongAcceptance(_ type: ProblemType) -> Double {
    (1 - soundness) * (1 - type.solveRate)
  }

  /// β, the probability that a sample is rejected.
  public func rejection(_ type: ProblemType) -> Double {
    (1 - completeness) * type.solveRate + soundness * (1 - type.solveRate)
  }

  /// P(right | accepted) for a problem of a type; NaN where nothing is ever accepted.
  public func precision(_ type: ProblemType) -> Double {
    rightAcceptance(type) / (rightAcceptance(type) + wrongAcceptance(type))
  }

  /// What one more sample is worth for a problem of a type: V_c·a − V_f·f − κ.
  private func worth(_ type: ProblemType) -> Double {
    rewardRight * rightAcceptance(type) - costWrong * wrongAcceptance(type) - costPerSample
  }

  /// G(1), …, G(K): the expected worth of drawing until the verifier accepts, at most K times.
  public func gains(upTo limit: Int) -> [Double] {
    var waiting = types.map(\.prior)
    var total = 0.0
    return (0..<max(limit, 0)).map { _ in
      for (index, type) in types.enumerated() {
        total += waiting[index] * worth(type)
        waiting[index] *= rejection(type)
      }
      return total
    }
  }

  /// G(K) by its closed form; G(∞), which may be −∞, for nil.
  public func gain(_ samples: Int?) -> Double {
    if samples == 0 { return 0 }
    return types.reduce(0) { sum, type in
      let beta = rejection(type)
      let worth = worth(type)
      if worth == 0 || type.prior == 0 { return sum }
      guard let samples else { return sum + type.prior * worth / max(1 - beta, 0) }
      let steps =
        beta < 1 ? (1 - Double.pow(beta, Double(samples))) / (1 - beta) : Double(samples)
      return sum + type.prior * worth * steps
    }
  }

  /// K*, the smallest number with the largest G; 0 where none is worth its cost, nil where more
  /// always are.
  public var optimalSamples: Int? {
    var waiting = types.map(\.prior)
    let worths = types.map { worth($0) }
    let rejections = types.map { rejection($0) }
    var total = 0.0
    var best = (samples: 0, gain: 0.0)
    let scale = worths.reduce(0) { max($0, abs($1)) }
    for samples in 1...1_000_000 {
      var change = 0.0
      var rest = 0.0
      for index in types.indices {
        change += waiting[index] * worths[index]
        waiting[index] *= rejections[index]
        if worths[index] != 0 {
          rest += waiting[index] * abs(worths[index]) / max(1 - rejections[index], 1e-300)
        }
      }
      total += change
      if total > best.gain { best = (samples, total) }
      if rest < 1e-14 * scale { break }
    }
    // Rounding of the running sum must not make infinity lose to a late finite number.
    let limit = gain(nil)
    return limit > 0 && limit >= best.gain - 1e-13 * scale ? nil : best.samples
  }

  /// The probability of each type after so many rejections.
  public func posterior(rejections: Int) -> [Double] {
    let weights = types.map { $0.prior * Double.pow(rejection($0), Double(rejections)) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// P(right | the next sample is accepted) after so many rejections.
  public func nextPrecision(rejections: Int) -> Double {
    let weights = posterior(rejections: rejections)
    let right = zip(weights, types).reduce(0) { $0 + $1.0 * rightAcceptance($1.1) }
    return right / nextAcceptance(weights)
  }

  private func nextAcceptance(_ weights: [Double]) -> Double {
    zip(weights, types).reduce(0) {
      $0 + $1.0 * (rightAcceptance($1.1) + wrongAcceptance($1.1))
    }
  }

  /// The precision, (V_f + κ/P(accept)) / (V_c + V_f), below which the next sample is not worth it.
  public func precisionThreshold(rejections: Int) -> Double {
    let acceptance = nextAcceptance(posterior(rejections: rejections))
    return (costWrong + costPerSample / acceptance) / (rewardRight + costWrong)
  }

  /// Whether to draw another sample after so many rejections.
  public func continues(rejections: Int) -> Bool {
    nextPrecision(rejections: rejections) > precisionThreshold(rejections: rejections)
  }

  /// Of drawing until something is accepted; a problem of which nothing ever is counts as wrong.
  public var unlimitedAccuracy: Double {
    types.reduce(0) { sum, type in
      let precision = precision(type)
      return precision.isNaN ? sum : sum + type.prior * precision
    }
  }
}
