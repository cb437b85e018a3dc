/// The rule by which gradients change parameters, with its settings.
public enum OptimizerSettings: Hashable, Sendable {
  /// Adam with decoupled weight decay.
  case adamW(AdamWSettings)
  /// Stochastic gradient descent with momentum.
  case sgd(SGDSettings)
  /// Sign momentum.
  case lion(LionSettings)
  /// Orthogonalised momentum for hidden matrices, AdamW for the rest.
  case muon(MuonSettings)

  /// The peak learning rate (of hidden matrices, with Muon).
  public var learningRate: Double { rule.learningRate }

  var rule: any RuleSettings {
    switch self {
    case .adamW(let settings): settings
    case .sgd(let settings): settings
    case .lion(let settings): settings
    case .muon(let settings): settings
    }
  }

  /// Checks that all settings are in their ranges.
  ///
  /// - Throws: ``TrainingError`` naming the first that is not.
  public func validate() throws(TrainingError) { try rule.validate("optimizer") }
}

protocol RuleSettings: Encodable {
  var learningRate: Double { get set }
  var weightDecay: Double { get set }
  func validate(_ place: String) throws(TrainingError)
}

/// AdamW, as `torch.optim.AdamW`: with gradient g, step t from one, rate η and decay λ,
/// w ← w − ηλw, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
/// w ← w − η · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε).
public struct AdamWSettings: RuleSettings, Encodable, Hashable, Sendable {
  /// The peak learning rate, η.
  public var learningRate: Double
  /// How much of the first moment a step keeps, β₁.
  public var beta1: Double
  /// How much of the second moment a step keeps, β₂.
  public var beta2: Double
  /// Added to the root of the second moment, ε.
  public var epsilon: Double
  /// The weight decay of matrices, λ, times the learning rate; the parametrisation says of which.
  public var weightDecay: Double

  /// The usual settings unless given.
  public init(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8,
    weightDecay: Double = 0.1
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  func validate(_ place: String) throws(TrainingError) {
    try SettingRange.positive(learningRate, "\(place).learningRate")
    try SettingRange.share(beta1, "\(place).beta1")
    try SettingRange.share(beta2, "\(place).beta2")
    try SettingRange.nonnegative(epsilon, "\(place).epsilon")
    try SettingRange.nonnegative(weightDecay, "\(place).weightDecay")
  }
}

/// SGD, as `torch.optim.SGD` without dampening: g ← g + λw, b ← μb + g, w ← w − ηb, or
/// w ← w − η(g + μb) with Nesterov's momentum.
///
/// The decay is part of the gradient, as PyTorch has it, not decoupled.
public struct SGDSettings: RuleSettings, Encodable, Hashable, Sendable {
  /// The peak learning rate, η.
  public var learningRate: Double
  /// How much of the momentum a step keeps, μ.
  public var momentum: Double
  /// Whether a step looks ahead along the momentum.
  public var isNesterov: Bool
  /// The coefficient of λw in the gradient, of matrices.
  public var weightDecay: Double

  /// The usual settings unless given.
  public init(
    learningRate: Double = 0.1, momentum: Double = 0.9, isNesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
  }

  func validate(_ place: String) throws(TrainingError) {
    try SettingRange.positive(learningRate, "\(place).learningRate")
    try SettingRange.share(momentum, "\(place).momentum")
    try SettingRange.nonnegative(weightDecay, "\(place).weightDecay")
    if isNesterov && momentum == 0 {
      throw TrainingError(
        .badSetting, "\(place).isNesterov", "Nesterov's momentum needs a momentum above 0")
    }
  }
}

/// Lion (Chen et al., 2023): w ← w − ηλw, w ← w − η sign(β₁m + (1−β₁)g), m ← β₂m + (1−β₂)g.
public struct LionSettings: RuleSettings, Encodable, Hashable, Sendable {
  /// The peak learning rate, η; a tenth to a third of AdamW's is usual.
  public var learningRate: Double
  /// How much of the momentum enters the step, β₁.
  public var beta1: Double
  /// How much of the momentum a step keeps, β₂.
  public var beta2: Double
  /// The weight decay of matrices, λ; it is multiplied by the learning rate.
  public var weightDecay: Double

