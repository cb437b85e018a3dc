public import Cards
public import Optimization
internal import RealModule

/// One law for dense models and mixtures of any number of experts.
///
/// Ludziejewski et al. (2025), "Joint MoE Scaling Laws: Mixture of Experts Can Be Memory Efficient",
/// arXiv:2502.05172: L = a·Ê^δ·N^(α + γ ln Ê) + b·Ê^ω·D^(β + ζ ln Ê) + c, where N counts the active
/// parameters and Ê is the number of experts, saturating as in routed models [L10] if asked for, as
/// the paper does: Ê is then E_start for a dense model and E_max at most. For any one number of
/// experts the law is ``Chinchilla``. Exponents have the authors' signs, so alpha and beta are
/// negative.
public struct JointMoE: Law {
  /// Whether the benefit of more experts saturates, with fitted E_start and E_max.
  public var saturates: Bool

  /// Creates the law.
  public init(saturates: Bool = false) { self.saturates = saturates }

  /// The paper's coefficients, in the order of `parameters`, of the law that saturates.
  public static let published = [
    1.3637, 35.91, 35.98, -0.1889, -0.1775, -0.2285, 0.0098, 0.5529, -0.0259, 2.0732, 290.4521,
  ]

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "joint-moe", title: "Dense models and mixtures of experts: active size, data, experts",
      formula: "a Eh^delta N^(alpha + gamma ln Eh) + b Eh^omega D^(beta + zeta ln Eh) + c, "
        + (saturates
          ? "1/Eh = 1/(experts - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max" : "Eh = experts"),
      citations: [.ludziejewski2025],
      columns: [
        ColumnRequirement("N", unit: "parameters", meaning: "active parameters"), .tokens,
        ColumnRequirement("experts", unit: "experts", meaning: "experts, 1 for a dense model"),
      ],
      caution: "N counts active parameters; how a size is cut into experts is held fixed")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// c, a, b, alpha, beta, delta, gamma, omega, zeta, then E_start and E_max where it saturates.
  public var parameters: [LawParameter] {
    func negative(_ name: String) -> LawParameter {
      .shape(name, domain: .real, bounds: -5...(-1e-4), starts: [-0.1, -0.2, -0.35])
    }
    func signed(_ name: String, _ starts: [Double]) -> LawParameter {
      .shape(name, domain: .real, bounds: -5...5, starts: starts)
    }
    let shared: [LawParameter] = [
      .amplitude("c", unit: "nats/token"), .amplitude("a"), .amplitude("b"), negative("alpha"),
      negative("beta"), signed("delta", [-0.2, 0.2]), signed("gamma", [0]),
      signed("omega", [-0.4, 0.4]), signed("zeta", [0]),
    ]
    guard saturates else { return shared }
    let limits: [LawParameter] = [
      .shape("E_start", unit: "experts", bounds: 1e-3...1e3, starts: [1, 3]),
      .shape("E_max", unit: "experts", bounds: 2...1e9, starts: [128, 1024]),
    ]
    return shared + limits
  }

  /// `saturates`, whether the benefit of more experts ends.
  public var settings: [CardOption] {
    [
      .choice(
        "saturates", saturates ? "yes" : "no", of: ["yes", "no"],
        "yes: E_start and E_max are fitted; no: the number of experts counts in full")
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> JointMoE {
    JointMoE(saturates: values.word("saturates") == "yes")
  }

  /// a·Ê^δ·N^(α + γ ln Ê) + b·Ê^ω·D^(β + ζ ln Ê) + c.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    var logExperts = Dual<K>(constant: x.log(2))
    if saturates {
      let floor = 1 / p[10]
      let start = 1 / (1 / p[9] - floor)
      logExperts = -log(1 / (start + (x[2] - 1)) + floor)
    }
    let size = exp(p[5] * logExperts + (p[3] + p[6] * logExperts) * x.log(0))
    let data = exp(p[7] * logExperts + (p[4] + p[8] * logExperts) * x.log(1))
    return p[1] * size + p[2] * data + p[0]
  }
}
