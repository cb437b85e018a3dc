public import Cards
public import Optimization
internal import RealModule

/// The sigmoid of reinforcement learning in compute [75].
///
/// R(C) = R0 + (A − R0)/(1 + (C_mid/C)^B): R0 the pass rate before training, A the ceiling, B the
/// steepness, C_mid the compute of half the gain. R0 should be measured and held.
public struct RLSigmoid: Law {
  private let initial: Double?

  /// Creates the law.
  ///
  /// - Parameter initial: R0 as measured; nil to fit it.
  public init(initial: Double? = nil) { self.initial = initial }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let held = initial.map { "\($0)" } ?? "R0"
    return LawCard(
      name: "rl-sigmoid", title: "Pass rate of reinforcement learning by compute",
      formula: "\(held) + (A - \(held))/(1 + (C_mid/C)^B)", citations: [.khatri2025],
      columns: [.compute], response: .accuracy, objective: .squared,
      caution: "Measure R0 and hold it with --set R0=VALUE or --fix R0=VALUE. The ceiling is not "
        + "known before the curve has passed C_mid, and repeats move it by about 0.02.")
  }

  /// R0 (unless it is set), A, B, C_mid.
  public var parameters: [LawParameter] {
    func rate(_ name: String) -> LawParameter {
      LawParameter(
        name: name, unit: "fraction", domain: .real, bounds: 0...1, isLinear: true, starts: [])
    }
    return (initial == nil ? [rate("R0")] : []) + [rate("A")] + SigmoidInCompute.parameters
  }

  /// `R0`.
  public var settings: [CardOption] {
    [
      .number(
        "R0", initial, in: NumberRange(0..<1), or: "fitted",
        "the pass rate before training, or fitted")
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> RLSigmoid {
    RLSigmoid(initial: values.optionalNumber("R0"))
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    if let initial {
      let gain = logistic(p[1] * (x.log(0) - log(p[2])))
      return initial + (p[0] - initial) * gain
    }
    let gain = logistic(p[2] * (x.log(0) - log(p[3])))
    return p[0] + (p[1] - p[0]) * gain
  }

  /// Midpoints across and beyond the table, with R0 and A solved at each.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let rates = parameters.count - 2
    return solvingAmplitudes(
      in: SigmoidInCompute.starts(observations.column("C")).map {
        [Double](repeating: 0.5, count: rates) + $0
      }, for: observations)
  }
}

/// The shape that the two sigmoids in compute share.
enum SigmoidInCompute {
  static var parameters: [LawParameter] {
    [
      .shape("B", bounds: 0.01...50, starts: [0.5, 1, 2, 4]),
      .shape("C_mid", unit: "FLOPs", bounds: 1e-300...1e300, starts: [1]),
    ]
  }

  /// B and C_mid from a tenth of the smallest to ten times the largest compute.
  static func starts(_ compute: [Double]) -> [[Double]] {
    let used = compute.filter { $0 > 0 && $0.isFinite }
    let low = Double.log((used.min() ?? 1) / 10)
    let high = Double.log((used.max() ?? 1) * 10)
    let midpoints = (0...24).map { Double.exp(low + (high - low) * Double($0) / 24) }
    return crossProduct([parameters[0].starts, midpoints])
  }
}
