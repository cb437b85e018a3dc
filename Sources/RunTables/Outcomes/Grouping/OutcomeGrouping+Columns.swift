import Foundation
import Synchronization

extension OutcomeGrouping {
  mutating func fill(
    _ table: inout OutcomeTable, _ arms: [Range<Int>], _ groups: [Group], _ order: [Int32],
    _ numbers: [Int32]?, _ threads: Int
  ) {
    let rows = arms.map {
      groups[$0.lowerBound].rows.lowerBound..<groups[$0.upperBound - 1].rows.upperBound
    }
    func each(_ body: (inout OutcomeArm, Range<Int>) -> Void) {
      for index in rows.indices { body(&table.arms[index], rows[index]) }
    }
    let correct = flattenCorrect()
    each { $0.correct = Self.gather(correct, order, $1, threads) }
    if let column = flatten(\.tokens) {
      each { $0.tokens = Self.unlessMissing(Self.gather(column, order, $1, threads), \.isNaN) }
    }
    if let column = flatten(\.promptTokens) {
      each {
        $0.promptTokens = Self.unlessMissing(Self.gather(column, order, $1, threads), \.isNaN)
      }
    }
    if let column = flatten(\.score) {
      each { $0.scores = Self.unlessMissing(Self.gather(column, order, $1, threads), \.isNaN) }
    }
    if let column = flatten(\.answer) {
      for (index, bounds) in arms.enumerated() {
        let classes = Self.classes(column, order, groups, bounds, threads)
        table.arms[index].answers = Self.unlessMissing(classes) { $0 < 0 }
      }
    }
    if let column = flatten(\.passes) {
      each {
        $0.passes = Self.unlessMissing(Self.gather(column, order, $1, threads)) {
          $0 == OutcomeBlock.missingTruth
        }
      }
    }
    fillSteps(&table, rows, order, numbers, threads)
    if schema.contains(.stepScores) { fillStepScores(&table, rows, order) }
  }

  private mutating func flattenCorrect() -> FlatColumn<UInt8> {
    let flat = FlatColumn<UInt8>(capacity: rowCount)
    var at = 0
    for block in result.blocks.indices {
      let rows = result.blocks[block].rows
      (flat.base + at).update(from: result.blocks[block].correct.base, count: rows)
      result.blocks[block].correct = FlatColumn(capacity: 1)
      at += rows
    }
    return flat
  }

  private mutating func fillSteps(
    _ table: inout OutcomeTable, _ rows: [Range<Int>], _ order: [Int32], _ numbers: [Int32]?,
    _ threads: Int
  ) {
    for (index, range) in rows.enumerated() {
      if let flatSteps {
        table.arms[index].steps = Self.gather(flatSteps, order, range, threads)
      }
      if let flatRounds {
        let rounds = Self.gather(flatRounds, order, range, threads)
        table.arms[index].rounds = Self.unlessMissing(rounds) { $0 < 0 }?.map { max($0, 0) }
      }
      guard let numbers else { continue }
      let arm = table.arms[index]
      let ours = Array(numbers[range])
      let severalRows = (0..<arm.problemCount).contains { problem in
        let rows = arm.rows(ofProblem: problem)
        return zip(rows, rows.dropFirst()).contains { ours[$0] == ours[$1] }
      }
      if flatSteps != nil || severalRows { table.arms[index].attemptNumbers = ours }
    }
  }

  private mutating func fillStepScores(
    _ table: inout OutcomeTable, _ rows: [Range<Int>], _ order: [Int32]
  ) {
    var values: [Float] = []
    var starts: [Int] = []
    starts.reserveCapacity(rowCount + 1)
    for block in result.blocks.indices {
      guard let counts = result.blocks[block].stepCounts else { continue }
      var at = values.count
      for row in 0..<result.blocks[block].rows {
        starts.append(at)
        at += Int(counts.base[row])
      }
      values += result.blocks[block].stepValues
      result.blocks[block].stepCounts = nil
      result.blocks[block].stepValues = []
    }
    starts.append(values.count)
    for (index, range) in rows.enumerated() {
      var ends = [0]
      ends.reserveCapacity(range.count + 1)
      var ours: [Float] = []
      for place in range {
        let row = Int(order[place])
        ours += values[starts[row]..<starts[row + 1]]
        ends.append(ours.count)
      }
      if !ours.isEmpty { table.arms[index].stepScores = .init(starts: ends, values: ours) }
    }
  }

