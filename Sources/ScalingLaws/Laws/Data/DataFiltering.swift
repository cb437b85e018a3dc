public import Cards
public import Optimization
internal import RealModule

/// Error against samples seen when the utility of a pool halves with repetition [124].
///
/// In epoch j (counted from 0) of a pool of U samples the error falls as dy/dn = −b_j·y/n with b_j =
/// b·0.5^(j/tau), so that y = a·n^(−b) in the first epoch and each later epoch multiplies it by
/// (n_end/n_start)^(−b_j). The source writes the exponent as a negative number.
public struct DataFiltering: Law {
  /// Where the irreducible part d enters.
  public enum Floor: String, Sendable, Hashable, CaseIterable {
    /// y = (a·n^(−b) + d)·Π: later epochs reduce d too, as in the authors' code.
    case inside
    /// y = d + a·n^(−b)·Π.
    case outside
  }

  /// Where the irreducible part enters.
  public var floor: Floor

  /// Creates the law.
  public init(floor: Floor = .outside) { self.floor = floor }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let product = "prod_j (n_j+1/n_j)^(-b 0.5^(j/tau))"
    return LawCard(
      name: "data-filtering", title: "Data filtering: the utility of a pool halves with repetition",
      formula: floor == .inside
        ? "(d + a min(D,U)^-b) \(product)" : "d + a min(D,U)^-b \(product)",
      citations: [.goyal2024],
      columns: [
        ColumnRequirement("D", unit: "samples", meaning: "samples seen in training"),
        ColumnRequirement("U", unit: "samples", meaning: "samples in the pool"),
      ], response: .error, objective: .squared,
      caution: "tau needs runs of several epochs; one pool at a time")
  }

  /// d, a, b, tau.
  public var parameters: [LawParameter] {
    [
      .amplitude("d"), .amplitude("a"),
      .exponent("b", starts: [0.03, 0.06, 0.12, 0.2, 0.35, 0.6]),
      .shape("tau", unit: "epochs", bounds: 0.02...1e6, starts: [0.7, 2, 5, 15]),
    ]
  }

  /// `floor`, where the irreducible part enters.
  public var settings: [CardOption] {
    [
      .choice(
        "floor", floor, "outside: d is added at the end; inside: repetition reduces d too")
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> DataFiltering {
    DataFiltering(floor: values.choice("floor"))
  }

  /// The error after all epochs.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let epochs = x[0] / x[1]
    let first = x.log(0).replacing(with: x.log(1), where: epochs .> 1)
    let memory = exp(-0.693_147_180_559_945_3 / p[3])
    // Σ memory^j·ln(n_(j+1)/n_j) over the later epochs, with its derivative in the memory.
    let memory0 = memory.value[0]
    var sum = Lanes.zero
    var slope = Lanes.zero
    var weight = 1.0
    let last = min(epochs.max(), Self.epochLimit)
    var epoch = 1.0
    // What is left of a weight below 1e-24 is nothing beside the first.
    while epoch < last, weight > 1e-24 {
      var share = epochs / epoch
      share.replace(with: Lanes(repeating: 1 + 1 / epoch), where: epochs .> epoch + 1)
      share.replace(with: Lanes(repeating: 1), where: epochs .< epoch)
      let gain = Lanes.log(share)
      slope += gain * (epoch * weight)
      weight *= memory0
      sum += gain * weight
      epoch += 1
    }
    let repeated = Dual<K>(constant: sum) + (memory - memory.value) * slope
    switch floor {
    case .outside: return p[0] + p[1] * exp(-p[2] * (repeated + first))
    case .inside: return (p[0] + p[1] * exp(-p[2] * first)) * exp(-p[2] * repeated)
    }
  }

  /// Epochs beyond this one are not counted: a pool seen ten thousand times has nothing left.
  private static let epochLimit = 10_000.0
}
