public import Cards
public import Optimization

/// The product law of encoder–decoder models [126].
///
/// L = L_inf + α/(N_e^p_e·N_d^p_d): encoder and decoder help with powers of their own. The form
/// `sum` knows only N_e + N_d; `shares` contains both and serves to test one against the other.
public struct EncoderDecoder: Law {
  /// How the two sizes enter.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// L_inf + α/(N_e^p_e·N_d^p_d).
    case product
    /// L_inf + α/(N_e + N_d)^p.
    case sum
    /// L_inf + α/((N_e + N_d)^p·s_e^q_e·s_d^q_d) with shares s of the sum.
    case shares
  }

  private let form: Form

  /// Creates the law.
  public init(form: Form = .product) { self.form = form }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let formula =
      switch form {
      case .product: "L_inf + alpha/(encoder_N^p_e decoder_N^p_d)"
      case .sum: "L_inf + alpha/(encoder_N + decoder_N)^p"
      case .shares: "L_inf + alpha/((encoder_N + decoder_N)^p s_e^q_e s_d^q_d)"
      }
    return LawCard(
      name: "encoder-decoder", title: "Encoder and decoder size", formula: formula,
      citations: [.ghorbani2021],
      columns: [
        ColumnRequirement("encoder_N", unit: "parameters", meaning: "parameters of the encoder"),
        ColumnRequirement("decoder_N", unit: "parameters", meaning: "parameters of the decoder"),
      ])
  }

  /// L_inf, alpha, then the exponents.
  public var parameters: [LawParameter] {
    let amplitudes: [LawParameter] = [
      .amplitude("L_inf", unit: "nats/token"), .amplitude("alpha"),
    ]
    switch form {
    case .product: return amplitudes + [.exponent("p_e"), .exponent("p_d")]
    case .sum: return amplitudes + [.exponent("p")]
    case .shares:
      let starts = [0, 0.2, 0.5]
      return amplitudes + [
        .exponent("p"), .shape("q_e", domain: .real, bounds: -5...5, starts: starts),
        .shape("q_d", domain: .real, bounds: -5...5, starts: starts),
      ]
    }
  }

  /// `form`.
  public var settings: [CardOption] {
    [.choice("form", form, "product, sum (of the sizes alone) or shares (both)")]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> EncoderDecoder {
    EncoderDecoder(form: values.choice("form"))
  }

  /// The total size alone, and the split beside it.
  public var nestedForms: (narrow: any Law, wide: any Law)? {
    (EncoderDecoder(form: .sum), EncoderDecoder(form: .shares))
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let power: Dual<K>
    switch form {
    case .product: power = p[2] * x.log(0) + p[3] * x.log(1)
    case .sum: power = p[2] * Lanes.log(x[0] + x[1])
    case .shares:
      let total = Lanes.log(x[0] + x[1])
      let encoder = p[3] * (x.log(0) - total)
      power = p[2] * total + encoder + p[4] * (x.log(1) - total)
    }
    return p[0] + p[1] * exp(-power)
  }

  /// The split N_e* = B·p_e/(p_e + p_d) of a total size that minimises the loss [126], by the
  /// parameters of the form `product` in its order.
  public static func optimalSplit(
    of total: Double, point: [Double]
  ) -> (encoder: Double, decoder: Double) {
    let share = point[2] / (point[2] + point[3])
    return (total * share, total * (1 - share))
  }
}
