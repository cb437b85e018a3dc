/// The result of a request whose chunks could be handed over to a stronger model.
public struct EscalationReport: Codable, Hashable, Sendable {
  /// What was decided in one turn.
  public struct Turn: Codable, Hashable, Sendable {
    /// The perplexity of each drafted chunk under the target, sample by sample.
    public var scores: [Double] = []
    /// The rank of each among the calibration's.
    public var pValues: [Double] = []
    /// The number of chunks that the target took over.
    public var escalated = 0

    /// The share of chunks that the target took over; nil without any.
    public var rate: Double? {
      scores.isEmpty ? nil : Double(escalated) / Double(scores.count)
    }
  }

  /// The tokens added, sample by sample.
  public var samples: [[Int32]] = []
  /// What was decided in each turn that was reached.
  public var turns: [Turn] = []
  /// What both models did.
  public var cost = DecodingCost()

  /// The share of chunks that the target took over in each turn of several requests. Returns a rate
  /// for each turn that one of them reached.
  public static func ratesByTurn(_ reports: [EscalationReport]) -> [Double] {
    let turns = reports.map(\.turns.count).max() ?? 0
    return (0..<turns).map { turn in
      let reached = reports.filter { $0.turns.count > turn }.map { $0.turns[turn] }
      let chunks = reached.reduce(0) { $0 + $1.scores.count }
      return Double(reached.reduce(0) { $0 + $1.escalated }) / Double(max(chunks, 1))
    }
  }
}
