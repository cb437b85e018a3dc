public import Optimization

/// Accuracy on a task from the loss on it [L16].
///
/// Acc = g + (A − g)·sigmoid(−k·(loss − L0)): the second of the two steps from scale to accuracy.
/// The loss is that of the right answers (nats or bits per byte), not that of general text.
public struct LossToAccuracy: Law {
  private let chance: Double?

  /// Creates the law.
  ///
  /// - Parameter chance: g, the accuracy of guessing; nil to fit it.
  public init(chance: Double? = 0) { self.chance = chance }

  /// What the law is and where it comes from.
  public var card: LawCard {
    let held = chance.map { "\($0)" } ?? "g"
    return LawCard(
      name: "loss-to-accuracy", title: "Task accuracy by task loss",
      formula: (chance == 0 ? "A" : "\(held) + (A - \(held))") + " sigmoid(-k (loss - L0))",
      citations: ["L16"],
      columns: [
        ColumnRequirement(
          "loss", unit: "nats/token", meaning: "loss on the task's answers", positive: false)
      ],
      response: .accuracy, objective: .squared,
      caution: "Set chance to the accuracy of guessing; fit it (chance=fitted) only with more than "
        + "five points at the level of chance.")
  }

  /// g (where it is fitted), A, k, L0.
  public var parameters: [LawParameter] {
    func rate(_ name: String) -> LawParameter {
      LawParameter(
        name: name, unit: "fraction", domain: .real, bounds: 0...1, isLinear: true, starts: [])
    }
    return (chance == nil ? [rate("g")] : []) + [
      rate("A"), .shape("k", bounds: 1e-6...1e6, starts: [1, 2, 4, 8]),
      .shape("L0", domain: .real, bounds: -1e6...1e6, starts: [0]),
    ]
  }

  /// `chance`.
  public var settings: [LawSetting] {
    [
      LawSetting(
        "chance", value: chance.map { "\($0)" } ?? "fitted",
        meaning: "g, the accuracy of guessing, or fitted")
    ]
  }

  /// Sets the accuracy of guessing to a number or to `fitted`.
  public func setting(_ name: String, to value: String) throws(FitError) -> any Law {
    guard name == "chance" else {
      throw .unknownSetting(law: self.name, name: name, known: settings.map(\.name))
    }
    if value == "fitted" { return LossToAccuracy(chance: nil) }
    guard let number = Double(value), number >= 0, number < 1 else {
      throw .badSetting(
        law: self.name, name: name, value: value, expected: "fitted or a number from 0 to below 1")
    }
    return LossToAccuracy(chance: number)
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    if let chance {
      let gain = logistic(p[1] * (p[2] - x[0]))
      return chance + (p[0] - chance) * gain
    }
    let gain = logistic(p[2] * (p[3] - x[0]))
    return p[0] + (p[1] - p[0]) * gain
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
