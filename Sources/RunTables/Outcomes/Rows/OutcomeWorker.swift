import Foundation

/// One thread's share of the reading: its labels, and how it takes in cells.
///
/// Labels live as long as the worker, not the block, so that a million rows of the same problems
/// cost their labels once a thread.
final class OutcomeWorker: @unchecked Sendable {
  // Used by one thread at a time.
  let number: Int
  let schema: OutcomeSchema
  var problems = LabelInterner()
  var attempts = LabelInterner()
  var strata = LabelInterner()
  var arms = LabelInterner()
  /// Per arm and constant: the first value, and whether another was met.
  var constants: [Constant] = []
  let buffer = ByteBuffer()
  var labels: [LabelInterner]
  var marks = NumberMarks()
  /// Whether the present cell is a number of JSON, whose point is decimal.
  var isJSONNumber = false
  var isEntry = false
  var share: Share?
  var counted = Counted()
  /// The cells of the present row in series of columns.
  var wide: [OutcomeColumn: (cells: [[UInt8]], fileColumn: Int)] = [:]
  var commaColumns: Set<OutcomeColumn> = []
  var remarks = OutcomeRemarks()
  /// The lists of the present row, of columns that have one, with the column of the file.
  var lists: [OutcomeColumn: (content: [UInt8], fileColumn: Int)] = [:]

  struct Constant: Sendable {
    var value = Double.nan
    var varies = false

    mutating func meet(_ other: Double) {
      if value.isNaN { value = other } else if other != value, !other.isNaN { varies = true }
    }
  }

  private(set) var armParts: [[UInt8]]
  private var armKey: [UInt8] = []
  private var lastArmKey: [UInt8] = []
  private var lastArm: Int32 = -1
  private var rowConstants: [Double]

  init(number: Int, schema: OutcomeSchema) {
    self.number = number
    self.schema = schema
    armParts = schema.armColumns.map { _ in [] }
    rowConstants = schema.constants.map { _ in .nan }
    labels = schema.labels.map { _ in LabelInterner() }
  }

  // MARK: Cells

  @inline(__always)
  func take(
    number: Double, _ content: UnsafeBufferPointer<UInt8>, as column: OutcomeColumn, line: Int,
    fileColumn: Int, _ block: inout OutcomeBlock
  ) throws(TableError) {
    let row = block.rows
    switch column {
    case .tokens where number >= 0 && Float(number).isFinite:
      block.tokens?.base[row] = count(number, content)
    case .promptTokens where number >= 0 && Float(number).isFinite:
      block.promptTokens?.base[row] = count(number, content)
    case .score:
      if number != number.rounded() { marks.hasPoints = true }
      block.score?.base[row] = number
    case .correct where (number == 0 || number == 1) && schema.threshold == nil:
      block.correct.base[row] = number == 1 ? 1 : 0
    case .passes where number == 0 || number == 1: block.passes?.base[row] = number == 1 ? 1 : 0
    default:
      if column == .attempt, let code = AttemptCode.number(number) {
        block.attempt?.base[row] = code
      } else {
        try take(content, as: column, line: line, fileColumn: fileColumn, &block)
      }
    }
  }

  /// A count as it is kept until the file is read: see ``NumberMarks``.
  @inline(__always)
  private func count(_ number: Double, _ cell: UnsafeBufferPointer<UInt8>) -> Float {
    // Most counts are written without a point.
    if number == number.rounded(), cell.count < 5 || cell[cell.count - 4] != UInt8(ascii: ".") {
      return Float(number)
    }
    return schema.decimalMark == nil && !isJSONNumber ? marks.kept(number, cell) : Float(number)
  }

