public import Cards
public import Optimization
internal import RealModule

/// The log-linear law of sparse attention [32].
///
/// transform(score) = b0 + b_N·ln N + b_T·ln T + b_c·ln c, with T the tokens of context and c the
/// compression (1 over the kept fraction). Form from memory; the paper's coefficients are unknown.
public struct SparseAttention: Law {
  /// What is linear in the logarithms.
  public enum Transform: String, Sendable, Hashable, CaseIterable {
    case identity
    case log
    /// The log odds of the score.
    case logit
  }

  private let transform: Transform

  /// Creates the law.
  public init(transform: Transform = .logit) { self.transform = transform }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let left = transform == .identity ? "accuracy" : "\(transform.rawValue)(accuracy)"
    return LawCard(
      name: "sparse-attention", title: "Sparse attention: score by size, length and compression",
      formula: "\(left) = b0 + b_N ln N + b_T ln context + b_c ln compression",
      citations: [.nawrot2025],
      columns: [
        .parameters,
        ColumnRequirement("context", unit: "tokens", meaning: "length of the input"),
        ColumnRequirement("compression", unit: "", meaning: "1 over the kept share of attention"),
      ],
      response: .accuracy, objective: .squared,
      caution: "The form is from memory; fit each task and phase (prefill, decoding) by itself.")
  }

  /// b0, b_N, b_T, b_c.
  public var parameters: [LawParameter] {
    ["b0", "b_N", "b_T", "b_c"].map { name in
      transform == .identity
        ? .amplitude(name, signed: true)
        : .shape(name, domain: .real, bounds: -1e4...1e4, starts: [0])
    }
  }

  /// `transform`.
  public var settings: [CardOption] {
    [.choice("transform", transform, "what is linear: identity, log or logit")]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> SparseAttention {
    SparseAttention(transform: values.choice("transform"))
  }

  /// The inverse transform of the linear form.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let linear = p[0] + p[1] * x.log(0) + p[2] * x.log(1) + p[3] * x.log(2)
    switch transform {
    case .identity: return linear
    case .log: return exp(linear)
    case .logit: return logistic(linear)
    }
  }

  /// Least squares of the transformed scores; scores at the ends are moved in by a thousandth.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    if transform == .identity { return nil }
    let target = observations.response.map { score -> Double in
      let inside = max(score, 1e-3)
      if transform == .log { return Double.log(inside) }
      let bounded = min(inside, 1 - 1e-3)
      return Double.log(bounded / (1 - bounded))
    }
    // Centred logarithms keep the normal equations well conditioned whatever the units.
    let centres = card.columns.map { Double.log(geometricMean(observations.column($0.name))) }
    let columns =
      [target.map { _ in 1.0 }]
      + zip(card.columns, centres).map { column, centre in
        observations.column(column.name).map { Double.log($0) - centre }
      }
    let solved = nonnegativeLeastSquares(
      columns: columns, target: target, nonnegative: [false, false, false, false])
    let slopes = solved.map { Array($0.dropFirst()) } ?? [0, 0, 0]
    let mean = target.reduce(0, +) / Double(max(target.count, 1))
    let intercept = zip(slopes, centres).reduce(solved?[0] ?? mean) { $0 - $1.0 * $1.1 }
    return [[intercept] + slopes]
  }
}
