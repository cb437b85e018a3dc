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
      formula: column == "N" ? "E + A/N^0.5" : "E + A/\(column)", citations: ["31"],
      columns: [.scale(column)],
      caution: "holds only where the other of size and data is far smaller")
  }

  /// E, A.
  public var parameters: [LawParameter] { [.amplitude("E", unit: "nats/token"), .amplitude("A")] }

  /// `x`, the column that grows.
  public var settings: [LawSetting] {
    [LawSetting("x", value: column, meaning: "what grows: D, N or width")]
  }

  /// Chooses the column.
  public func setting(_ name: String, to value: String) throws(FitError) -> any Law {
    VarianceLimited(
      x: try parsed(value, of: name, expected: "D, N or width") {
        ["D", "N", "width"].contains($0) ? $0 : nil
      })
  }

  /// E + A/x or E + A/√N.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] + p[1] * Lanes.exp(-exponent * x.log(0))
  }
}