  func take(
    _ content: UnsafeBufferPointer<UInt8>, as column: OutcomeColumn, line: Int, fileColumn: Int,
    _ block: inout OutcomeBlock
  ) throws(TableError) {
    let row = block.rows
    let place = UInt64(block.index) << 32 | UInt64(row)
    func bad(_ expected: String) -> TableError {
      TableError(
        .badData, source: schema.source, line: line, column: schema.fileNames[fileColumn],
        found: CellRules.isMissing(OutcomeCells.trimmed(content))
          ? "a missing value" : TableError.quoted(String(decoding: content, as: UTF8.self)),
        expected: expected)
    }
    if ListCell.isList(content), column.mayBeListed, column != .answer || !isNoAnswer(content),
      column != .stepScores || content.dropFirst().contains(UInt8(ascii: "["))
    {
      lists[column] = (Array(content), fileColumn)
      if column == .correct || column == .attempt || column == .problem { return }
    }
    switch column {
    case .problem:
      guard !OutcomeCells.isBlank(content) else { throw bad("the label of a problem") }
      block.problem.base[row] = try label(content, &problems, place, line, fileColumn)
    case .attempt:
      guard !OutcomeCells.isBlank(content) else { throw bad("the number of an attempt") }
      if let number = OutcomeCells.number(content, .count),
        let code = AttemptCode.number(number)
      {
        block.attempt?.base[row] = code
      } else {
        let text = try label(content, &attempts, place, line, fileColumn)
        block.attempt?.base[row] = AttemptCode.firstText + text
      }
    case .correct:
      if schema.isShare, schema.threshold == nil, !isEntry,
        let number = OutcomeCells.number(content, .ratio, schema.decimalMark)
      {
        share = Share(value: number, cell: Array(content), fileColumn: fileColumn)
        block.correct.base[row] = 0
        break
      }
      guard let truth = truth(content) else {
        var error = bad(OutcomeCells.truths)
        if case .credit(let credit) = OutcomeCells.truthOf(content) {
          if !isEntry {
            // A list of answers may say of how many attempts it is the share.
            share = Share(value: credit, cell: Array(content), fileColumn: fileColumn)
            block.correct.base[row] = 0
            break
          }
          error.hint = Self.creditHint(credit, schema.fileNames[fileColumn])
        }
        if OutcomeCells.number(content) == nil {
          let word = String(decoding: OutcomeCells.trimmed(content), as: UTF8.self)
          if word.utf8.count < 40, !word.contains(where: { ",[]{}'".contains($0) }) {
            error.hint =
              "if it means right, --right '\(word)'; if it means wrong, --wrong '\(word)'"
          }
        }
        throw error
      }
      block.correct.base[row] = truth
    case .rightCount, .attemptCount:
      try takeCount(content, as: column, line: line, fileColumn: fileColumn)
    case .passes:
      // An arm without the verifier may leave the cells blank; that is judged with the whole arm.
      if CellRules.isMissing(content) {
        block.passes?.base[row] = OutcomeBlock.missingTruth
      } else {
        guard let truth = OutcomeCells.truth(content) else { throw bad(OutcomeCells.truths) }
        block.passes?.base[row] = truth
      }
    case .tokens, .promptTokens:
      let number = number(content, .count, column)
      guard let number, number.isNaN || number >= 0 && Float(number).isFinite
      else {
        if lists[column] != nil { break }
        throw bad("a number of tokens, 0 or more\(schema.markAsked)")
      }
      let kept = number.isNaN ? .nan : count(number, OutcomeCells.trimmed(content))
      (column == .tokens ? block.tokens : block.promptTokens)?.base[row] = kept
    case .score:
      guard let number = number(content, .ratio, column) else {
        if lists[column] != nil { break }
        throw bad("a number\(schema.markAsked)")
      }
      if !isJSONNumber, number != number.rounded(), content.contains(UInt8(ascii: ".")),
        !OutcomeCells.hasComma(content)
      {
        marks.hasPoints = true
      }
      block.score?.base[row] = number
    case .answer: block.answer?.base[row] = answer(content)
    case .stepScores:
      if lists[column] != nil {
        // Lists of the steps of several attempts.
        block.stepCounts?.base[row] = 0
        break
      }
      guard let count = OutcomeCells.appendStepScores(content, to: &block.stepValues) else {
        throw bad("numbers separated by semicolons, commas or blanks")
      }
      block.stepCounts?.base[row] = Int32(count)
    case .round, .step:
      let number = OutcomeCells.number(content, .count)
      let whole = number.flatMap { $0.isNaN ? -1 : $0 < 0 ? nil : AttemptCode.number($0) }
      guard let whole, column == .round || whole >= 0 else {
        throw bad("a whole number, 0 or more")
      }
      (column == .round ? block.round : block.step)?.base[row] = whole
    case .stratum:
      block.stratum?.base[row] =
        OutcomeCells.isBlank(content) ? -1 : try label(content, &strata, place, line, fileColumn)
    }
  }

