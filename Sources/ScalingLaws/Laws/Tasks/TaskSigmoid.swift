public import Cards
public import Optimization
internal import RealModule

/// Accuracy on a task as a sigmoid in compute [L16].
///
/// Acc = g + (A − g)/(1 + (C_mid/C)^B), where g is the accuracy of guessing. It is known from the
/// task and is set, never fitted: fitted, it trades off against B and hides how little is known.
public struct TaskSigmoid: Law {
  private let chance: Double

  /// Creates the law.
  ///
  /// - Parameter chance: g, such as 0.25 for four choices.
  public init(chance: Double = 0) { self.chance = chance }

  /// What the law is and where it comes from.
  public var card: LawCard {
    LawCard(
      name: "task-sigmoid", title: "Task accuracy by compute",
      formula: "g + (A - g)/(1 + (C_mid/C)^B), g = \(chance)", citations: [.bhagia2024],
      columns: [.compute], response: .accuracy, objective: .squared,
      caution: "Set chance to the accuracy of guessing. From points below C_mid alone the ceiling "
        + "is not known; two steps through the task loss know more.")
  }

  /// A, B, C_mid.
  public var parameters: [LawParameter] {
    [
      LawParameter(
        name: "A", unit: "fraction", domain: .real, bounds: 0...1, isLinear: true, starts: [])
    ] + SigmoidInCompute.parameters
  }

  /// `chance`.
  public var settings: [CardOption] {
    [.number("chance", chance, in: NumberRange(0..<1), "g, the accuracy of guessing")]
  }

  /// The law with these settings.
  public func configured(_ values: OptionValues) -> TaskSigmoid {
    TaskSigmoid(chance: values.number("chance"))
  }

  /// The law's formula.
  public func predict<let K: Int>(_ p: Span<Dual<K>>, _ x: Observation) -> Dual<K> {
    let gain = logistic(p[1] * (x.log(0) - log(p[2])))
    return chance + (p[0] - chance) * gain
  }

  /// Midpoints across and beyond the table, with A solved at each.
  public func startingPoints(for observations: Observations) -> [[Double]]? {
    solvingAmplitudes(
      in: SigmoidInCompute.starts(observations.column("C")).map { [0.5] + $0 },
      for: observations)
  }
}
