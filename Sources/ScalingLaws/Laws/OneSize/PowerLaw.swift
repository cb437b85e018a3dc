public import Cards
public import Optimization

/// A power law of one size without floor [42][79], y = A·x^(−α): the law to beat. The law of
/// time-series models, L = (X_0/X)^α, is this one with A = X_0^α; whether its exponent is the same
/// in and out of distribution is asked by `fit --by split --share alpha`.
public struct PowerLaw: Law {
  private var column: String

  /// Creates the law of the column `x`, training compute unless told otherwise.
  public init(x column: String = "C") { self.column = column }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "power", title: "Power law of one size", formula: "A/x^alpha",
      citations: [.hestness2017, .yao2024],
      columns: [.scale(column)],
      caution: "without a floor it extrapolates too low wherever loss cannot reach zero")
  }

  /// A, alpha.
  public var parameters: [LawParameter] { [.amplitude("A"), .exponent("alpha")] }

  /// `x`, the column of size.
  public var settings: [CardOption] { [.scale(column)] }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> PowerLaw {
    PowerLaw(x: values.word("x"))
  }

  /// A·x^(−α).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] * exp(-p[1] * x.log(0))
  }
}
