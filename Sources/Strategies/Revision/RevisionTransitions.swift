public import RunTables

/// What rounds of revision did to attempts: how often a wrong one became right, and the other way
/// round.
public struct RevisionTransitions: Codable, Hashable, Sendable {
  /// Right attempts after which the next round was right.
  public var rightToRight = 0
  /// Right attempts that the next round lost.
  public var rightToWrong = 0
  /// Wrong attempts that the next round repaired.
  public var wrongToRight = 0
  /// Wrong attempts after which the next round was wrong.
  public var wrongToWrong = 0
  /// The share of right attempts in each round, over all chains that reach it.
  public var accuracyByRound: [Double] = []

  /// Counts the transitions of recorded chains: a row whose round is one more than that of the row
  /// before it, at the same problem, revises it.
  ///
  /// - Parameter arm: an arm with rounds; rows of a chain stand together in the order of rounds.
  public init(_ arm: OutcomeArm) {
    guard let rounds = arm.rounds else { return }
    var counts: [(right: Int, all: Int)] = []
    for problem in 0..<arm.problemCount {
      let rows = arm.rows(ofProblem: problem)
      for row in rows {
        let round = Int(rounds[row])
        let isRight = arm.correct[row] == 1
        while counts.count <= round { counts.append((0, 0)) }
        counts[round].all += 1
        if isRight { counts[round].right += 1 }
        guard row > rows.lowerBound, rounds[row] == rounds[row - 1] + 1 else { continue }
        switch (arm.correct[row - 1] == 1, isRight) {
        case (true, true): rightToRight += 1
        case (true, false): rightToWrong += 1
        case (false, true): wrongToRight += 1
        case (false, false): wrongToWrong += 1
        }
      }
    }
    accuracyByRound = counts.map { Double($0.right) / Double(max($0.all, 1)) }
  }

  /// The share of right attempts that the next round turned wrong: about 0.38 of a naive reviser in
  /// [20].
  public var lossRate: Double {
    Double(rightToWrong) / Double(max(rightToRight + rightToWrong, 1))
  }

  /// The share of wrong attempts that the next round repaired.
  public var repairRate: Double {
    Double(wrongToRight) / Double(max(wrongToRight + wrongToWrong, 1))
  }
}
