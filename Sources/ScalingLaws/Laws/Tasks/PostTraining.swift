public import Cards
public import Optimization

/// Accuracy after fine-tuning by the number of examples [55].
///
/// The power law P = c·D^(1/b) and two that bend away from it: the error law P_max − a·D^(−b) with
/// a ceiling, and the logarithmic law c + b·ln D, which slows down without one. Form from memory.
public struct PostTraining: Law {
  /// The shape of the curve.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// c·D^(1/b).
    case power
    /// P_max − a·D^(−b).
    case error
    /// c + b·ln D.
    case log
  }

  private let form: Form

  /// Creates the law.
  public init(form: Form = .power) { self.form = form }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let formula =
      switch form {
      case .power: "c examples^(1/b)"
      case .error: "P_max - a/examples^b"
      case .log: "c + b ln examples"
      }
    return LawCard(
      name: "post-training", title: "Accuracy after fine-tuning by examples", formula: formula,
      citations: [.raghavendra2024],
      columns: [
        ColumnRequirement("examples", unit: "examples", meaning: "fine-tuning examples")
      ],
      response: .accuracy, objective: .squared,
      caution: "A power law of accuracy cannot hold up to 1: compare the forms on the largest "
        + "held-out sets before reading far.")
  }

  /// c, b; P_max, a, b; or c, b.
  public var parameters: [LawParameter] {
    switch form {
    case .power:
      [.amplitude("c"), .shape("b", bounds: 0.2...1e3, starts: [1, 2, 4, 8, 16])]
    case .error:
      [
        .amplitude("P_max", unit: "fraction"), .amplitude("a"),
        .exponent("b", starts: [0.1, 0.2, 0.4, 0.8, 1.2]),
      ]
    case .log: [.amplitude("c", signed: true), .amplitude("b", signed: true)]
    }
  }

  /// `form`.
  public var settings: [CardOption] { [.choice("form", form, "power, error or log")] }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> PostTraining {
    PostTraining(form: values.choice("form"))
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    switch form {
    case .power: return p[0] * exp((1 / p[1]) * x.log(0))
    case .error: return p[0] - p[1] * exp(-p[2] * x.log(0))
    case .log: return p[0] + p[1] * x.log(0)
    }
  }
}
