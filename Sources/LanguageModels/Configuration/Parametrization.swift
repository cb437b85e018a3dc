/// How weights start and how learning rates and weight decay follow the width.
public enum Parametrization: Codable, Hashable, Sendable {
  /// The same learning rate and decay for every weight; GPT-2's starting values.
  case standard
  /// Maximal update: hidden matrices start with variance over fan-in and learn at the rate over the
  /// width multiplier m = D/`baseWidth`, logits are divided by m, and attention scores by d rather
  /// than √d, the two being equal at heads of `baseHeadWidth` [70].
  ///
  /// With `scalesWeightDecay` the decay of hidden matrices grows with √m [70].
  case maximalUpdate(baseWidth: Int, baseHeadWidth: Int, scalesWeightDecay: Bool)

  /// The ratio of a width to the base width; one under the standard parametrisation.
  public func multiplier(width: Int) -> Double {
    switch self {
    case .standard: 1
    case .maximalUpdate(let baseWidth, _, _): Double(width) / Double(baseWidth)
    }
  }

  /// The factor on a parameter's learning rate (for optimisers whose step does not depend on the
  /// gradient's scale: AdamW, Lion).
  public func learningRateScale(_ role: ParameterRole, width: Int) -> Double {
    switch role {
    case .hidden: 1 / multiplier(width: width)
    // Logits are divided by m instead, so the readout keeps its rate.
    case .embedding, .readout, .vector: 1
    }
  }

  /// The factor on the weight decay of a parameter; zero where decay does not apply.
  public func weightDecayScale(_ role: ParameterRole, width: Int) -> Double {
    guard case .maximalUpdate(_, _, let scales) = self, scales else { return role.decays ? 1 : 0 }
    switch role {
    case .hidden: return multiplier(width: width).squareRoot()
    // [70]: vector-like parameters, embeddings among them, do not decay.
    case .embedding, .readout, .vector: return 0
    }
  }

  func logitScale(width: Int) -> Double { 1 / multiplier(width: width) }

  /// What attention scores are multiplied by.
  public func scoreScale(headWidth: Int) -> Double {
    switch self {
    case .standard: 1 / Double(headWidth).squareRoot()
    case .maximalUpdate(_, let baseHeadWidth, _):
      Double(baseHeadWidth).squareRoot() / Double(headWidth)
    }
  }
}
