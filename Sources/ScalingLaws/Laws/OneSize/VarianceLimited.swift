public import Cards
public import Optimization

/// The variance-limited regime, whose exponent is universal [31].
///
/// The loss approaches its limit as E + A/D at fixed small model, and as E + A/width at fixed data,
/// that is E + A/N^(1/2) where N grows as the square of the width.
public struct VarianceLimited: Law {
  private var column: String

  /// Creates the law of the column `x`: `D`, `N` or `width`.
  public init(x column: String = "D") { self.column = column }

  private var exponent: Double { column == "N" ? 0.5 : 1 }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "variance-limited", title: "Variance-limited: the universal exponent",
      formula: column == "N" ? "E + A/N^0.5" : "E + A/\(column)", citations: [.bahri2021],
      columns: [.scale(column)],
      caution: "holds only where the other of size and data is far smaller")
  }

  /// E, A.
  public var parameters: [LawParameter] { [.amplitude("E", unit: "nats/token"), .amplitude("A")] }

  /// `x`, the column that grows.
  public var settings: [CardOption] {
    [.choice("x", column, of: ["D", "N", "width"], "what grows: D, N or width")]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> VarianceLimited {
    VarianceLimited(x: values.word("x"))
  }

  /// E + A/x or E + A/√N.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] + p[1] * Lanes.exp(-exponent * x.log(0))
  }
}
