public import Cards
public import Optimization

/// The resolution-limited regime, whose exponent is set by the dimension of the data [31].
///
/// y = E + A·x^(−c/d) with d the intrinsic dimension of the data manifold. c = 4 holds for piecewise
/// linear networks and smooth losses; c = 1 is the bound for any Lipschitz model and target. The
/// implied dimension is the fitted parameter, so its interval can be set beside a measured one.
public struct ResolutionLimited: Law {
  private var column: String
  /// c, the smoothness of model and target.
  public var smoothness: Double

  /// Creates the law.
  public init(x column: String = "D", smoothness: Double = 4) {
    self.column = column
    self.smoothness = smoothness
  }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "resolution-limited", title: "Resolution-limited: exponent from the data's dimension",
      formula: "E + A/x^(smoothness/d)", citations: [.bahri2021], columns: [.scale(column)],
      caution: "holds only where the other of size and data is far larger")
  }

  /// E, A, d.
  public var parameters: [LawParameter] {
    [
      .amplitude("E", unit: "nats/token"), .amplitude("A"),
      .shape("d", unit: "dimensions", bounds: 0.5...1e4, starts: [4, 8, 14, 25, 45, 80]),
    ]
  }

  /// `x`, the column of size, and `smoothness`.
  public var settings: [CardOption] {
    [
      .scale(column),
      .number(
        "smoothness", smoothness, in: NumberRange(above: 0),
        "c of the exponent c/d: 4 for networks with smooth losses, 1 as a bound"),
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> ResolutionLimited {
    ResolutionLimited(x: values.word("x"), smoothness: values.number("smoothness"))
  }

  /// E + A·x^(−c/d).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] + p[1] * exp((-smoothness / p[2]) * x.log(0))
  }
}
