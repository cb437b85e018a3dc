extension OutcomeGrouping {
  struct ProblemNames {
    var maps: [[Int32]]
    var names: [String]
  }

  /// Takes problems of one name apart where they are from several sets or say several things.
  mutating func separating(_ problems: ProblemNames) -> ProblemNames {
    var problems = problems
    var current: [Int32] = []
    var isSplit = false
    for (index, column) in schema.labels.enumerated() {
      let merged = LabelInterner.merged(result.workers.map { $0.labels[index] })
      guard merged.labels.count > 1 else { continue }
      if column.kind == .pooled {
        tellPooled(column.name, merged.labels.count)
        continue
      }
      if current.isEmpty { current = problemsOfRows(problems.maps) }
      let labels = labelsOfRows(index, merged.maps)
      let shared = Self.shared(current, labels, count: problems.names.count)
      guard shared > 0 else { continue }
      let many = "\(shared) \(shared == 1 ? "problem" : "problems")"
      if column.kind == .target {
        schema.notes.append(
          "\(many) of one name \(shared == 1 ? "has" : "have") several values of \(column.name): if names "
            + "come again in another data set, --by COLUMN or --map problem=COLUMN tells them apart"
        )
        continue
      }
      let words = column.kind == .set ? merged.labels.strings() : nil
      (current, problems.names) = Self.split(current, labels, problems.names, words)
      isSplit = true
      schema.notes.append(
        "\(many) of one name \(shared == 1 ? "stands" : "stand") for several, which \(column.name) tells "
          + "apart: there are \(problems.names.count) problems"
          + (column.kind == .set ? " (--by \(column.name) makes arms of its values)" : ""))
    }
    guard isSplit else { return problems }
    var at = 0
    for block in result.blocks.indices {
      let column = result.blocks[block].problem
      for row in 0..<result.blocks[block].rows {
        column.base[row] = current[at]
        at += 1
      }
    }
    let same = problems.names.indices.map { Int32($0) }
    problems.maps = problems.maps.map { _ in same }
    return problems
  }

  private mutating func tellPooled(_ name: String, _ count: Int) {
    // As many values as rows name the rows.
    guard count * 2 <= rowCount else { return }
    schema.notes.append(
      "column \(name) has \(count) values, whose attempts are pooled (--by \(name) makes arms of them)"
    )
  }

  private func problemsOfRows(_ maps: [[Int32]]) -> [Int32] {
    var rows: [Int32] = []
    rows.reserveCapacity(rowCount)
    for block in result.blocks {
      for row in 0..<block.rows { rows.append(maps[block.worker][Int(block.problem.base[row])]) }
    }
    return rows
  }

  private func labelsOfRows(_ index: Int, _ maps: [[Int32]]) -> [Int32] {
    var rows: [Int32] = []
    rows.reserveCapacity(rowCount)
    for block in result.blocks {
      let column = block.labels[index]
      for row in 0..<block.rows { rows.append(maps[block.worker][Int(column.base[row])]) }
    }
    return rows
  }

  private static func shared(_ problems: [Int32], _ labels: [Int32], count: Int) -> Int {
    var first = [Int32](repeating: -1, count: count)
    var several = [Bool](repeating: false, count: count)
    for (problem, label) in zip(problems, labels) {
      if first[Int(problem)] < 0 { first[Int(problem)] = label }
      if first[Int(problem)] != label { several[Int(problem)] = true }
    }
    return several.count { $0 }
  }

  /// Numbers the pairs of problem and label, named `algebra/7`, or `7 (2)` for the second content
  /// of 7.
  private static func split(
    _ problems: [Int32], _ labels: [Int32], _ names: [String], _ words: [String]?
  ) -> (rows: [Int32], names: [String]) {
    var pairs = FirstAppearance()
    var new: [String] = []
    var met = [Int](repeating: 0, count: names.count)
    var rows: [Int32] = []
    rows.reserveCapacity(problems.count)
    for (problem, label) in zip(problems, labels) {
      let pair = pairs.number(of: UInt64(problem) << 32 | UInt64(label))
      if Int(pair) == new.count {
        met[Int(problem)] += 1
        let name = names[Int(problem)]
        if let words {
          new.append(words[Int(label)].isEmpty ? name : "\(words[Int(label)])/\(name)")
        } else {
          new.append(met[Int(problem)] == 1 ? name : "\(name) (\(met[Int(problem)]))")
        }
      }
      rows.append(pair)
    }
    return (rows, new)
  }
}
