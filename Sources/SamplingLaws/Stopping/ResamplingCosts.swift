/// What drawing until a verifier accepts is worth and costs, in units of a right answer's reward [155].
public struct ResamplingCosts: Sendable, Hashable, Codable {
  /// V_c, what an accepted right answer is worth.
  public var rewardRight: Double
  /// V_f, what an accepted wrong answer costs: one scenario each. Abstaining is worth nothing.
  public var wrong: [Double]
  /// κ, what a sample costs.
  public var perSample: Double
  /// What a generated token costs, beside the cost of its sample; unknown tokens cost nothing.
  public var perToken: Double

  /// Costs; the published scenarios by default.
  public init(
    rewardRight: Double = 1, wrong: [Double] = [0, 1, 2, 4, 8], perSample: Double = 0,
    perToken: Double = 0
  ) {
    self.rewardRight = rewardRight
    self.wrong = wrong
    self.perSample = perSample
    self.perToken = perToken
  }

  func validate() throws(SelectionError) {
    if wrong.isEmpty || wrong.contains(where: { !($0 >= 0 && $0.isFinite) }) {
      throw .invalidSetting("Costs of a wrong answer must be given, finite, and not negative.")
    }
    if !(perSample >= 0 && perToken >= 0) || !rewardRight.isFinite {
      throw .invalidSetting("Costs of samples and tokens must not be negative.")
    }
  }
}