  /// 1 or 0 for a grade; nil for what is none, or partial credit without a threshold.
  private func truth(_ content: UnsafeBufferPointer<UInt8>) -> UInt8? {
    if schema.hasWords {
      let word = OutcomeCells.trimmed(content).map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
      if schema.rightWords.contains(word) { return 1 }
      if schema.wrongWords.contains(word) { return 0 }
    }
    let truth = OutcomeCells.truthOf(content)
    if case .unjudged = truth { remarks.unjudged += 1 }
    guard let threshold = schema.threshold else { return truth.bit }
    switch truth {
    case .credit(let credit): return credit >= threshold ? 1 : 0
    case .right where OutcomeCells.number(content, .ratio) == 1:
      return threshold <= 1 ? 1 : 0
    default: return truth.bit
    }
  }

  private func isNoAnswer(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
    schema.noAnswer.contains { $0.count == cell.count && cell.elementsEqual($0) }
  }

  @inline(__always)
  private func answer(_ content: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let trimmed = OutcomeCells.trimmed(content)
    if trimmed.isEmpty { return 0 }
    if isNoAnswer(trimmed) {
      remarks.withoutAnswer += 1
      return 0
    }
    if CellRules.isMissing(trimmed) {
      remarks.wordsForNothing[String(decoding: trimmed, as: UTF8.self), default: 0] += 1
    }
    guard let spelling = schema.answers.rewritten(trimmed) else {
      return max(TextHash.hash(trimmed), 1)
    }
    return spelling.withUnsafeBufferPointer { max(TextHash.hash($0), 1) }
  }

  /// The number in a cell; what was read with commas is remembered, to be said.
  private func number(
    _ content: UnsafeBufferPointer<UInt8>, _ meaning: CommaColumn.Meaning, _ column: OutcomeColumn
  ) -> Double? {
    let mark = isJSONNumber ? nil : schema.decimalMark
    let number = OutcomeCells.number(content, meaning, mark)
    if number != nil, mark == nil, !isJSONNumber { meet(content, meaning, column) }
    return number
  }

  /// Remembers what the points and commas of a number show.
  private func meet(
    _ cell: UnsafeBufferPointer<UInt8>, _ meaning: CommaColumn.Meaning, _ column: OutcomeColumn
  ) {
    let points = cell.count { $0 == UInt8(ascii: ".") }
    guard points > 1 || OutcomeCells.hasComma(cell) else { return }
    if OutcomeCells.hasComma(cell) { commaColumns.insert(column) }
    switch CommaColumn.cell(String(decoding: cell, as: UTF8.self), CellRules(isCount: false)) {
    case .decimal:
      if points > 1 { marks.hasSeveralGroups = true }
      if OutcomeCells.hasComma(cell) {
        marks.hasDecimalCommas = true
        if meaning == .count { marks.hasFractions = true }
      }
    case .either:
      if meaning == .ratio { marks.hasDecimalCommas = true } else { marks.hasEither = true }
    case .plain, .thousands, .text: break
    }
  }

  func takeLabel(
    _ label: Int, _ content: UnsafeBufferPointer<UInt8>, line: Int, fileColumn: Int,
    _ block: inout OutcomeBlock
  ) throws(TableError) {
    let row = block.rows
    let place = UInt64(block.index) << 32 | UInt64(row)
    guard schema.labels[label].kind != .set, !content.isEmpty else {
      block.labels[label].base[row] = try self.label(
        content, &labels[label], place, line, fileColumn)
      return
    }
    // Long texts are told apart by their hashes.
    let hash = TextHash.hash(content)
    block.labels[label].base[row] = withUnsafeBytes(of: hash) { bytes in
      labels[label].intern(bytes.bindMemory(to: UInt8.self), place: place).index
    }
  }

