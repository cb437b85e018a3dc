public import Cards
public import Optimization

/// A score that rises as a power of one size [90].
///
/// S = a·x^b with b > 0, the form fitted to alignment scores of text-to-image models in compute,
/// parameters and data. Nothing bounds it: a score that cannot pass 1 follows it only far below.
public struct ScorePower: Law {
  private var column: String

  /// Creates the law of the column `x`, training compute unless told otherwise.
  public init(x column: String = "C") { self.column = column }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "score-power", title: "A score that rises as a power of one size",
      formula: "a x^b", citations: [.li2024], columns: [.scale(column)],
      response: Response(column: "score", unit: "", higherIsBetter: true),
      caution: "without a ceiling: a score bounded by 1 follows it only far below 1; task-sigmoid "
        + "and rl-sigmoid saturate")
  }

  /// a, b.
  public var parameters: [LawParameter] {
    [.amplitude("a"), .exponent("b", starts: [0.01, 0.03, 0.1, 0.3])]
  }

  /// `x`, the column of size.
  public var settings: [CardOption] { [.scale(column)] }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> ScorePower {
    ScorePower(x: values.word("x"))
  }

  /// a·x^b.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    p[0] * exp(p[1] * x.log(0))
  }
}
