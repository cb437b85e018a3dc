public import Optimization
internal import RealModule

/// The loss of a student by the loss of its teacher, its size and the tokens of distillation.
///
/// Busbridge et al. (2025), "Distillation Scaling Laws", arXiv:2502.08606:
/// L_S = L_T + L_T^(−c0)·(1 + (L_T/(L̃_S·d1))^(1/f1))^(−c1·f1)·(A/N^α + B/D^β)^γ.
/// L̃_S is the loss that a model of the student's size reaches on as many tokens without a teacher.
/// Where the teacher is weak the student follows it; where it is far stronger than what the student
/// could learn alone, a better teacher makes a worse student (the capacity gap).
public struct Distillation: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "distillation", title: "Distillation: the student's loss by teacher, size and tokens",
      formula: "LT + LT^-c0 (1 + (LT/(LS d1))^(1/f1))^(-c1 f1) (A/N^alpha + B/D^beta)^gamma, "
        + "LT = teacher_loss, LS = supervised_loss",
      citations: [.busbridge2025],
      columns: [
        ColumnRequirement("N", unit: "parameters", meaning: "parameters of the student"),
        ColumnRequirement("D", unit: "tokens", meaning: "tokens of distillation"),
        ColumnRequirement("teacher_loss", unit: "nats/token", meaning: "loss of the teacher"),
        ColumnRequirement(
          "supervised_loss", unit: "nats/token",
          meaning: "loss of the same student on as many tokens without a teacher, measured or "
            + "forecast by a law of supervised runs"),
      ],
      caution: "the law never lets a student pass its teacher; it needs teachers weaker and "
        + "stronger than the students, and c0 trades off with c1, d1 and f1")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// A, B, alpha, beta, gamma, c0, c1, d1, f1.
  public var parameters: [LawParameter] {
    [
      .shape("A", bounds: 1e-300...1e300, starts: [100, 1e4]),
      .shape("B", bounds: 1e-300...1e300, starts: [100, 1e4]),
      .exponent("alpha", upper: 20), .exponent("beta", upper: 20),
      .shape("gamma", bounds: 0.01...20, starts: [0.5, 1]),
      .shape("c0", domain: .real, bounds: -50...50, starts: [1, 3]),
      .shape("c1", bounds: 1e-4...1e5, starts: [10, 500]),
      .shape("d1", bounds: 0.05...20, starts: [1, 1.3]),
      .shape("f1", bounds: 1e-3...10, starts: [0.05, 0.2]),
    ]
  }

  /// Shapes crossed; what is left of the excess over the teacher is a power of a sum linear in A
  /// and B.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let n = observations.column("N")
    let d = observations.column("D")
    let teacher = observations.column("teacher_loss")
    let alone = observations.column("supervised_loss")
    let count = observations.count
    guard [n, d, teacher, alone].allSatisfy({ $0.count == count }) else { return nil }
    let (centreN, centreD) = (geometricMean(n), geometricMean(d))
    let rates = [0.15, 0.35]
    return crossProduct([rates, rates, [0.5, 0.9], [1, 3], [5, 40], [1, 1.3], [0.05, 0.2]]).map {
      c in
      let (gamma, c0, fall, d1, f1) = (c[2], c[3], c[4], c[5], c[6])
      let (alpha, beta) = (c[0] / gamma, c[1] / gamma)
      let target = (0..<count).map { row -> Double in
        let excess = max(observations.response[row] - teacher[row], 1e-3 * teacher[row])
        let ratio = Double.log(teacher[row] / (alone[row] * d1)) / f1
        let gap = -c0 * Double.log(teacher[row]) - fall * Double.log(onePlus: Double.exp(ratio))
        return Double.exp((Double.log(excess) - gap) / gamma)
      }
      let scale = startingAmplitudes(
        terms: [
          n.map { Double.pow(centreN / $0, alpha) }, d.map { Double.pow(centreD / $0, beta) },
        ], target: target)
      return [
        scale[0] * Double.pow(centreN, alpha), scale[1] * Double.pow(centreD, beta), alpha, beta,
        gamma, c0, fall / f1, d1, f1,
      ]
    }
  }

  /// L_T + L_T^(−c0)·(1 + (L_T/(L̃_S·d1))^(1/f1))^(−c1·f1)·(A·N^(−α) + B·D^(−β))^γ.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let sum = exp(log(p[0]) - p[2] * x.log(0)) + exp(log(p[1]) - p[3] * x.log(1))
    let ratio = (x.log(2) - x.log(3) - log(p[7])) / p[8]
    let gap = -p[5] * x.log(2) - p[6] * p[8] * log(exp(ratio) + 1)
    return exp(gap + p[4] * log(sum)) + x[2]
  }
}