  func takeArm(
    _ part: Int, _ content: UnsafeBufferPointer<UInt8>, line: Int, fileColumn: Int
  ) {
    armParts[part].removeAll(keepingCapacity: true)
    if !OutcomeCells.isBlank(content) { armParts[part].append(contentsOf: content) }
  }

  /// Takes in what should be a constant of the row's arm; text counts as missing.
  func takeConstant(_ constant: Int, _ content: UnsafeBufferPointer<UInt8>) {
    rowConstants[constant] = OutcomeCells.number(content, .count, schema.decimalMark) ?? .nan
  }

  /// Forgets the parts of the row before, for rows that may lack some.
  func beginRow() {
    for part in armParts.indices { armParts[part].removeAll(keepingCapacity: true) }
    for constant in rowConstants.indices { rowConstants[constant] = .nan }
  }

  /// Closes a row: finds its arm, compares its constants, and makes a row of each entry of its lists.
  func endRow(line: Int, _ block: inout OutcomeBlock) throws(TableError) {
    if let column = block.arm {
      column.base[block.rows] = try arm(line, UInt64(block.index) << 32 | UInt64(block.rows))
    }
    if !rowConstants.isEmpty {
      let first = Int(max(lastArm, 0)) * rowConstants.count
      while constants.count < first + rowConstants.count { constants.append(Constant()) }
      for index in rowConstants.indices { constants[first + index].meet(rowConstants[index]) }
    }
    if !wide.isEmpty { gatherWide() }
    if lists[.problem] != nil { try settleProblem(line, &block) }
    if counted.all != nil || schema.isShare && share != nil {
      try endCountedRow(line: line, &block)
    } else if share != nil, lists.isEmpty {
      try endCountedRow(line: line, &block)
    } else if !lists.isEmpty {
      try endListedRow(line: line, &block)
      lists.removeAll(keepingCapacity: true)
    } else {
      block.endRow(line: line)
    }
  }

  private func arm(_ line: Int, _ place: UInt64) throws(TableError) -> Int32 {
    armKey.removeAll(keepingCapacity: true)
    for part in armParts {
      let length = UInt32(part.count)
      for shift in stride(from: 0, to: 32, by: 8) {
        armKey.append(UInt8(truncatingIfNeeded: length >> UInt32(shift)))
      }
      armKey.append(contentsOf: part)
    }
    if lastArm >= 0, armKey == lastArmKey { return lastArm }
    let (index, isNew) = armKey.withUnsafeBufferPointer { arms.intern($0, place: place) }
    if isNew {
      for (part, name) in zip(armParts, schema.armColumns) {
        _ = try TextInterner.decode(part, source: schema.source, line: line, column: name)
      }
    }
    lastArm = index
    swap(&armKey, &lastArmKey)
    return index
  }

  /// The parts of a key as ``arm(_:_:)`` puts it together.
  static func parts(ofArm key: UnsafeBufferPointer<UInt8>) -> [String] {
    var parts: [String] = []
    var at = 0
    while at + 4 <= key.count {
      let length = (0..<4).reduce(0) { $0 | Int(key[at + $1]) << (8 * $1) }
      at += 4
      parts.append(String(decoding: key[at..<(at + length)], as: UTF8.self))
      at += length
    }
    return parts
  }

  @inline(__always)
  func label(
    _ content: UnsafeBufferPointer<UInt8>, _ labels: inout LabelInterner, _ place: UInt64,
    _ line: Int, _ fileColumn: Int
  ) throws(TableError) -> Int32 {
    let (index, isNew) = labels.intern(content, place: place)
    if isNew {
      _ = try TextInterner.decode(
        content, source: schema.source, line: line, column: schema.fileNames[fileColumn])
    }
    return index
  }
}
