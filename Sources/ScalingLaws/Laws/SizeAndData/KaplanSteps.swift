public import Cards
public import Optimization
internal import RealModule

/// Loss along training at a finite batch [L1][11][L12].
///
/// At a batch far above the critical one, L(N, S_min) = (N_c/N)^α_N + (S_c/S_min)^α_S. At batch B
/// the same loss takes S = S_min·(1 + B_crit(L)/B) steps with B_crit(L) = Bstar/L^(1/α_B), which
/// makes the law implicit in L. Steps of the warm-up should be left out.
public struct KaplanSteps: Law {
  /// How the batch enters.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// One critical batch for the whole table, so that S_min is explicit.
    case minimum
    /// The critical batch grows as the loss falls; the law is solved for the loss.
    case trajectory
  }

  /// How the batch enters.
  public var mode: Mode

  /// Creates the law.
  public init(mode: Mode = .trajectory) { self.mode = mode }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "kaplan-steps", title: "Kaplan: loss along training at a finite batch",
      formula: mode == .minimum
        ? "(N_c/N)^alpha_N + (S_c (1 + B_crit/B)/S)^alpha_S"
        : "L = (N_c/N)^alpha_N + (S_c (1 + Bstar/(B L^(1/alpha_B)))/S)^alpha_S",
      citations: [.kaplan2020, .su2024, .mccandlish2018],
      columns: [
        .parameters, .scale("step"),
        ColumnRequirement("batch_tokens", unit: "tokens", meaning: "tokens in a batch"),
      ],
      caution: "the critical batch is identified only if the table holds several batch sizes")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// N_c, alpha_N, S_c, alpha_S, then B_crit, or Bstar and alpha_B.
  public var parameters: [LawParameter] {
    let common: [LawParameter] = [
      .shape("N_c", unit: "parameters", bounds: 1e-300...1e300, starts: [1e9, 1e14]),
      .exponent("alpha_N", starts: [0.05, 0.1, 0.2, 0.4]),
      .shape("S_c", unit: "steps", bounds: 1e-300...1e300, starts: [100, 2000]),
      .exponent("alpha_S", starts: [0.3, 0.6, 1]),
    ]
    switch mode {
    case .minimum:
      return common + [
        .shape("B_crit", unit: "tokens", bounds: 1e-6...1e300, starts: [1e5, 1e6])
      ]
    case .trajectory:
      return common + [
        .shape("Bstar", unit: "tokens", bounds: 1e-6...1e300, starts: [1e7, 1e8]),
        .shape("alpha_B", bounds: 0.02...10, starts: [0.2]),
      ]
    }
  }

  /// `mode`, how the batch enters.
  public var settings: [CardOption] {
    [
      .choice(
        "mode", mode, "minimum: one critical batch; trajectory: it grows as the loss falls")
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> KaplanSteps {
    KaplanSteps(mode: values.choice("mode"))
  }

  /// Exponents and critical batches crossed; the observed losses make the rest linear.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let n = observations.column("N")
    let steps = observations.column("step")
    let batches = observations.column("batch_tokens")
    guard n.count == observations.count, steps.count == n.count, batches.count == n.count else {
      return nil
    }
    let loss = observations.response
    let (centreN, centreS) = (geometricMean(n), geometricMean(steps))
    let (centreB, centreL) = (geometricMean(batches), geometricMean(loss))
    let slopes = mode == .minimum ? [Double.infinity] : [0.15, 0.3]
    return crossProduct([[0.05, 0.1, 0.2, 0.4], [0.3, 0.6, 1], [0.1, 1, 10], slopes]).map { c in
      let (alphaN, alphaS, alphaB) = (c[0], c[1], c[3])
      let terms = loss.indices.map { row -> Double in
        let critical = c[2] * centreB * Double.pow(loss[row] / centreL, -1 / alphaB)
        return Double.pow(centreS * (1 + critical / batches[row]) / steps[row], alphaS)
      }
      let scale = startingAmplitudes(
        terms: [n.map { Double.pow(centreN / $0, alphaN) }, terms], target: loss)
      let common = [
        centreN * Double.pow(scale[0], 1 / alphaN), alphaN,
        centreS * Double.pow(scale[1], 1 / alphaS), alphaS,
      ]
      if mode == .minimum { return common + [c[2] * centreB] }
      return common + [c[2] * centreB * Double.pow(centreL, 1 / alphaB), alphaB]
    }
  }

  /// The loss; in trajectory mode the root of the implicit equation.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let size = exp(p[1] * (log(p[0]) - x.log(0)))
    let steps = exp(p[3] * (log(p[2]) - x.log(1)))
    switch mode {
    case .minimum:
      return size + steps * exp(p[3] * log(exp(log(p[4]) - x.log(2)) + 1))
    case .trajectory:
      let ratio = log(p[4]) - x.log(2)
      let slope = 1 / p[5]
      let start = Lanes.log(size.value + steps.value)
      let logLoss = Self.solve(
        size: size.value, steps: steps.value, ratio: ratio.value, slope: slope.value,
        exponent: p[3].value, start: start)
      // One Newton step in dual numbers from the converged value carries the exact derivatives
      // of the implicit function.
      let known = Dual<K>(constant: logLoss)
      let excess = exp(ratio - slope * known)
      let growth = steps * exp(p[3] * log(excess + 1))
      let sum = size + growth
      let residual = log(sum) - known
      let steepness = growth * p[3] * slope * excess / ((excess + 1) * sum) + 1
      return exp(known + residual / steepness)
    }
  }

  /// Solves ln(size + steps·(1 + e^(ratio − slope·u))^exponent) = u for u = ln L.
  ///
  /// The difference of the two sides is convex and falls with slope below −1, so Newton's method
  /// from the infinite-batch loss climbs to the root and cannot overshoot.
  @inline(__always)
  private static func solve(
    size: Lanes, steps: Lanes, ratio: Lanes, slope: Lanes, exponent: Lanes, start: Lanes
  ) -> Lanes {
    var u = start
    for _ in 0..<60 {
      let excess = Lanes.exp(ratio - slope * u)
      let growth = steps * Lanes.exp(exponent * Lanes.log(excess + 1))
      let sum = size + growth
      let residual = Lanes.log(sum) - u
      let change = residual / (growth * exponent * slope * excess / ((excess + 1) * sum) + 1)
      u += change
      let moved = change.replacing(with: -change, where: change .< Lanes.zero)
      // NaN compares false and ends the loop too: the fitter rejects the point.
      if !any(moved .> 1e-14) { break }
    }
    return u
  }
}
