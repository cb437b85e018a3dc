/// What a strategy spends on a problem, or the mean over problems.
///
/// The prompt counts once for policy and verifier each, however many solutions begin with it, as in
/// an engine that shares prefixes. Every other token counts once for each solution that it was
/// written for or read in. Arithmetic is `ModelCosts`' at the place where the token stands.
public struct StrategyCost: Codable, Hashable, Sendable {
  /// Tokens that the policy generated.
  public var generatedTokens: Double
  /// Tokens that the policy read without having generated them: prompts.
  public var promptTokens: Double
  /// Tokens that the verifier read.
  public var verifierTokens: Double
  /// Floating-point operations of the policy.
  public var policyOperations: Double
  /// Floating-point operations of the verifier.
  public var verifierOperations: Double

  /// A cost; what is left out is zero.
  public init(
    generatedTokens: Double = 0, promptTokens: Double = 0, verifierTokens: Double = 0,
    policyOperations: Double = 0, verifierOperations: Double = 0
  ) {
    self.generatedTokens = generatedTokens
    self.promptTokens = promptTokens
    self.verifierTokens = verifierTokens
    self.policyOperations = policyOperations
    self.verifierOperations = verifierOperations
  }

  /// Tokens of all kinds.
  public var tokens: Double { generatedTokens + promptTokens + verifierTokens }

  /// Floating-point operations of policy and verifier.
  public var operations: Double { policyOperations + verifierOperations }

  /// Two costs together.
  public static func + (left: StrategyCost, right: StrategyCost) -> StrategyCost {
    StrategyCost(
      generatedTokens: left.generatedTokens + right.generatedTokens,
      promptTokens: left.promptTokens + right.promptTokens,
      verifierTokens: left.verifierTokens + right.verifierTokens,
      policyOperations: left.policyOperations + right.policyOperations,
      verifierOperations: left.verifierOperations + right.verifierOperations)
  }

  /// Adds a cost.
  public static func += (left: inout StrategyCost, right: StrategyCost) { left = left + right }

  /// A cost shared out, such as a sum over problems.
  public static func / (cost: StrategyCost, divisor: Double) -> StrategyCost {
    StrategyCost(
      generatedTokens: cost.generatedTokens / divisor, promptTokens: cost.promptTokens / divisor,
      verifierTokens: cost.verifierTokens / divisor,
      policyOperations: cost.policyOperations / divisor,
      verifierOperations: cost.verifierOperations / divisor)
  }
}
