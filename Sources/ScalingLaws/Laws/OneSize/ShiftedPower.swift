public import Cards
public import Optimization
internal import RealModule

/// A power law of one size that saturates at both ends [105].
///
/// y = d + a·(x + b)^(−α): the curve is flat below b, where chance is all there is, and tends to d.
/// It serves errors that start at the rate of guessing, such as zero-shot classification by compute.
public struct ShiftedPower: Law {
  private var column: String

  /// Creates the law of the column `x`, training compute unless told otherwise.
  public init(x column: String = "C") { self.column = column }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "shifted-power", title: "Power law that saturates at both ends",
      formula: "d + a/(x + b)^alpha", citations: [.nezhurina2025], columns: [.scale(column)],
      caution: "without points on the flat start b is not known, and the law is power-constant")
  }

  /// d, a, b, alpha.
  public var parameters: [LawParameter] {
    [
      .amplitude("d"), .amplitude("a"),
      .shape("b", bounds: 1e-300...1e300, starts: [1]),
      .exponent("alpha", starts: [0.08, 0.16, 0.3, 0.5, 0.8]),
    ]
  }

  /// `x`, the column of size.
  public var settings: [CardOption] { [.scale(column)] }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> ShiftedPower {
    ShiftedPower(x: values.word("x"))
  }

  /// d + a·(x + b)^(−α).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] + p[1] * exp(-p[3] * log(p[2] + x[0]))
  }

  /// Shifts from a thousandth of the smallest size to the largest, with d and a solved.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let sizes = observations.column(column).filter { $0 > 0 && $0.isFinite }
    guard let low = sizes.min(), let high = sizes.max() else { return nil }
    let shifts = (0...8).map {
      Double.exp(Double.log(low / 1000) + Double.log(1000 * high / low) * Double($0) / 8)
    }
    let points = crossProduct([shifts, parameters[3].starts]).map { [0, 0] + $0 }
    return solvingAmplitudes(in: points, for: observations)
  }
}
