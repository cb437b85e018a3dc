public import Cards
public import Optimization

/// The loss of a model made sparse by continued training [67].
///
/// L = floor + A/D^b: the gap to the dense model closes as a power of the tokens of retraining.
public struct SparseTraining: Law {
  /// What the loss tends to.
  public enum Floor: String, Sendable, Hashable, CaseIterable {
    /// A fitted constant.
    case fitted
    /// The loss of the dense model, read from the column `dense_loss`.
    case dense
  }

  private let floor: Floor

  /// Creates the law.
  public init(floor: Floor = .fitted) { self.floor = floor }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let dense = ColumnRequirement(
      "dense_loss", unit: "nats/token", meaning: "loss of the dense model")
    return LawCard(
      name: "sparse-training", title: "Sparse retraining: gap to the dense model by tokens",
      formula: floor == .dense ? "dense_loss + A/D^b" : "E + A/D^b", citations: [.huang2025],
      columns: floor == .dense ? [.tokens, dense] : [.tokens],
      caution: "The paper reports a scaling law but prints no form; a floor and a power of the "
        + "tokens is this program's choice.")
  }

  /// E (where it is fitted), A, b.
  public var parameters: [LawParameter] {
    let gap: [LawParameter] = [
      .amplitude("A"), .exponent("b", starts: [0.05, 0.1, 0.2, 0.4, 0.7, 1]),
    ]
    return floor == .dense ? gap : [.amplitude("E", unit: "nats/token")] + gap
  }

  /// `floor`.
  public var settings: [CardOption] {
    [.choice("floor", floor, "fitted: a constant E; dense: the column dense_loss")]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> SparseTraining {
    SparseTraining(floor: values.choice("floor"))
  }

  /// floor + A·D^(−b).
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    switch floor {
    case .fitted: return p[0] + p[1] * exp(-p[2] * x.log(0))
    case .dense: return p[0] * exp(-p[1] * x.log(0)) + x[1]
    }
  }
}
