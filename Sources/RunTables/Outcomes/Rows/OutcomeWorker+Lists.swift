extension OutcomeColumn {
  @inline(__always)
  var mayBeListed: Bool {
    switch self {
    case .problem, .correct, .answer, .score, .tokens, .promptTokens, .passes, .attempt,
      .stepScores:
      true
    default: false
    }
  }
}

extension OutcomeWorker {
  /// One row for each grade where the grades are a list, otherwise one row whose lists have one
  /// entry.
  func endListedRow(line: Int, _ block: inout OutcomeBlock) throws(TableError) {
    guard let grades = lists[.correct] else {
      if let share, share.value != 0, share.value != 1 {
        return try endCountedRow(line: line, &block)
      }
      return try endSingleRow(line: line, &block)
    }
    let elements = try entries(of: grades.content, .correct, grades.fileColumn, line)
    var others: [(column: OutcomeColumn, fileColumn: Int, elements: [ListCell.Element])] = []
    for (column, list) in lists.sorted(by: { $0.key.rawValue < $1.key.rawValue })
    where column != .correct {
      let found = try entries(of: list.content, column, list.fileColumn, line)
      guard found.count == elements.count else {
        throw TableError(
          .badData, source: schema.source, line: line,
          column: schema.fileNames[list.fileColumn],
          found: "a list of \(found.count)",
          expected: "\(elements.count) entries, as in \(schema.fileNames[grades.fileColumn])")
      }
      others.append((column, list.fileColumn, found))
    }
    if others.contains(where: { $0.column == .problem }) {
      try checkBatch(line)
    }
    block.reserve(elements.count)
    let first = block.rows
    let scalarAttempt =
      lists[.attempt] == nil ? block.attempt.map { $0.base[first] } : nil
    if lists[.stepScores] == nil, let count = block.stepCounts?.base[first], count > 0 {
      throw TableError(
        .badData, source: schema.source, line: line, column: schema.name(of: .stepScores),
        found: "the scores of one attempt", expected: "a list for each of \(elements.count)")
    }
    for (index, element) in elements.enumerated() {
      if index > 0 { block.repeatRow(first) }
      try takeEntry(element, .correct, grades.fileColumn, line, &block)
      for other in others {
        try takeEntry(other.elements[index], other.column, other.fileColumn, line, &block)
      }
      if let scalarAttempt, elements.count > 1 {
        // The row's own name, and the place in its list.
        let place = UInt64(block.index) << 32 | UInt64(block.rows)
        let name = Array("\(scalarAttempt)#\(index)".utf8)
        let code = name.withUnsafeBufferPointer { attempts.intern($0, place: place).index }
        block.attempt?.base[block.rows] = AttemptCode.firstText + code
      }
      block.endRow(line: line)
    }
    remarks.listed.rows += 1
    remarks.listed.attempts += elements.count
  }

  /// One attempt, whose lists have one entry each.
  func endSingleRow(line: Int, _ block: inout OutcomeBlock) throws(TableError) {
    for (column, list) in lists {
      try takeOnly(column, list.content, list.fileColumn, line, &block)
    }
    block.endRow(line: line)
  }

  func takeOnly(
    _ column: OutcomeColumn, _ content: [UInt8], _ fileColumn: Int, _ line: Int,
    _ block: inout OutcomeBlock
  ) throws(TableError) {
    guard var elements = ListCell.elements(of: content) else { return }
    // Filters of harnesses wrap their answer twice.
    while column != .stepScores, elements.count == 1, !elements[0].isQuoted,
      elements[0].text.first == UInt8(ascii: "["),
      let inner = ListCell.elements(of: elements[0].text)
    {
      elements = inner
    }
    if elements.count == 1 {
      try takeEntry(elements[0], column, fileColumn, line, &block)
    } else if column == .answer {
      remarks.oneGradeOfSeveral += 1
    } else {
      throw TableError(
        .badData, source: schema.source, line: line, column: schema.fileNames[fileColumn],
        found: "a list of \(elements.count)",
        expected: "one entry, or as many grades in \(schema.name(of: .correct))")
    }
  }

  /// Takes a list of problems for one name, which may begin with a bracket, unless the row lists grades.
  func settleProblem(_ line: Int, _ block: inout OutcomeBlock) throws(TableError) {
    guard let list = lists[.problem] else { return }
    if lists[.correct] != nil, ListCell.elements(of: list.content)?.count ?? 1 > 1 { return }
    lists[.problem] = nil
    let place = UInt64(block.index) << 32 | UInt64(block.rows)
    block.problem.base[block.rows] = try list.content.withUnsafeBufferPointer {
      (content) throws(TableError) in
      try label(content, &problems, place, line, list.fileColumn)
    }
  }

  /// Checks that no other column of a row that lists several problems has a list that is not read.
  private func checkBatch(_ line: Int) throws(TableError) {
    guard let part = armParts.firstIndex(where: { $0.first == UInt8(ascii: "[") }) else { return }
    throw TableError(
      .badData, source: schema.source, line: line, column: schema.armColumns[part],
      found: "a list beside a list of problems", expected: "one value for all of them",
      hint: "one row an attempt, or one document of columns, is read with lists of it")
  }

  private func takeEntry(
    _ element: ListCell.Element, _ column: OutcomeColumn, _ fileColumn: Int, _ line: Int,
    _ block: inout OutcomeBlock
  ) throws(TableError) {
    if column == .correct || column == .attempt,
      element.text.first == UInt8(ascii: "["), !element.isQuoted
    {
      throw TableError(
        .badData, source: schema.source, line: line, column: schema.fileNames[fileColumn],
        found: TableError.quoted(String(decoding: element.text, as: UTF8.self)),
        expected: column == .correct ? OutcomeCells.truths : "the number of an attempt")
    }
    try element.text.withUnsafeBufferPointer { (content) throws(TableError) in
      let kept = lists
      // The entry stands for itself now.
      lists[column] = nil
      isEntry = true
      defer { isEntry = false }
      try take(
        content, as: column, line: line, fileColumn: fileColumn, &block)
      lists = kept
    }
  }

  private func entries(
    of content: [UInt8], _ column: OutcomeColumn, _ fileColumn: Int, _ line: Int
  ) throws(TableError) -> [ListCell.Element] {
    guard let elements = ListCell.elements(of: content), !elements.isEmpty else {
      throw TableError(
        .badData, source: schema.source, line: line, column: schema.fileNames[fileColumn],
        found: TableError.quoted(String(decoding: content, as: UTF8.self)),
        expected: "a list such as [1, 0]")
    }
    return elements
  }
}

extension OutcomeBlock {
  mutating func repeatRow(_ earlier: Int) {
    problem.base[rows] = problem.base[earlier]
    correct.base[rows] = correct.base[earlier]
    attempt?.base[rows] = attempt?.base[earlier] ?? 0
    tokens?.base[rows] = tokens?.base[earlier] ?? .nan
    promptTokens?.base[rows] = promptTokens?.base[earlier] ?? .nan
    score?.base[rows] = score?.base[earlier] ?? .nan
    answer?.base[rows] = answer?.base[earlier] ?? 0
    passes?.base[rows] = passes?.base[earlier] ?? OutcomeBlock.missingTruth
    stepCounts?.base[rows] = 0
    round?.base[rows] = round?.base[earlier] ?? -1
    step?.base[rows] = step?.base[earlier] ?? 0
    stratum?.base[rows] = stratum?.base[earlier] ?? -1
    for label in labels { label.base[rows] = label.base[earlier] }
    arm?.base[rows] = arm?.base[earlier] ?? 0
  }
}
