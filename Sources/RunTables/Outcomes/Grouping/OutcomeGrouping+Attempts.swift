import Foundation
import Synchronization

extension OutcomeGrouping {
  /// Sorts each problem's rows by attempt; returns the attempt of each row in its new place, in a
  /// table that may have several rows an attempt.
  ///
  /// - Throws: ``TableError`` that names both lines of the first row that repeats another.
  mutating func sort(
    _ order: inout [Int32], _ groups: inout [Group], _ names: [String], _ arms: ArmKeys,
    _ threads: Int
  ) throws(TableError) -> [Int32]? {
    let attempts = flattenAttempts()
    let rounds = flatten(\.round)
    let steps = flatten(\.step)
    defer { (flatRounds, flatSteps) = (rounds, steps) }
    let byName = attempts.map { column in
      (0..<rowCount).contains { AttemptCode.isText(column.base[$0]) }
    }
    let wantsNumbers = steps != nil || rounds != nil && attempts != nil
    guard attempts != nil || wantsNumbers else { return nil }
    let sorter = AttemptOrder(
      attempts: attempts.map { UnsafePointer($0.base) },
      rounds: rounds.map { UnsafePointer($0.base) },
      steps: steps.map { UnsafePointer($0.base) }, byName: byName ?? false)
    var numbers = [Int32](repeating: 0, count: wantsNumbers ? rowCount : 0)
    func sorted(_ groups: [Group]) -> AttemptOrder.Repetition? {
      order.withUnsafeMutableBufferPointer { rows in
        numbers.withUnsafeMutableBufferPointer { numbers in
          Self.sort(
            rows, wantsNumbers ? numbers.baseAddress : nil, groups, sorter, threads)
        }
      }
    }
    var repetition = sorted(groups)
    if repetition != nil, let attempts {
      repetition = dropRepeats(&order, &groups, attempts, rounds, steps) ?? sorted(groups)
    }
    if let repetition {
      throw repeated(repetition, groups, order, names, arms, (attempts, rounds, steps))
    }
    return wantsNumbers ? numbers : nil
  }

  private static func sort(
    _ order: UnsafeMutableBufferPointer<Int32>, _ numbers: UnsafeMutablePointer<Int32>?,
    _ groups: [Group], _ sorter: AttemptOrder, _ threads: Int
  ) -> AttemptOrder.Repetition? {
    let found = Mutex<AttemptOrder.Repetition?>(nil)
    // Safe: each group's rows are touched by the one chunk that contains it.
    nonisolated(unsafe) let (order, numbers, sorter) = (order, numbers, sorter)
    Chunks.each(groups, threads) { chunk in
      var sorter = sorter
      for group in chunk {
        let rows = UnsafeMutableBufferPointer(rebasing: order[groups[group].rows])
        let first = groups[group].rows.lowerBound
        guard let one = sorter.sort(rows, numbers: numbers.map { $0 + first }) else { continue }
        found.withLock { best in
          if one.later < best?.later ?? .max { best = one }
        }
      }
    }
    return found.withLock { $0 }
  }

  private mutating func flattenAttempts() -> FlatColumn<Int32>? {
    guard schema.contains(.attempt) else { return nil }
    let merged = LabelInterner.merged(result.workers.map(\.attempts))
    attemptNames = merged.labels
    if merged.labels.count > 0 {
      for block in result.blocks {
        guard let column = block.attempt else { continue }
        for row in 0..<block.rows where AttemptCode.isText(column.base[row]) {
          let label = Int(column.base[row]) - Int(AttemptCode.firstText)
          column.base[row] = AttemptCode.firstText + merged.maps[block.worker][label]
        }
      }
    }
    return flatten(\.attempt)
  }

  /// Lays a column of all blocks flat and lets go of theirs.
  mutating func flatten<Value>(
    _ column: WritableKeyPath<OutcomeBlock, FlatColumn<Value>?>
  ) -> FlatColumn<Value>? {
    guard result.blocks.contains(where: { $0[keyPath: column] != nil }) else { return nil }
    let flat = FlatColumn<Value>(capacity: rowCount)
    var at = 0
    for block in result.blocks.indices {
      let rows = result.blocks[block].rows
      if let part = result.blocks[block][keyPath: column] {
        (flat.base + at).update(from: part.base, count: rows)
      }
      result.blocks[block][keyPath: column] = nil
      at += rows
    }
    return flat
  }

  // MARK: Errors

  private func repeated(
    _ repetition: AttemptOrder.Repetition, _ groups: [Group], _ order: [Int32], _ names: [String],
    _ arms: ArmKeys,
    _ columns: (
      attempts: FlatColumn<Int32>?, rounds: FlatColumn<Int32>?, steps: FlatColumn<Int32>?
    )
  ) -> TableError {
    let row = Int(repetition.later)
    var what = "attempt"
    var found = ""
    if let code = columns.attempts?.base[row] {
      let label = Int(code) - Int(AttemptCode.firstText)
      found =
        AttemptCode.isText(code)
        ? "attempt \(attemptNames.withLabel(label) { String(decoding: $0, as: UTF8.self) })"
        : "attempt \(code)"
    }
    if columns.steps == nil, let round = columns.rounds?.base[row], round >= 0 {
      what = "round"
      found = "round \(round) of \(found)"
    }
    if let step = columns.steps?.base[row] {
      what = "step"
      found = "step \(step) of \(found)"
    }
    if let group = groups.first(where: { order[$0.rows].contains(repetition.later) }) {
      found += " of problem \(TableError.quoted(names[group.problem]))"
      if !arms.columns.isEmpty {
        found += " of \(arms.keys[group.arm].joined(separator: " · "))"
      }
    }
    let lines = [repetition.first, repetition.later].map { result.line(ofRow: Int($0)) }
    return TableError(
      .badData, source: schema.source, line: lines[1],
      found: "\(found) twice (lines \(lines[0]) and \(lines[1]))", expected: "each \(what) once",
      hint: repetitionHint)
  }

  private var repetitionHint: String {
    let usual = ["seed", "run", "run_id", "file", "source", "timestamp", "uuid"]
    let names = schema.unused.map(\.name).filter {
      LabelColumn.kind(of: $0.lowercased()) != nil || usual.contains($0.lowercased())
    }
    let shown = names.first.map { " \($0)" } ?? " COLUMN"
    return
      "if the file joins runs or data sets, --by\(shown) makes arms of them, and --map problem="
      + "COLUMN takes unique names of problems; if a resumed job wrote a row again, "
      + "--repeats first or --repeats last keeps one"
  }
}
