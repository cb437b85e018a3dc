public import Cards
public import Optimization

/// A power law of one size over a floor [42][140].
///
/// y = E + A·x^(−α); E estimates the entropy of the data and the power the divergence from it.
public struct PowerConstant: Law {
  private var column: String

  /// Creates the law of the column `x`, training compute unless told otherwise.
  public init(x column: String = "C") { self.column = column }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "power-constant", title: "Power law of one size over a floor",
      formula: "E + A/x^alpha", citations: [.hestness2017, .henighan2020], columns: [.scale(column)]
    )
  }

  /// E, A, alpha.
  public var parameters: [LawParameter] {
    [
      .amplitude("E", unit: "nats/token"), .amplitude("A"),
      .exponent("alpha", starts: [0.04, 0.08, 0.16, 0.3, 0.5, 0.8, 1.2]),
    ]
  }

  /// `x`, the column of size.
  public var settings: [CardOption] { [.scale(column)] }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> PowerConstant {
    PowerConstant(x: values.word("x"))
  }

  /// `alpha`.
  public var regimeExponent: String? { "alpha" }

  /// E + A·x^(−α).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] + p[1] * exp(-p[2] * x.log(0))
  }
}
