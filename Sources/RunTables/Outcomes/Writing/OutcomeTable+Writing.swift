extension OutcomeTable {
  /// The table as CSV, one row an attempt (or a step), which reads back as the same arms.
  ///
  /// Answers are written as their classes: their texts are not kept. Attempts without numbers of
  /// their own are numbered from 0 within their problem. Arm columns that are not among
  /// ``OutcomeColumn/armColumns`` must be named in ``OutcomeOptions/by`` to be read back as such.
  public func csvText() -> String {
    var rows = OutcomeRowText(
      armColumns: writtenArmColumns, columns: writtenColumns, constants: writtenConstants)
    rows.header()
    for arm in arms {
      for problem in arm.problems.indices {
        for row in arm.rows(ofProblem: problem) {
          rows.append(arm, key: writtenKey(of: arm), problem: problem, row: row)
        }
      }
    }
    return String(decoding: rows.bytes, as: UTF8.self)
  }

  /// Writes ``csvText()`` to a file, or `-` for standard output, without holding the text in
  /// memory.
  ///
  /// - Throws: ``TableError``: a label that cannot be read back (64), or a failed write (74).
  public func writeCSV(to path: String) throws(TableError) {
    let writer = try OutcomeTableWriter(
      path: path, armColumns: writtenArmColumns, columns: writtenColumns,
      constants: writtenConstants)
    for arm in arms { try writer.write(arm, key: writtenKey(of: arm)) }
    try writer.finish()
  }

  private var writtenColumns: Set<OutcomeColumn> {
    var columns: Set<OutcomeColumn> = []
    for arm in arms {
      if arm.tokens != nil { columns.insert(.tokens) }
      if arm.promptTokens != nil { columns.insert(.promptTokens) }
      if arm.scores != nil { columns.insert(.score) }
      if arm.answers != nil { columns.insert(.answer) }
      if arm.passes != nil { columns.insert(.passes) }
      if arm.stepScores?.values.isEmpty == false { columns.insert(.stepScores) }
      if arm.rounds != nil { columns.insert(.round) }
      if arm.steps != nil { columns.insert(.step) }
      if arm.strata != nil { columns.insert(.stratum) }
    }
    return columns
  }

  /// With what rows are where some are not attempts.
  private var writtenArmColumns: [String] {
    armColumns + (arms.contains { $0.kind != .sample } ? [OutcomeColumn.kindColumn] : [])
  }

  private func writtenKey(of arm: OutcomeArm) -> [String] {
    arm.key + (arms.contains { $0.kind != .sample } ? [arm.kind.rawValue] : [])
  }

  private var writtenConstants: [String] {
    Set(arms.flatMap(\.constants.keys)).sorted()
  }

  static func checkLabel(_ label: String, source: String) throws(TableError) {
    guard label.utf8.allSatisfy(ByteText.isBlank) else { return }
    throw TableError(
      .usage, source: source, column: "problem", found: TableError.quoted(label),
      expected: "a label that does not stand for a missing value")
  }
}

extension OutcomeRowText {
  mutating func append(_ arm: OutcomeArm, key: [String], problem: Int, row: Int) {
    beginRow(
      key: key, problem: arm.problems[problem],
      attempt: arm.attemptNumbers.map { Int($0[row]) } ?? row - arm.starts[problem],
      correct: arm.correct[row] == 1)
    for column in columns {
      switch column {
      case .problem, .attempt, .correct, .rightCount, .attemptCount: break
      case .tokens: cell(single: arm.tokens?[row])
      case .promptTokens: cell(single: arm.promptTokens?[row])
      case .score: cell(number: arm.scores?[row])
      case .answer:
        let answer = arm.answers?[row] ?? -1
        cell(whole: answer < 0 ? nil : Int(answer))
      case .passes: cell(whole: (arm.passes?[row]).map { Int($0) })
      case .stepScores:
        if let scores = arm.stepScores {
          cell(stepScores: scores.values[scores.starts[row]..<scores.starts[row + 1]])
        } else {
          cell(text: nil)
        }
      case .round: cell(whole: (arm.rounds?[row]).map { Int($0) })
      case .step: cell(whole: (arm.steps?[row]).map { Int($0) })
      case .stratum: cell(text: arm.strata?[problem])
      }
    }
    for name in constants { cell(number: arm.constants[name]) }
    endRow()
  }
}
