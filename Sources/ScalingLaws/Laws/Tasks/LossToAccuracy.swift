public import Cards
public import Optimization

/// Accuracy on a task from the loss on it [L16].
///
/// Acc = g + (A − g)·sigmoid(−k·(loss − L0)): the second of the two steps from scale to accuracy.
/// The loss is that of the right answers (nats or bits per byte), not that of general text.
public struct LossToAccuracy: Law {
  private let chance: Double?
  private let anchor: Double?

  /// Creates the law.
  ///
  /// - Parameters:
  ///   - chance: g, the accuracy of guessing; nil to fit it.
  ///   - anchor: the accuracy of a model without any loss, through which the curve is made to pass;
  ///     A follows from it. Nil to fit A.
  public init(chance: Double? = 0, anchor: Double? = nil) {
    self.chance = chance
    self.anchor = anchor
  }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let held = chance.map { "\($0)" } ?? "g"
    let ceiling =
      anchor.map { ", A = \(held) + (\($0) - \(held)) (1 + exp(-k L0))" } ?? ""
    return LawCard(
      name: "loss-to-accuracy", title: "Task accuracy by task loss",
      formula: (chance == 0 ? "A" : "\(held) + (A - \(held))") + " sigmoid(-k (loss - L0))"
        + ceiling,
      citations: [.bhagia2024],
      columns: [
        ColumnRequirement(
          "loss", unit: "nats/token", meaning: "loss on the task's answers", positive: false)
      ],
      response: .accuracy, objective: .squared,
      caution: "Set chance to the accuracy of guessing; fit it (chance=fitted) only with more than "
        + "five points at the level of chance. Far from a perfect score, anchor=1 keeps the ceiling "
        + "from being guessed.")
  }

  /// g (where it is fitted), A (without an anchor), k, L0.
  public var parameters: [LawParameter] {
    func rate(_ name: String) -> LawParameter {
      LawParameter(
        name: name, unit: "fraction", domain: .real, bounds: 0...1, isLinear: true, starts: [])
    }
    return (chance == nil ? [rate("g")] : []) + (anchor == nil ? [rate("A")] : []) + [
      .shape("k", bounds: 1e-6...1e6, starts: [1, 2, 4, 8]),
      .shape("L0", domain: .real, bounds: -1e6...1e6, starts: [0]),
    ]
  }

  /// `chance`, `anchor`.
  public var settings: [CardOption] {
    [
      .number(
        "chance", chance, in: NumberRange(0..<max(anchor ?? 1, 0)), or: "fitted",
        "g, the accuracy of guessing, or fitted"),
      .number(
        "anchor", anchor, in: NumberRange(above: chance ?? 0, upTo: 1), or: "none",
        "the accuracy at a loss of zero, through which the curve then passes, or none"),
    ]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> LossToAccuracy {
    LossToAccuracy(
      chance: values.optionalNumber("chance"), anchor: values.optionalNumber("anchor"))
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let shape = p.count - 2
    let gain = logistic(p[shape] * (p[shape + 1] - x[0]))
    let floor = chance.map { Dual<K>(number: $0) } ?? p[0]
    guard let anchor else { return floor + (p[shape - 1] - floor) * gain }
    return floor + (anchor - floor) * (1 + exp(-(p[shape] * p[shape + 1]))) * gain
  }

  /// Midpoints across and beyond the losses, slopes relative to their range.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    let losses = observations.column("loss").filter(\.isFinite)
    let low = losses.min() ?? 0
    let range = max((losses.max() ?? 1) - low, 1e-9)
    let midpoints = (0...12).map { low + range * (Double($0) / 6 - 0.5) }
    let slopes = parameters[parameters.count - 2].starts.map { $0 / range }
    let rates = [Double](repeating: 0.5, count: parameters.count - 2)
    return solvingAmplitudes(
      in: crossProduct([slopes, midpoints]).map { rates + $0 }, for: observations)
  }
}
