/// A world of problems whose difficulty, answers, verifier and costs are known, from which outcome
/// tables are drawn and in which every curve has an exact value.
///
/// A problem's chance p of a right attempt comes from a mixture of beta distributions with point
/// masses at 0 and 1; given p, attempts are independent.
public struct PlantedWorld: Sendable, Hashable, Codable {
  /// One beta component of the difficulty mixture.
  public struct Component: Sendable, Hashable, Codable {
    /// The stratum that its problems belong to; empty for none.
    public var label: String
    /// Its share of the problems, relative to the other components and the two point masses.
    public var weight: Double
    /// The first shape of the beta distribution of p, which rules how hard the hardest are.
    public var a: Double
    /// The second shape.
    public var b: Double

    /// A component.
    public init(label: String = "", weight: Double = 1, a: Double, b: Double) {
      self.label = label
      self.weight = weight
      self.a = a
      self.b = b
    }
  }

  /// The wrong answers that attempts give.
  public struct Answers: Sendable, Hashable, Codable {
    /// How many different wrong answers a problem has.
    public var wrong: Int
    /// s: the r-th wrong answer has probability ∝ r^(−s); 0 spreads them evenly.
    public var concentration: Double
    /// The share of the wrong attempts whose answer cannot be read.
    public var unreadable: Double

    /// A set of wrong answers.
    public init(wrong: Int = 10, concentration: Double = 1, unreadable: Double = 0) {
      self.wrong = wrong
      self.concentration = concentration
      self.unreadable = unreadable
    }

    /// The probability of each wrong answer, given that the attempt is wrong and can be read.
    public var shares: [Double] {
      let weights = (1...max(wrong, 1)).map { Self.zipfWeight(rank: $0, exponent: concentration) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  /// A verifier that scores attempts and lets some pass.
  public struct Verifier: Sendable, Hashable, Codable {
    /// d′, the standard deviations between the scores of right and wrong attempts at a problem.
    public var discrimination: Double
    /// The standard deviation of a shift that all scores of a problem share.
    public var problemEffect: Double
    /// An attempt passes if its score reaches this; nil where passing does not come from the score.
    public var threshold: Double?
    /// P(pass | right), where there is no threshold; nil for no pass-or-fail verdict.
    public var completeness: Double?
    /// 1 − P(pass | wrong), where there is no threshold; nil for no pass-or-fail verdict.
    public var soundness: Double?

    /// A verifier.
    public init(
      discrimination: Double = 1, problemEffect: Double = 0, threshold: Double? = nil,
      completeness: Double? = nil, soundness: Double? = nil
    ) {
      self.discrimination = discrimination
      self.problemEffect = problemEffect
      self.threshold = threshold
      self.completeness = completeness
      self.soundness = soundness
    }

    /// Whether it lets attempts pass or fail.
    public var decides: Bool { threshold != nil || (completeness != nil && soundness != nil) }
  }

  /// Log-normal token counts of an attempt.
  public struct Tokens: Sendable, Hashable, Codable {
    /// The mean of a right attempt's tokens at a problem with p = ½.
    public var mean: Double
    /// Their standard deviation.
    public var deviation: Double
    /// By what a wrong attempt's tokens are multiplied.
    public var wrongFactor: Double
    /// h: tokens are multiplied by exp(h·(½ − p)), so that hard problems take longer where h > 0.
    public var hardness: Double
    /// Tokens of the prompt, the same for all.
    public var prompt: Double

    /// A cost distribution.
    public init(
      mean: Double = 500, deviation: Double = 250, wrongFactor: Double = 1, hardness: Double = 0,
      prompt: Double = 100
    ) {
      self.mean = mean
      self.deviation = deviation
      self.wrongFactor = wrongFactor
      self.hardness = hardness
      self.prompt = prompt
    }
  }

  /// Sequential rounds: the first is right with probability p, later ones change state.
  public struct Rounds: Sendable, Hashable, Codable {
    /// How many rounds each attempt has.
    public var count: Int
    /// P(right at round j | wrong at round j − 1).
    public var gain: Double
    /// P(wrong at round j | right at round j − 1).
    public var loss: Double

    /// A chain of rounds.
    public init(count: Int = 8, gain: Double = 0.2, loss: Double = 0) {
      self.count = count
      self.gain = gain
      self.loss = loss
    }
  }

  /// One model that tries the same problems.
  public struct Arm: Sendable, Hashable, Codable {
    /// Its value in the column `model`.
    public var name: String
    /// What is added to the log odds of p at every problem.
    public var ability: Double
    /// By what its tokens are multiplied.
    public var tokenFactor: Double
    /// Its attempts at each problem, where they differ from the world's.
    public var attempts: Int?

    /// An arm.
    public init(
      name: String, ability: Double = 0, tokenFactor: Double = 1, attempts: Int? = nil
    ) {
      self.name = name
      self.ability = ability
      self.tokenFactor = tokenFactor
      self.attempts = attempts
    }
  }

  /// P, the number of problems.
  public var problems: Int
  /// N, the attempts at each problem; with ``rounds`` the number of chains.
  public var attempts: Int
  /// The beta components of the difficulty.
  public var components: [Component]
  /// The share of problems that are never solved, p = 0.
  public var unsolvable: Double
  /// The share of problems that are always solved, p = 1.
  public var certain: Double
  /// The wrong answers; nil for a table without answers.
  public var answers: Answers?
  /// The verifier; nil for a table without scores.
  public var verifier: Verifier?
  /// Token counts; nil for a table without them.
  public var tokens: Tokens?
  /// Sequential rounds; nil for parallel attempts.
  public var rounds: Rounds?
  /// The models; empty for a table of one arm without a name.
  public var arms: [Arm]

  /// A world; by default one model on 200 problems with p ~ Beta(0.5, 2), 64 attempts each.
  public init(
    problems: Int = 200, attempts: Int = 64, components: [Component] = [Component(a: 0.5, b: 2)],
    unsolvable: Double = 0, certain: Double = 0, answers: Answers? = nil,
    verifier: Verifier? = nil, tokens: Tokens? = nil, rounds: Rounds? = nil, arms: [Arm] = []
  ) {
    self.problems = problems
    self.attempts = attempts
    self.components = components
    self.unsolvable = unsolvable
    self.certain = certain
    self.answers = answers
    self.verifier = verifier
    self.tokens = tokens
    self.rounds = rounds
    self.arms = arms
  }

  /// Reads settings; what is missing keeps its default.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let standard = PlantedWorld()
    func value<Value: Decodable>(_ key: CodingKeys, _ fallback: Value) throws -> Value {
      try values.decodeIfPresent(Value.self, forKey: key) ?? fallback
    }
    problems = try value(.problems, standard.problems)
    attempts = try value(.attempts, standard.attempts)
    components = try value(.components, standard.components)
    unsolvable = try value(.unsolvable, 0)
    certain = try value(.certain, 0)
    answers = try values.decodeIfPresent(Answers.self, forKey: .answers)
    verifier = try values.decodeIfPresent(Verifier.self, forKey: .verifier)
    tokens = try values.decodeIfPresent(Tokens.self, forKey: .tokens)
    rounds = try values.decodeIfPresent(Rounds.self, forKey: .rounds)
    arms = try value(.arms, [])
  }
}