  // MARK: Moving

  private static func gather<Value: BitwiseCopyable & Sendable>(
    _ column: FlatColumn<Value>, _ order: [Int32], _ range: Range<Int>, _ threads: Int
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: range.count) { target, count in
      // Safe: the pieces of the range do not overlap.
      nonisolated(unsafe) let target = target
      Chunks.each(range, threads) { piece in
        for place in piece {
          target.initializeElement(
            at: place - range.lowerBound, to: column.base[Int(order[place])])
        }
      }
      count = range.count
    }
  }

  private static func unlessMissing<Value>(
    _ values: [Value], _ isMissing: (Value) -> Bool
  ) -> [Value]? {
    values.allSatisfy(isMissing) ? nil : values
  }

  /// The hashes of the answers of an arm as classes within each problem.
  private static func classes(
    _ column: FlatColumn<UInt64>, _ order: [Int32], _ groups: [Group], _ bounds: Range<Int>,
    _ threads: Int
  ) -> [Int32] {
    let first = groups[bounds.lowerBound].rows.lowerBound
    let rows = groups[bounds.upperBound - 1].rows.upperBound - first
    return [Int32](unsafeUninitializedCapacity: rows) { target, count in
      // Safe: each problem's rows are written by the one chunk that contains it.
      nonisolated(unsafe) let target = target
      Chunks.each(Array(groups[bounds]), threads) { chunk in
        var classes = FirstAppearance()
        for group in chunk {
          let rows = groups[bounds.lowerBound + group].rows
          classes.reset(expected: rows.count)
          for place in rows {
            let hash = column.base[Int(order[place])]
            target.initializeElement(
              at: place - first, to: hash == 0 ? -1 : classes.number(of: hash))
          }
        }
      }
      count = rows
    }
  }

  /// Leaves out answers that are the right ones: the same in all attempts at each problem, though
  /// some are wrong.
  func dropRightAnswers(_ table: inout OutcomeTable) {
    guard schema.contains(.answer), !schema.answerIsMapped else { return }
    var mixed = 0
    for arm in table.arms {
      guard let answers = arm.answers else { continue }
      for problem in 0..<arm.problemCount {
        let rows = arm.rows(ofProblem: problem)
        guard let first = rows.first else { continue }
        for row in rows where answers[row] != answers[first] { return }
        if rows.contains(where: { arm.correct[$0] != arm.correct[first] }) { mixed += 1 }
      }
    }
    // At one problem it may be a slip of the grading.
    guard mixed > 1 else { return }
    for index in table.arms.indices { table.arms[index].answers = nil }
    let name = schema.name(of: .answer)
    table.notes.append(
      "column \(name) is the same in all attempts at a problem though some are right and others wrong: "
        + "it is taken for the right answer, so that there are no votes (--map answer=COLUMN names the "
        + "attempts' own)")
  }

  // MARK: Checks

  /// Checks that the arms that have a pass-or-fail verifier have its word on every attempt.
  func checkPasses(_ groups: [Group], _ order: [Int32]) throws(TableError) {
    guard schema.contains(.passes) else { return }
    var isMissing: [Bool] = []
    isMissing.reserveCapacity(rowCount)
    for block in result.blocks {
      guard let column = block.passes else { continue }
      for row in 0..<block.rows {
        isMissing.append(column.base[row] == OutcomeBlock.missingTruth)
      }
    }
    guard isMissing.contains(true) else { return }
    let arms = (groups.last?.arm ?? 0) + 1
    var rows = [Int](repeating: 0, count: arms)
    var missing = rows
    for group in groups {
      rows[group.arm] += group.rows.count
      for place in group.rows where isMissing[Int(order[place])] { missing[group.arm] += 1 }
    }
    // A column that is blank in every arm is no column of a verifier either.
    let allBlank = zip(missing, rows).allSatisfy { $0 == $1 }
    var worst = Int32.max
    for group in groups where allBlank || missing[group.arm] < rows[group.arm] {
      for place in group.rows where isMissing[Int(order[place])] {
        worst = min(worst, order[place])
      }
    }
    guard worst < .max else { return }
    throw TableError(
      .badData, source: schema.source, line: result.line(ofRow: Int(worst)),
      column: schema.name(of: .passes), found: "a missing value", expected: OutcomeCells.truths)
  }
}
