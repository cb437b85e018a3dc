extension OutcomeWorker {
  /// A grade that is a share of the credit, kept until the row says of how many attempts.
  struct Share {
    var value: Double
    var cell: [UInt8]
    var fileColumn: Int
  }

  struct Counted {
    var right: Int?
    var all: Int?
  }

  func takeCount(
    _ content: UnsafeBufferPointer<UInt8>, as column: OutcomeColumn, line: Int, fileColumn: Int
  ) throws(TableError) {
    let number = OutcomeCells.number(content, .count, schema.decimalMark)
    guard let number, number >= 0, number <= 1_000_000, number == number.rounded() else {
      throw TableError(
        .badData, source: schema.source, line: line, column: schema.fileNames[fileColumn],
        found: TableError.quoted(String(decoding: content, as: UTF8.self)),
        expected: "how many attempts there were, a whole number")
    }
    if column == .rightCount { counted.right = Int(number) } else { counted.all = Int(number) }
  }

  func endCountedRow(line: Int, _ block: inout OutcomeBlock) throws(TableError) {
    defer {
      counted = Counted()
      share = nil
      lists.removeAll(keepingCapacity: true)
    }
    var all = counted.all
    if all == nil { all = try listedAnswers() }
    // A grade of one attempt.
    if all == nil, let share, share.value == 0 || share.value == 1 { all = 1 }
    guard let all, all > 0 else {
      // No attempts at a problem are no row of the table.
      if share == nil, counted.all == 0 { return }
      throw partialCredit(line)
    }
    var right = counted.right ?? 0
    if let share {
      let exact = share.value * Double(all)
      guard abs(exact - exact.rounded()) < 1e-3, share.value <= 1 else { throw partialCredit(line) }
      right = Int(exact.rounded())
    }
    guard right <= all else {
      throw TableError(
        .badData, source: schema.source, line: line, column: schema.name(of: .rightCount),
        found: "\(right) right answers", expected: "at most the \(all) attempts of the row")
    }
    block.reserve(all)
    let first = block.rows
    // Which of the answers is right is not known; one attempt has its own.
    if all > 1 { block.answer?.base[first] = 0 }
    if all == 1 {
      block.correct.base[first] = right == 1 ? 1 : 0
      return try endSingleRow(line: line, &block)
    }
    for index in 0..<all {
      if index > 0 { block.repeatRow(first) }
      block.correct.base[block.rows] = index < right ? 1 : 0
      block.attempt?.base[block.rows] = Int32(index)
      block.endRow(line: line)
    }
    remarks.counted.rows += 1
    remarks.counted.attempts += all
  }

  /// How many answers a row lists; nil where it has no list.
  private func listedAnswers() throws(TableError) -> Int? {
    for column in [OutcomeColumn.answer, .score, .tokens, .promptTokens] {
      guard let list = lists[column], var elements = ListCell.elements(of: list.content) else {
        continue
      }
      // Filters of harnesses wrap their answers twice.
      while elements.count == 1, !elements[0].isQuoted,
        let inner = ListCell.elements(of: elements[0].text)
      {
        elements = inner
      }
      return elements.count
    }
    return nil
  }

  private func partialCredit(_ line: Int) -> TableError {
    let column = share.map { schema.fileNames[$0.fileColumn] } ?? schema.name(of: .correct)
    let cell = share.map { TableError.quoted(String(decoding: $0.cell, as: UTF8.self)) } ?? "none"
    var error = TableError(
      .badData, source: schema.source, line: line, column: column, found: cell,
      expected: OutcomeCells.truths)
    if let share { error.hint = Self.creditHint(share.value, column) }
    return error
  }

  static func creditHint(_ value: Double, _ column: String) -> String {
    if value > 1 {
      let count =
        value == value.rounded()
        ? "if it counts the right ones among several attempts, --map num_correct=\(column),num_samples="
          + "COLUMN with the column of their number; " : ""
      return count + "if it is in points, --threshold 50 takes 50 and more for right"
    }
    return "if it is the share of right ones among several attempts, --map "
      + "'pass@1=\(column),num_samples=COLUMN' with the column of their number; "
      + "partial credit is read with --threshold, such as --threshold 0.5"
  }
}