  /// The usual settings unless given.
  public init(
    learningRate: Double = 1e-4, beta1: Double = 0.9, beta2: Double = 0.99,
    weightDecay: Double = 1
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.weightDecay = weightDecay
  }

  func validate(_ place: String) throws(TrainingError) {
    try SettingRange.positive(learningRate, "\(place).learningRate")
    try SettingRange.share(beta1, "\(place).beta1")
    try SettingRange.share(beta2, "\(place).beta2")
    try SettingRange.nonnegative(weightDecay, "\(place).weightDecay")
  }
}

/// Muon (Jordan et al., 2024), as `torch.optim.Muon`: the momentum of each hidden matrix is replaced
/// by a nearly orthogonal matrix before it is added; all other parameters take AdamW.
///
/// b ← μb + (1−μ)g, u = NewtonSchulz(μb + (1−μ)g), w ← w − ηλw − η·s·u. Queries, keys and values,
/// the two halves of a gated feed-forward, and experts are matrices of their own even where they lie
/// in one.
public struct MuonSettings: RuleSettings, Encodable, Hashable, Sendable {
  /// The peak learning rate of hidden matrices, η.
  public var learningRate: Double
  /// How much of the momentum a step keeps, μ.
  public var momentum: Double
  /// Whether a step looks ahead along the momentum.
  public var isNesterov: Bool
  /// The weight decay of hidden matrices, λ; it is multiplied by the learning rate.
  public var weightDecay: Double
  /// The number of Newton-Schulz iterations.
  public var iterations: Int
  /// The factor s by a matrix's shape.
  public var shapeScale: ShapeScale
  /// The rule for all other parameters.
  public var rest: AdamWSettings

  /// The factor on the step of a matrix from `inputs` to `outputs`.
  public enum ShapeScale: String, Codable, Hashable, Sendable, CaseIterable {
    /// √max(1, outputs/inputs).
    case original
    /// 0.2·√max(inputs, outputs): steps as large as AdamW's usually are, so that its learning rate
    /// and weight decay serve.
    case matchAdamW

    func factor(inputs: Int, outputs: Int) -> Double {
      switch self {
      case .original: max(1, Double(outputs) / Double(inputs)).squareRoot()
      case .matchAdamW: 0.2 * Double(max(inputs, outputs)).squareRoot()
      }
    }
  }

  /// The usual settings unless given.
  public init(
    learningRate: Double = 0.02, momentum: Double = 0.95, isNesterov: Bool = true,
    weightDecay: Double = 0.1, iterations: Int = 5, shapeScale: ShapeScale = .original,
    rest: AdamWSettings = AdamWSettings()
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    self.iterations = iterations
    self.shapeScale = shapeScale
    self.rest = rest
  }

  func validate(_ place: String) throws(TrainingError) {
    try SettingRange.positive(learningRate, "\(place).learningRate")
    try SettingRange.share(momentum, "\(place).momentum")
    try SettingRange.nonnegative(weightDecay, "\(place).weightDecay")
    if !(1...20).contains(iterations) {
      throw TrainingError(
        .badSetting, "\(place).iterations", "found \(iterations), expected 1 to 20")
    }
    try rest.validate("\(place).rest")
  }
}

enum SettingRange {
  static func positive(_ value: Double, _ place: String) throws(TrainingError) {
    if !(value > 0 && value.isFinite) {
      throw TrainingError(.badSetting, place, "found \(value), expected a number above 0")
    }
  }

  static func nonnegative(_ value: Double, _ place: String) throws(TrainingError) {
    if !(value >= 0 && value.isFinite) {
      throw TrainingError(.badSetting, place, "found \(value), expected a number from 0 up")
    }
  }

  /// From 0 up to but not including 1.
  static func share(_ value: Double, _ place: String) throws(TrainingError) {
    if !(value >= 0 && value < 1) {
      throw TrainingError(.badSetting, place, "found \(value), expected 0 up to below 1")
    }
  }

  static func atLeastOne(_ value: Int, _ place: String) throws(TrainingError) {
    if value < 1 { throw TrainingError(.badSetting, place, "found \(value), expected 1 or more") }
  }
}
