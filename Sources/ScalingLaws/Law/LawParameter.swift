/// A fitted parameter of a law.
public struct LawParameter: Sendable, Hashable {
  /// How the optimiser moves the parameter.
  public enum Domain: String, Sendable, Hashable {
    /// A positive number, moved on the logarithmic scale.
    case positive
    case real
  }

  /// The symbol of the catalogue, spelled out.
  public var name: String
  /// The unit, empty for a pure number.
  public var unit: String
  /// How the optimiser moves it.
  public var domain: Domain
  /// The physical range.
  public var bounds: ClosedRange<Double>
  /// Whether the prediction is linear in the parameter, so that it has a closed-form solution.
  public var isLinear: Bool
  /// Starting values where the parameter is not linear.
  public var starts: [Double]

  /// Creates a parameter in which the prediction is linear.
  public static func amplitude(
    _ name: String, unit: String = "", signed: Bool = false
  ) -> LawParameter {
    LawParameter(
      name: name, unit: unit, domain: signed ? .real : .positive,
      bounds: signed ? -1e300...1e300 : 1e-300...1e300, isLinear: true, starts: [])
  }

  /// Creates a parameter that the formula uses nonlinearly.
  public static func shape(
    _ name: String, unit: String = "", domain: Domain = .positive,
    bounds: ClosedRange<Double>, starts: [Double]
  ) -> LawParameter {
    LawParameter(
      name: name, unit: unit, domain: domain, bounds: bounds, isLinear: false, starts: starts)
  }

  /// Creates the exponent of a power law.
  public static func exponent(
    _ name: String, starts: [Double] = [0.08, 0.16, 0.3, 0.5, 0.8], upper: Double = 5
  ) -> LawParameter {
    shape(name, bounds: 1e-4...upper, starts: starts)
  }
}
