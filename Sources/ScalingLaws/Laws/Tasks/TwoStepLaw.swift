public import Cards
public import Optimization

/// Accuracy on a task from size and data, through the loss on the task [L16].
///
/// Acc = g + (A_max − g)·sigmoid(−k·(L(N, D) − L0)) with L = E + A·N^(−α) + B·D^(−β), fitted in two
/// steps by ``TwoStep``.
public struct TwoStepLaw: Law {
  private let chance: Double?
  private let ideal: Double?

  /// Creates the law.
  ///
  /// - Parameters:
  ///   - chance: g, the accuracy of guessing; nil to fit it.
  ///   - ideal: the accuracy of a model without any loss, one more point among the checkpoints to
  ///     which ``TwoStep`` fits the second step; nil for none.
  public init(chance: Double? = 0, ideal: Double? = nil) {
    self.chance = chance
    self.ideal = ideal
  }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let held = chance.map { "\($0)" } ?? "g"
    return LawCard(
      name: "two-step", title: "Task accuracy from size and data through the task loss",
      formula: (chance == 0 ? "A_max" : "\(held) + (A_max - \(held))")
        + " sigmoid(-k (E + A/N^alpha + B/D^beta - L0))",
      citations: [.bhagia2024], columns: [.parameters, .tokens], response: .accuracy,
      objective: .squared,
      caution: "The two steps are fitted one after the other: the table needs loss (on the task) "
        + "and accuracy beside N and D.")
  }

  /// Derivatives are taken eight at a time.
  public static var isWide: Bool { true }

  /// Those of the loss, then those of the accuracy.
  public var parameters: [LawParameter] {
    Chinchilla().parameters
      + LossToAccuracy(chance: chance).parameters.map { parameter in
        var renamed = parameter
        if parameter.name == "A" { renamed.name = "A_max" }
        return renamed
      }
  }

  /// `chance`, `ideal`.
  public var settings: [CardOption] {
    [
      .number(
        "chance", chance, in: NumberRange(0..<1), or: "fitted",
        "g, the accuracy of guessing, or fitted"),
      .number(
        "ideal", ideal, in: NumberRange(above: 0, upTo: 1), or: "none",
        "the accuracy at a loss of zero, one more point for the second step (the task ladder "
          + "uses 1), or none"),
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> TwoStepLaw {
    TwoStepLaw(
      chance: values.optionalNumber("chance"), ideal: values.optionalNumber("ideal"))
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let loss = Chinchilla().predict(p.extracting(0..<5), x)
    let first = chance == nil ? 6 : 5
    let gain = logistic(p[first + 1] * (p[first + 2] - loss))
    guard let chance else { return p[5] + (p[first] - p[5]) * gain }
    return chance + (p[first] - chance) * gain
  }
}
