public import Optimization

/// Performance of a mixture of sources by its distance from the validation data and its size [8].
///
/// At a fixed size the performance is a straight line in the optimal-transport distance w between
/// the training mixture and the validation set, V(n, w) = a1(n)·w + a0(n), and between and beyond
/// two sizes it is a straight line in ln n through them. Both together are V = a0 + a1·w + (b0 +
/// b1·w)·ln n, linear in four coefficients.
public struct Projektor: Law {
  /// Creates the law.
  public init() {}

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "projektor", title: "Accuracy of a mixture by transport distance and size",
      formula: "a0 + a1 distance + (b0 + b1 distance) ln D", citations: [.kang2023],
      columns: [
        .tokens,
        ColumnRequirement(
          "distance", unit: "",
          meaning: "optimal-transport distance between the training mixture and validation data",
          positive: false),
      ],
      response: .accuracy, objective: .squared,
      caution: "straight lines in the distance and in ln D: near a ceiling or floor of the "
        + "accuracy they cannot hold; allometry choose sources measures the distance on features of yours"
    )
  }

  /// a0, a1, b0, b1.
  public var parameters: [LawParameter] {
    ["a0", "a1", "b0", "b1"].map { .amplitude($0, signed: true) }
  }

  /// a0 + a1·w + (b0 + b1·w)·ln D.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let size = x.log(0)
    return p[0] + p[1] * x[1] + (p[2] + p[3] * x[1]) * size
  }
}
