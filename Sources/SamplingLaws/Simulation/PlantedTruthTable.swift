internal import Optimization

/// The exact curves of one arm of a planted world at some numbers of attempts.
public struct PlantedTruthTable: Sendable, Codable {
  /// The curves at one number of attempts.
  public struct Row: Sendable, Codable, Hashable {
    /// The number of attempts.
    public var samples: Int
    /// pass@k.
    public var coverage: Double
    /// pass^k.
    public var reliability: Double
    /// The accuracy of a majority vote; nil without answers or beyond 1,024 attempts.
    public var majority: Double?
    /// The accuracy of the highest score; nil without a verifier.
    public var bestOfN: Double?
    /// The worth of drawing until the verifier passes; nil without a verdict.
    public var resampling: Double?
  }

  /// The arm; empty where the world names none.
  public var arm: String
  /// The mean chance that an attempt is right.
  public var accuracy: Double
  /// The mean tokens of an attempt.
  public var tokens: Double?
  /// The share of problems whose most likely answer is wrong.
  public var wrongModeShare: Double?
  /// The accuracy at each round.
  public var rounds: [Double]?
  /// The number of attempts that is worth most when drawing until the verifier passes.
  public var bestSamples: Int?
  /// The curves.
  public var rows: [Row]
}

extension PlantedTruth {
  /// The curves at positive numbers of attempts; `falseCost` is V_f and `sampleCost` κ.
  public func table(
    samples: [Int], falseCost: Double = 1, sampleCost: Double = 0
  ) -> PlantedTruthTable {
    let most = samples.max() ?? 1
    let worth = resampling(samples: most, falseCost: falseCost, sampleCost: sampleCost)
    return PlantedTruthTable(
      arm: armName, accuracy: accuracy, tokens: tokens, wrongModeShare: wrongModeShare,
      rounds: rounds, bestSamples: worth?.best,
      rows: samples.map { n in
        PlantedTruthTable.Row(
          samples: n, coverage: coverage(Double(n)), reliability: reliability(Double(n)),
          majority: n <= 1024 ? majority(n) : nil, bestOfN: bestOfN(n),
          resampling: worth?.gains[n - 1])
      })
  }
}

extension PlantedWorld {
  /// The concentration at which a share of problems has a wrong answer as its likeliest; nil for
  /// none.
  public func concentration(wrongModeShare share: Double, arm: Int = 0) -> Double? {
    guard let answers else { return nil }
    return root(in: 0...40, tolerance: 1e-9) { concentration in
      var world = self
      world.answers = Answers(
        wrong: answers.wrong, concentration: concentration, unreadable: answers.unreadable)
      return (PlantedTruth(world, arm: arm).wrongModeShare ?? .nan) - share
    }
  }
}
